"""A customer asks for something about goods that were received: shown before it is asked, to the cent, then opened."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from uuid import UUID

from domain import idempotency
from domain.access import Viewer
from domain.orders import lifecycle
from domain.orders.history import lock, tell
from domain.orders.visible import is_owner
from domain.orders.visible import visible as visible_orders
from domain.payments import refunds
from domain.service import cases, eligibility
from domain.service.eligibility import Claimed
from kit import clock, ids
from kit.errors import Refused, refuse_all
from kit.validate import clean_text
from models.orders import Order, OrderLine
from models.service import ServiceCase, ServiceCaseLine, ServiceReason, Wish


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wished for units of an order line, and why."""

    order_line_id: UUID
    quantity: int
    wish: Wish
    reason: ServiceReason


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A line of a case as it would be opened. `expected` is in minor units, None where it is for the shop to say."""

    line: OrderLine
    asked: Asked
    expected: int | None


@dataclass(slots=True)
class Plan:
    """What asking would open, and everything that stands in its way."""

    order: Order
    lines: list[Foreseen] = field(default_factory=list)
    problems: list[Refused] = field(default_factory=list)

    @property
    def expected(self) -> int:
        return sum(one.expected or 0 for one in self.lines)


async def preview(viewer: Viewer, order_id: UUID, asked: Sequence[Asked]) -> Plan:
    """Exactly what `create` would open, and every problem that would stop it. Writes nothing."""
    order = await visible_orders(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    return await _plan(viewer, order, asked)


async def create(viewer: Viewer, order_id: UUID, asked: Sequence[Asked], *, note: str, key: str) -> ServiceCase:
    """Open a case. The order is not completed while it is open. The same key does it once."""
    words = clean_text(note, path=("note",), maximum=cases.LONGEST_NOTE, multiline=True)

    async def work() -> UUID:
        return await _create(viewer, order_id, asked, words)

    told = {"order": order_id, "lines": [asdict(one) for one in asked], "note": words}
    case_id = await idempotency.once(viewer, "serviceCaseCreate", key, asked=told, work=work)
    return await ServiceCase.get(id=case_id)


async def _create(viewer: Viewer, order_id: UUID, asked: Sequence[Asked], note: str) -> UUID:
    order = await lock(viewer, order_id)
    plan = await _plan(viewer, order, asked)
    refuse_all(plan.problems)
    now = clock.now()
    case = ServiceCase(
        order_id=order.id,
        number=f"S{ids.readable(10)}",
        currency=order.currency,
        note=note,
        opened_at=now,
        due_at=now + timedelta(hours=viewer.market.policy.service_decision_hours),
    )
    await case.save(force_create=True)
    await ServiceCaseLine.bulk_create(_line(case, one, position) for position, one in enumerate(plan.lines))
    await cases.keep_time(case)
    await lifecycle.case_opened(viewer, order)
    await tell(viewer, order, kind="service_case.opened", data=cases.facts(case))
    return case.id


def _line(case: ServiceCase, one: Foreseen, position: int) -> ServiceCaseLine:
    return ServiceCaseLine(
        case_id=case.id,
        order_line_id=one.line.id,
        position=position,
        quantity=one.asked.quantity,
        wish=one.asked.wish,
        reason=one.asked.reason,
        expected=one.expected,
    )


async def _plan(viewer: Viewer, order: Order, asked: Sequence[Asked]) -> Plan:
    plan = Plan(order)
    if not is_owner(viewer, order):
        plan.problems.append(Refused("FORBIDDEN"))
        return plan
    if not asked:
        plan.problems.append(Refused("REQUIRED", path=("lines",)))
        return plan
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("position")}
    known = await eligibility.claimed(lines)
    fine: dict[UUID, Asked] = {}
    for index, one in enumerate(asked):
        try:
            _check(viewer, order, lines, known, one, again=one.order_line_id in fine)
            fine[one.order_line_id] = one
        except Refused as refused:
            plan.problems.append(refused.at("lines", str(index)))
    money = {key: one.quantity for key, one in fine.items() if one.wish != Wish.COMPENSATION}
    shares = await refunds.foresee(order, lines, money)
    expected = {share.line.id: share.amount for share in shares if share.line}
    plan.lines = [Foreseen(lines[key], one, expected.get(key)) for key, one in fine.items()]
    return plan


def _check(
    viewer: Viewer,
    order: Order,
    lines: Mapping[UUID, OrderLine],
    known: Mapping[UUID, Claimed],
    one: Asked,
    *,
    again: bool,
) -> None:
    line = lines.get(one.order_line_id)
    if line is None:
        raise Refused("NOT_FOUND", path=("orderLineId",), what="order line")
    if again:
        raise Refused("INVALID_INPUT", path=("orderLineId",), why="each line may be named once")
    claimed = known.get(line.id, Claimed())
    eligibility.check(viewer.market.policy, order, line, claimed, one.reason)
    left = eligibility.free_units(line, claimed)
    if not 1 <= one.quantity <= left:
        raise Refused("OUT_OF_RANGE", path=("quantity",), minimum=1, maximum=left)
    if one.wish not in eligibility.wishes(line, one.reason):
        raise Refused("WISH_DOES_NOT_FIT", path=("wish",))
