"""Which values are still to come. Asked of every value of an answer, so it is answered once for each type."""

from types import GeneratorType
from typing import Any

from strawberry.execution import optimized_is_awaitable

from models.base import Row

# Tortoise lets a row be awaited, which gives the row: it is there already, and needs no task to wait for it.
_known: dict[type, bool] = {}


def is_awaitable(value: Any) -> bool:
    """Whether a value must be awaited before it can be shown."""
    kind = type(value)
    known = _known.get(kind)
    if known is not None:
        return known
    if kind is GeneratorType:  # some are coroutines in the old style, some are not
        return optimized_is_awaitable(value)
    known = _known[kind] = not issubclass(kind, Row) and hasattr(kind, "__await__")
    return known
