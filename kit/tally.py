"""Counts the SQL statements of one operation, wherever in the code they are sent from."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """What one operation has cost so far."""

    statements: int = 0


_current: ContextVar[Tally | None] = ContextVar("tally", default=None)


def begin() -> Tally:
    """Start counting for this task and the tasks it starts."""
    tally = Tally()
    _current.set(tally)
    return tally


def count_statement() -> None:
    """Called by the database backends for each statement."""
    tally = _current.get()
    if tally is not None:
        tally.statements += 1


def gauge() -> Callable[[], int]:
    """Start counting; the answer tells the statements so far."""
    tally = begin()
    return lambda: tally.statements
