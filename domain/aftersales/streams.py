"""Live changes of delivery cases for staff: a snapshot, then every event once and in order, from any cursor on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from domain import events
from domain.access import Permission, Viewer
from domain.aftersales.states import LIVE
from domain.aftersales.visible import visible
from kit.errors import Refused
from models.aftersales import DeliveryCase
from models.outbox import Event

SNAPSHOT_CASES = 50
KINDS = (
    "case.opened",
    "case.changed",
    "case.claimed",
    "case.released",
    "case.chosen",
    "case.waiting",
    "case.escalated",
    "case.resolved",
    "case.closed",
    "parcel.turned_up",
)


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case as it is now, what happened to it (nothing, in a snapshot), and the cursor to come back with."""

    case: DeliveryCase
    event: Event | None
    cursor: str


class Reading:
    """Reads the events about cases out of the market's history, each stretch of it once."""

    def __init__(self) -> None:
        self._looked_through = 0

    async def __call__(self, after: int) -> list[Event]:
        """The next events about cases after a position; what lies before it has no more of them."""
        upto = await events.latest_position()
        start = max(after, self._looked_through)
        found = (
            await Event.filter(kind__in=KINDS, position__gt=start, position__lte=upto)
            .order_by("position")
            .limit(events.PAGE)
        )
        if len(found) < events.PAGE:
            self._looked_through = max(upto, start)
        return found


async def of_cases(viewer: Viewer, *, after: str | None) -> AsyncIterator[CaseChange]:
    """Changes of all cases. Without a cursor it starts with the live ones, the most urgent first.

    The right to see cases is asked for again at every event.
    """
    viewer.require(Permission.SEE_CASES)
    if after is None:
        start = await events.latest_position()
        live = visible(viewer).filter(state__in=LIVE).order_by("due_at", "id").limit(SNAPSHOT_CASES)
        for case in await live:
            yield CaseChange(case, None, f"p.{start}")
    else:
        start = events.read_cursor(after, kind="p")
    reading = events.follow(events.CASES, Reading(), after=start, place=lambda event: event.position or 0)
    async for event in reading:
        yield CaseChange(await _seen(viewer, event), event, events.market_cursor(event))


async def _seen(viewer: Viewer, event: Event) -> DeliveryCase:
    case = await visible(viewer).filter(id=UUID(str(event.data["case_id"]))).first()
    if case is None:
        raise Refused("NOT_FOUND", what="delivery case")
    return case
