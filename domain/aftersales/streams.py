"""Live changes of delivery cases, for staff."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from domain import events
from domain.access import Permission, Viewer
from domain.aftersales.states import LIVE
from domain.aftersales.visible import visible
from domain.streams import Change, HistoryStream, follow
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


class Cases(HistoryStream[DeliveryCase]):
    """All delivery cases. Their events are read out of the market's history, each stretch of it once."""

    key = events.CASES
    kinds = KINDS

    async def open(self) -> None:
        self.viewer.require(Permission.SEE_CASES)

    async def snapshot(self) -> Sequence[DeliveryCase]:
        return await visible(self.viewer).filter(state__in=LIVE).order_by("due_at", "id").limit(SNAPSHOT_CASES)

    async def seen(self, event: Event) -> DeliveryCase:
        case = await visible(self.viewer).filter(id=UUID(str(event.data["case_id"]))).first()
        if case is None:
            raise Refused("NOT_FOUND", what="delivery case")
        return case
