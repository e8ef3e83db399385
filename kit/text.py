"""Text in several languages, and what of a person may be shown in a list or a log."""

from collections.abc import Mapping

LOCALES = ("zh-CN", "en")
DEFAULT_LOCALE = "zh-CN"
Localized = dict[str, str]


def in_locale(texts: Mapping[str, str] | None, locale: str) -> str:
    """The text in `locale`, else in the default language, else in any; empty when there is none."""
    if not texts:
        return ""
    return texts.get(locale) or texts.get(DEFAULT_LOCALE) or next(iter(texts.values()))


def best_locale(accept_language: str | None) -> str:
    """The one of our locales that an `Accept-Language` header likes most; the default when it names none of them."""
    best, best_quality = DEFAULT_LOCALE, 0.0
    for part in (accept_language or "")[:200].split(","):
        tag, _, parameter = part.strip().partition(";")
        quality = _quality(parameter)
        for locale in LOCALES:
            if tag.lower().split("-")[0] == locale.split("-")[0] and quality > best_quality:
                best, best_quality = locale, quality
    return best


def mask_phone(phone: str) -> str:
    """138****1234."""
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def mask_email(email: str) -> str:
    """l***@example.com."""
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def mask_name(name: str) -> str:
    """林**: the first character only."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 3) if name else ""


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
