from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp

from adapters.paper import code128
from adapters.paper.sheet import Sheet, broken
from domain.access import Viewer
from domain.fulfillment import documents, manifests
from domain.fulfillment.documents import DocumentKind
from domain.market import Market
from kit import clock
from kit.errors import Refused
from models.customers import Role
from models.fulfillment import CarrierCode
from models.orders import Order
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.fulfillment import make_paid, public
from tests.factories.warehouse import house, make_labeled, make_picked, make_wave, pack

MakeStaff = Callable[..., Awaitable[Viewer]]

PRINT = """mutation ($input: DocumentPrintInput!) {
  documentPrint(input: $input) { url expiresAt userErrors { code path } }
}"""


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def codes_of(pdf: bytes) -> list[str]:
    """What a scanner reads on the first page, from the top."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil()
    found = zxingcpp.read_barcodes(picture)
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]


def millimetres(pdf: bytes) -> tuple[int, int]:
    width, height = pypdfium2.PdfDocument(pdf)[0].get_size()
    return round(width / 72 * 25.4), round(height / 72 * 25.4)


async def drawn(market: Market, kind: DocumentKind, subject: object, *, locale: str = "zh-CN") -> bytes:
    return (await documents.draw(market, kind, subject.id, locale=locale)).body  # type: ignore[attr-defined]  # any row


# --------------------------------------------------------------------------------------------------------- barcodes


def test_every_symbol_of_code_128_is_eleven_modules_wide() -> None:
    assert {sum(map(int, symbol)) for symbol in code128._SYMBOLS} == {11}
    assert len(set(code128._SYMBOLS)) == 106


def test_the_check_symbol_is_that_of_the_standard() -> None:
    # Wikipedia's worked example begins in set A (103) and has the check 54; begun in set B (104) it has 55.
    assert code128._values("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35]
    assert code128.widths("PJJ123C")[48:54] == [3, 1, 1, 3, 2, 1]


def test_runs_of_digits_are_set_in_pairs() -> None:
    assert code128._values("SF123456") == [104, 51, 38, 99, 12, 34, 56]
    assert code128._values("1234567") == [105, 12, 34, 56, 100, 23]


@pytest.mark.parametrize("text", ["", "顺丰", "a\nb"])
def test_what_set_b_does_not_hold_is_no_code(text: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        code128.widths(text)


def test_a_scanner_reads_what_was_printed() -> None:
    dice = Random(7)
    for _ in range(6):
        code = "".join(dice.choice("ABCXYZ-0123456789") for _ in range(dice.randint(6, 20)))
        sheet = Sheet(100, 40, title=code)
        sheet.barcode(2, 5, code, width=96, height=20)
        assert codes_of(sheet.pdf()) == [code]


def test_a_line_never_begins_with_a_closing_mark_and_a_number_stays_whole() -> None:
    assert broken("退回原址，谢谢。", 4, measure=len) == ["退回原", "址，谢", "谢。"]
    assert broken("集市路 301 室", 5, measure=len) == ["集市路", "301 室"]
    assert broken("two words\nand more", 9, measure=len) == ["two words", "and more"]


# --------------------------------------------------------------------------------------------------------- documents


async def test_a_label_names_carrier_recipient_and_marks_and_hides_the_phone_number(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    milk = await make_product(cold_chain=True, fragile=True)
    order = await make_paid(customer, {milk: 2})
    await Order.filter(id=order.id).update(number="261122-WMWM-MWMW")  # the widest there can be
    await order.refresh_from_db()
    [package] = await make_labeled(picker, [order])
    label = await drawn(market, DocumentKind.LABEL, package)
    assert millimetres(label) == (100, 150)
    assert codes_of(label) == [package.waybill, package.number]
    text = text_of(label)
    for words in (
        "林晓雨",
        "+86138****8000",
        "集市路 1 号 301 室",
        order.number,
        "冷藏",
        "易碎",
        "1.00 kg",
        "模拟快递",
    ):
        assert words in text, words
    assert "13800138000" not in text


async def test_papers_in_a_package_are_in_the_language_of_its_buyer(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    tea = await make_product(slug="tea", title={"zh-CN": "高山茶", "en": "Mountain Tea"}, price=4321)
    orders = [await make_paid(customer.but(locale=locale), {tea: 3}) for locale in ("en", "zh-CN")]
    for order, package in zip(orders, await make_labeled(picker, orders), strict=True):
        slip = await drawn(market, DocumentKind.PACKING_SLIP, package)
        back = await drawn(market, DocumentKind.RETURN_SHEET, package)
        words = ("Mountain Tea", "Packing slip") if order.locale == "en" else ("高山茶", "装箱单")
        assert all(word in text_of(slip) for word in (*words, "TEA-1", order.number))
        assert "43.21" not in text_of(slip)
        assert ("within 7 days" if order.locale == "en" else "签收后 7 天内") in text_of(back)
        assert codes_of(slip) == codes_of(back) == [package.number]
        assert millimetres(slip) == millimetres(back) == (148, 210)


async def test_a_pick_list_and_a_manifest_are_lists_on_paper(market: Market, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer, {await make_product(slug="tea"): 3})
    wave = await make_wave(picker)
    listed = await drawn(market, DocumentKind.PICK_LIST, wave)
    assert (codes_of(listed), "TEA-1" in text_of(listed), millimetres(listed)) == ([wave.number], True, (210, 297))
    await make_paid(customer)
    [package] = await make_labeled(picker, [(await make_paid(customer))][:1])
    manifest = await manifests.create(picker, (await house()).id, CarrierCode.SIMULATOR, key="m")
    await manifests.add(picker, manifest.id, scan=package.number)
    signed = text_of(await drawn(market, DocumentKind.MANIFEST, manifest, locale="en"))
    for words in (manifest.number, package.waybill or "", package.number, "Simulated Express", "1 packages"):
        assert words in signed, words
    assert order.number not in signed


async def test_a_document_is_fetched_by_a_token_that_holds_for_some_minutes(
    api: Api, market: Market, customer: Viewer, picker: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    [package] = await make_labeled(picker, [await make_paid(customer)])
    asked = {"kind": "LABEL", "id": public("Package", package.id)}
    payload = (await api(PRINT, as_=picker, input=asked))["documentPrint"]
    assert payload["userErrors"] == []
    token = urlsplit(payload["url"]).path.removeprefix("/documents/")
    document = await documents.redeem(market, token)
    assert document is not None
    assert document.file_name == f"label-{package.number}.pdf"
    assert document.body.startswith(b"%PDF-")
    body, _, signature = token.partition(".")
    for wrong in ("", "x", body, f"{body}.{signature[:-1]}", f"{body[:-2]}AA.{signature}", "\x00.\ufffd"):
        assert await documents.redeem(market, wrong) is None
    late = clock.machine() + timedelta(minutes=market.policy.export_minutes, seconds=1)
    monkeypatch.setattr(clock, "machine", lambda: late)
    assert await documents.redeem(market, token) is None


async def test_only_a_labeled_package_has_a_label(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    wave = await make_picked(picker)
    [package] = await pack(picker, order)
    for kind, subject, code in (
        ("LABEL", public("Package", package.id), "NOT_LABELED"),
        ("MANIFEST", public("Package", package.id), "INVALID_ID"),
        ("LABEL", public("Package", wave.id), "NOT_FOUND"),
        ("PICK_LIST", public("Wave", package.id), "NOT_FOUND"),
    ):
        payload = (await api(PRINT, as_=picker, input={"kind": kind, "id": subject}))["documentPrint"]
        assert (payload["url"], payload["userErrors"]) == (None, [{"code": code, "path": ["id"]}])


@pytest.mark.parametrize("role", list(Role))
async def test_only_those_who_ship_print(customer: Viewer, picker: Viewer, staff: MakeStaff, role: Role) -> None:
    await make_paid(customer)
    wave = await make_wave(picker)
    viewer = await staff(role)
    if role in (Role.WAREHOUSE_PICKER, Role.ADMINISTRATOR):
        assert (await documents.grant(viewer, DocumentKind.PICK_LIST, wave.id))[0]
        return
    for stranger in (viewer, customer):
        with pytest.raises(Refused, match="FORBIDDEN"):
            await documents.grant(stranger, DocumentKind.PICK_LIST, wave.id)
