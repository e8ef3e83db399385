"""What must be known of food: origin, net content, shelf life, ingredients, licence, marks and diets."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from kit.errors import Refused
from kit.text import LOCALES, Localized
from models.catalog import Certification, DietTag

LONGEST_SHELF_LIFE = 36_500  # days
LONGEST = {"net_content": 60, "license_number": 60, "origin": 120, "ingredients": 2_000}

Word = TypeVar("Word", bound=StrEnum)
Facts = dict[str, object]


def read(given: Mapping[str, Any]) -> tuple[Facts | None, list[Refused]]:
    """The facts to be stored and what is wrong with what was given. Keys are those of the JSON lines format."""
    problems: list[Refused] = []
    known: Facts = {
        "origin": _localized(given, "origin", problems),
        "netContent": _text(given, "netContent", LONGEST["net_content"], problems),
        "shelfLifeDays": _days(given, problems),
        "productionDate": _date(given, problems),
        "ingredients": _localized(given, "ingredients", problems),
        "licenseNumber": _text(given, "licenseNumber", LONGEST["license_number"], problems),
        "certifications": _words(given, "certifications", Certification, problems),
        "dietTags": _words(given, "dietTags", DietTag, problems),
        "coldChain": _flag(given, "coldChain", problems),
        "fragile": _flag(given, "fragile", problems),
    }
    unknown = sorted(given.keys() - known.keys())
    problems += [Refused("UNKNOWN_FIELD", path=("food", str(name)), field=name) for name in unknown]
    return (None if problems else known), problems


def flags(facts: Facts | None) -> dict[str, bool]:
    """The columns of a product that say how it must be handled."""
    known = facts or {}
    return {"cold_chain": known.get("coldChain") is True, "fragile": known.get("fragile") is True}


def is_localized(value: object) -> bool:
    """Whether `value` is text by language, in our languages."""
    return (
        isinstance(value, dict)
        and bool(value)
        and value.keys() <= set(LOCALES)
        and all(isinstance(text, str) for text in value.values())
    )


def _localized(given: Mapping[str, Any], name: str, problems: list[Refused]) -> Localized | None:
    value = given.get(name)
    if value is None:
        return None
    if not is_localized(value):
        problems.append(Refused("INVALID_TEXT", path=("food", name)))
        return None
    texts: Localized = {locale: text.strip() for locale, text in value.items() if text.strip()}
    if any(len(text) > LONGEST[name] for text in texts.values()):
        problems.append(Refused("TOO_LONG", path=("food", name), maximum=LONGEST[name]))
    return texts or None


def _text(given: Mapping[str, Any], name: str, longest: int, problems: list[Refused]) -> str | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        problems.append(Refused("INVALID_TEXT", path=("food", name)))
        return None
    if len(value) > longest:
        problems.append(Refused("TOO_LONG", path=("food", name), maximum=longest))
    return value.strip()


def _days(given: Mapping[str, Any], problems: list[Refused]) -> int | None:
    value = given.get("shelfLifeDays")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LONGEST_SHELF_LIFE:
        path = ("food", "shelfLifeDays")
        problems.append(Refused("OUT_OF_RANGE", path=path, minimum=1, maximum=LONGEST_SHELF_LIFE))
        return None
    return value


def _date(given: Mapping[str, Any], problems: list[Refused]) -> str | None:
    value = given.get("productionDate")
    if value is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(value), re.ASCII):
            raise ValueError("not a date")
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        problems.append(Refused("INVALID_DATE", path=("food", "productionDate")))
        return None


def _words(given: Mapping[str, Any], name: str, kind: type[Word], problems: list[Refused]) -> list[str]:
    value = given.get(name) or []
    if not isinstance(value, list):
        problems.append(Refused("INVALID_TEXT", path=("food", name)))
        return []
    known = {member.value for member in kind}
    problems += [Refused("UNKNOWN_WORD", path=("food", name), word=one) for one in value if one not in known]
    return list(dict.fromkeys(str(one) for one in value))


def _flag(given: Mapping[str, Any], name: str, problems: list[Refused]) -> bool:
    value = given.get(name)
    if value is not None and not isinstance(value, bool):
        problems.append(Refused("INVALID_BOOLEAN", path=("food", name)))
    return value is True
