"""JSON as the wire speaks it: UTF-8, standard numbers, no text that a database or a later encoder would choke on."""

import json
from typing import Any


class NotJson(ValueError):
    """What came in is not JSON that we take; the text says why, without quoting it."""


def decode(raw: bytes | str) -> Any:
    """Parse strictly. Raises NotJson for anything from bad UTF-8 to numbers and nesting beyond measure."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise NotJson("it is not UTF-8") from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except NotJson:
        raise
    except ValueError:  # JSONDecodeError, and integers of more digits than Python converts
        raise NotJson("it is not JSON") from None
    # A NUL or half of a surrogate pair can only come by such an escape.
    if "\\u0000" in text or "\\ud" in text or "\\uD" in text:
        _refuse_unstorable(value)
    return value


def encode(value: object) -> str:
    """Compact JSON. Raises ValueError or TypeError for what JSON cannot say."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _refuse_constant(_name: str) -> Any:
    raise NotJson("NaN and Infinity are not JSON")


def _refuse_unstorable(value: Any) -> None:
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left.extend(one.keys())
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
        elif isinstance(one, str):
            _refuse_unstorable_text(one)


def _refuse_unstorable_text(text: str) -> None:
    if "\0" in text:
        raise NotJson("text holds the character U+0000")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotJson("text holds half of a surrogate pair") from None
