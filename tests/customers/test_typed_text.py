import pytest

from domain.customers.contacts import Contact, clean_email, clean_phone, email_contact, phone_contact
from domain.customers.regions import ENGLISH, PROVINCES, clean_province
from kit.errors import Refusals, Refused
from kit.validate import clean_all, clean_text


def refusal(check: object, *args: object, **options: object) -> str:
    with pytest.raises(Refused) as raised:
        check(*args, **options)  # type: ignore[operator]  # any check
    return raised.value.code


def test_text_is_trimmed_and_normalised() -> None:
    assert clean_text("  Cafe\u0301\tnoir ", maximum=9) == "Café noir"


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\nb", "a\x1fb", "a\ud800b", "exe.\u202egpj", "a\u2028b", "a\x7fb", "a\u2066b"]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    assert refusal(clean_text, text, maximum=100) == "UNREADABLE_TEXT"


def test_lines_are_kept_where_they_are_meant() -> None:
    assert clean_text("one\r\ntwo\rthree\n", maximum=100, multiline=True) == "one\ntwo\nthree"


def test_an_emoji_made_of_several_characters_is_text() -> None:
    assert clean_text("👩‍🍳", maximum=3) == "👩‍🍳"


def test_lengths_count_characters_after_trimming() -> None:
    assert clean_text(" 林晓雨 ", maximum=3, minimum=3) == "林晓雨"
    assert refusal(clean_text, "林晓雨林", maximum=3) == "TOO_LONG"
    assert refusal(clean_text, "林", maximum=3, minimum=2) == "TOO_SHORT"
    assert refusal(clean_text, "  ", maximum=3, minimum=1) == "REQUIRED"


def test_all_that_is_wrong_is_told_at_once() -> None:
    checks = {name: lambda value, *, path: clean_text(value, path=path, maximum=1) for name in ("a", "b", "c")}
    with pytest.raises(Refusals) as raised:
        clean_all({"a": "12", "b": "1", "c": "123"}, checks, "form")
    assert [problem.path for problem in raised.value.refusals] == [("form", "a"), ("form", "c")]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("010-6234 5678", "+861062345678"),
        ("+1 415 555 2671", "+14155552671"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_phones_are_kept_as_e164(typed: str, stored: str) -> None:
    assert clean_phone(typed) == stored


@pytest.mark.parametrize("typed", ["", "abc", "1380013800", "+86" + "1" * 60, "\ud800", "13800138000;drop"])
def test_numbers_that_do_not_exist_are_refused(typed: str) -> None:
    assert refusal(clean_phone, typed) == "INVALID_PHONE"


def test_email_addresses_are_kept_in_lower_case() -> None:
    assert clean_email(" Lin.Xiaoyu@Example.COM ") == "lin.xiaoyu@example.com"
    assert clean_email("林@例子.中国") == "林@例子.中国"


@pytest.mark.parametrize("typed", ["", "@", "a@b", "a@localhost", "a b@example.com", "\ud800@example.com", "a" * 300])
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert refusal(clean_email, typed) == "INVALID_EMAIL"


def test_a_contact_shows_itself_masked_only() -> None:
    assert phone_contact("13800131234").masked == "+86138****1234"
    assert email_contact("lin@example.com").masked == "l***@example.com"
    assert "138" not in repr(phone_contact("13800131234"))
    assert isinstance(phone_contact("13800131234"), Contact)


def test_there_are_34_provinces_and_each_is_known_by_every_name() -> None:
    assert len(PROVINCES) == len(set(PROVINCES)) == len(ENGLISH) == 34
    for name, english in ENGLISH.items():
        assert clean_province(name) == clean_province(english) == clean_province(f" {english.upper()} ") == name
    assert clean_province("广西") == "广西壮族自治区"
    assert clean_province("Macau") == "澳门特别行政区"
    assert clean_province("shanxi") == "山西省"
    assert clean_province("shaanxi") == "陕西省"
    assert refusal(clean_province, "Atlantis") == "PROVINCE_UNKNOWN"
