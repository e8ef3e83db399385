"""Text as people type it: trimmed, normalised, and refused where it could not be stored or would deceive."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kit.errors import Refused, gathered, refuse_all

Check = Callable[..., Any]  # (value, *, path) -> cleaned value; raises Refused

# Reverse the order of what is printed: a file name or an address would read as another one.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, lone surrogates, line and paragraph separators


def clean_text(value: str, *, path: Sequence[str] = (), maximum: int, minimum: int = 0, multiline: bool = False) -> str:
    """`value` trimmed and in normal form C. Lengths count characters.

    Refuses REQUIRED, TOO_SHORT, TOO_LONG, and UNREADABLE_TEXT: control characters, lone surrogates, marks that turn
    the direction of writing. A tab becomes a blank; line ends are kept, as `\\n`, in `multiline` text only.
    """
    if multiline:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", value.replace("\t", " ")).strip()
    if any(_unreadable(character, multiline) for character in text):
        raise Refused("UNREADABLE_TEXT", path=path)
    if minimum and not text:
        raise Refused("REQUIRED", path=path)
    if len(text) < minimum:
        raise Refused("TOO_SHORT", path=path, minimum=minimum)
    if len(text) > maximum:
        raise Refused("TOO_LONG", path=path, maximum=maximum)
    return text


def clean_all(given: Mapping[str, Any], checks: Mapping[str, Check], *path: str) -> dict[str, Any]:
    """Each given value through the check of its name; all refusals are told at once, under `path`."""
    cleaned: dict[str, Any] = {}
    refused: list[Refused] = []
    for name, value in given.items():
        with gathered(refused):
            cleaned[name] = checks[name](value, path=(*path, name))
    refuse_all(refused)
    return cleaned


def _unreadable(character: str, multiline: bool) -> bool:
    if character == "\n" and multiline:
        return False
    return character in TURNING or unicodedata.category(character) in UNPRINTABLE
