"""The one source of the time of day. It can be moved on in demo mode and in tests, never back."""

from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def now() -> datetime:
    """The market's time, UTC, with offset."""
    return datetime.now(UTC) + _offset


def machine() -> datetime:
    """The machine's time, UTC, which nobody moves: for tokens, claims, and how long another service is waited for."""
    return datetime.now(UTC)


def offset() -> timedelta:
    """How far the market's time is ahead of the machine's."""
    return _offset


def set_offset(ahead: timedelta) -> None:
    """Put the market `ahead` of the machine. The stored offset (`domain.clock`) is the truth; this follows it."""
    global _offset
    _offset = ahead
