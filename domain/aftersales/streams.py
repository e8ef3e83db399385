"""Live changes of delivery cases, for staff."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from domain import events
from domain.access import Permission, Viewer
from domain.aftersales.states import LIVE
from domain.aftersales.visible import visible
from domain.streams import Change, Stream, follow
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


CaseChange = Change[DeliveryCase]


def of_cases(viewer: Viewer, *, after: str | None) -> AsyncIterator[CaseChange]:
    """Changes of all cases. Without a cursor it starts with the live ones, the most urgent first."""
    return follow(Cases(viewer), after=after)


class Cases(Stream[DeliveryCase]):
    """All delivery cases. Their events are read out of the market's history, each stretch of it once."""

    key = events.CASES

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(viewer)
        self._looked_through = 0

    async def open(self) -> None:
        self.viewer.require(Permission.SEE_CASES)

    async def snapshot(self) -> Sequence[DeliveryCase]:
        return await visible(self.viewer).filter(state__in=LIVE).order_by("due_at", "id").limit(SNAPSHOT_CASES)

    async def read(self, after: int) -> list[Event]:
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

    async def seen(self, event: Event) -> DeliveryCase:
        case = await visible(self.viewer).filter(id=UUID(str(event.data["case_id"]))).first()
        if case is None:
            raise Refused("NOT_FOUND", what="delivery case")
        return case
