"""Live changes of customers' cases, for staff who work with them."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from domain import events
from domain.access import Viewer
from domain.service.states import LIVE
from domain.service.visible import sees_all, visible
from domain.streams import Change, HistoryStream, follow
from kit.errors import Refused
from models.outbox import Event
from models.service import ServiceCase

SNAPSHOT_CASES = 50

ServiceCaseChange = Change[ServiceCase]


def of_cases(viewer: Viewer, *, after: str | None) -> AsyncIterator[ServiceCaseChange]:
    """Changes of all cases. Without a cursor it starts with the live ones, those due first in front."""
    return follow(ServiceCases(viewer), after=after)


class ServiceCases(HistoryStream[ServiceCase]):
    """All cases. Their events are read out of the market's history, each stretch of it once."""

    key = events.SERVICE_CASES
    kinds = (
        "service_case.opened",
        "service_case.approved",
        "service_case.rejected",
        "service_case.shipped_back",
        "service_case.resolved",
        "service_case.closed",
        "service_case.appealed",
        "service_case.escalated",
        "service_case.canceled",
    )

    async def open(self) -> None:
        self._check()

    async def snapshot(self) -> Sequence[ServiceCase]:
        return await visible(self.viewer).filter(state__in=LIVE).order_by("due_at", "id").limit(SNAPSHOT_CASES)

    async def seen(self, event: Event) -> ServiceCase:
        self._check()
        case = await visible(self.viewer).filter(id=UUID(str(event.data["service_case_id"]))).first()
        if case is None:
            raise Refused("NOT_FOUND", what="after-sales case")
        return case

    def _check(self) -> None:
        if not sees_all(self.viewer):
            raise Refused("FORBIDDEN" if self.viewer.user_id else "UNAUTHENTICATED")
