"""What was agreed to is given: the money of lines of a case goes back, or some money for no goods."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.access import Viewer
from domain.payments import refunds
from kit.errors import Refused
from models.orders import Order
from models.payments import RefundReason
from models.service import ServiceCase, ServiceCaseLine, ServiceLineState, ServiceReason

REASONS = {
    ServiceReason.NO_REASON: RefundReason.NO_REASON,
    ServiceReason.SIZE: RefundReason.NO_REASON,
    ServiceReason.QUALITY: RefundReason.QUALITY,
    ServiceReason.MALFUNCTION: RefundReason.QUALITY,
    ServiceReason.WRONG_OR_MISSING: RefundReason.WRONG_OR_MISSING,
    ServiceReason.DAMAGED_IN_TRANSIT: RefundReason.DAMAGED_IN_TRANSIT,
}


async def refund(
    viewer: Viewer,
    order: Order,
    case: ServiceCase,
    units: Mapping[UUID, int],
    lines: Sequence[ServiceCaseLine],
    *,
    less: Mapping[UUID, int],
) -> None:
    """Promise the money of units by order line back; `less` are minor units that the shop keeps of a line's.

    The lines are settled with it. Refused where the money was given back in another way meanwhile.
    """
    by_reason: dict[RefundReason, list[ServiceCaseLine]] = defaultdict(list)
    for line in lines:
        by_reason[REASONS[line.reason]].append(line)
    for reason, own in by_reason.items():
        wanted = {line.order_line_id: units[line.order_line_id] for line in own}
        given = await refunds.of_returned(viewer, order, wanted, less=less, reason=reason, note=case.number)
        for line in own:
            await settle(line, given[line.order_line_id])


async def compensate(
    viewer: Viewer, order: Order, case: ServiceCase, line: ServiceCaseLine, amount: int | None
) -> None:
    """Promise minor units for no goods, at most what was paid for the units; the shop has to name them."""
    if amount is None:
        raise Refused("REQUIRED", path=("amountMinorUnits",))
    order_line = await refunds.line_of(order, line.order_line_id)
    left = min(line.quantity, order_line.quantity - order_line.refunded)
    most = refunds.worth(order_line, left) if left else 0
    if not 1 <= amount <= most:
        raise Refused("OUT_OF_RANGE", path=("amountMinorUnits",), minimum=1, maximum=most)
    await refunds.give_goodwill(viewer, order, amount, note=case.number)
    await settle(line, amount)


async def settle(line: ServiceCaseLine, amount: int) -> None:
    """The line has been given this much."""
    line.state, line.amount = ServiceLineState.SETTLED, amount
    await line.save(update_fields=["state", "amount"])
