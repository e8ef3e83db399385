"""When the demo market was loaded: the mark that keeps it from being loaded twice."""

from datetime import UTC, datetime

from models.outbox import Counter

MARK = "demo.loaded_at"


async def opened_at() -> datetime | None:
    """When the data was complete, or None while it is not there."""
    mark = await Counter.get_or_none(name=MARK)
    return datetime.fromtimestamp(mark.value, UTC) if mark else None


async def mark_open(at: datetime) -> None:
    """The data is complete."""
    await Counter.create(name=MARK, value=int(at.timestamp()))
