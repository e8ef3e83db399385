"""Goods of a case that come back: sent by the customer, looked at by the shop, then money or the goods once more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from domain import idempotency
from domain.access import Viewer
from domain.inventory import stock
from domain.orders.history import tell
from domain.payments import refunds
from domain.service import cases, giving, guards
from domain.service.guards import ServiceAction
from kit import clock
from kit.errors import Refused, refuse_all
from kit.validate import clean_text
from models.catalog import ReturnExclusion
from models.database import persistent
from models.orders import Order, OrderLine
from models.service import Grade, ServiceCase, ServiceCaseLine, ServiceLineState, ServiceState

LONGEST_CARRIER = 40
LONGEST_WAYBILL = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """Units of a line as they came back, and whether their money goes back or they themselves."""

    order_line_id: UUID
    quantity: int
    grade: Grade
    sent_back: bool = False


@dataclass(frozen=True, slots=True)
class Deduction:
    """Minor units that the shop keeps of a line's money."""

    order_line_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that came back, line by line. The explanation is told to the customer."""

    case_id: UUID
    findings: tuple[Finding, ...]
    deductions: tuple[Deduction, ...] = ()
    explanation: str = ""
    waybill: str = ""


@persistent
async def ship_back(viewer: Viewer, case_id: UUID, *, carrier: str, waybill: str) -> ServiceCase:
    """The customer has handed the goods to a carrier."""
    by = clean_text(carrier, path=("carrier",), minimum=1, maximum=LONGEST_CARRIER)
    number = clean_text(waybill, path=("waybill",), minimum=4, maximum=LONGEST_WAYBILL)
    async with viewer.market.change():
        order, case = await cases.locked(viewer, case_id)
        guards.check(viewer, order, case, ServiceAction.SHIP_BACK)
        case.carrier, case.waybill, case.shipped_back_at = by, number, clock.now()
        until = clock.now() + timedelta(days=viewer.market.policy.service_inspection_days)
        await cases.wait(case, ServiceState.GOODS_UNDERWAY, until)
        data = {**cases.facts(case), "carrier": by, "waybill": number}
        await tell(viewer, order, kind="service_case.shipped_back", data=data)
        return case


async def inspect(viewer: Viewer, inspection: Inspection, *, key: str) -> ServiceCase:
    """Take in what came back: shelf, books, money and case are carried through at once. The same key does it once."""

    async def work() -> UUID:
        return await _inspect(viewer, inspection)

    case_id = await idempotency.once(viewer, "serviceCaseInspect", key, asked=asdict(inspection), work=work)
    return await ServiceCase.get(id=case_id)


async def _inspect(viewer: Viewer, found: Inspection) -> UUID:
    order, case = await cases.locked(viewer, found.case_id)
    guards.check(viewer, order, case, ServiceAction.INSPECT)
    lines = await cases.lines_of(case, ServiceLineState.APPROVED)
    _check_units(lines, found.findings)
    sent_back = any(one.sent_back for one in found.findings)
    words = clean_text(
        found.explanation,
        path=("explanation",),
        minimum=1 if sent_back or found.deductions else 0,
        maximum=cases.LONGEST_EXPLANATION,
        multiline=True,
    )
    waybill = clean_text(found.waybill, path=("waybill",), maximum=LONGEST_WAYBILL)
    kept = _kept(found.findings)
    less = await _less(order, kept, found.deductions)
    for line in lines:
        line.findings = [_plain(one) for one in found.findings if one.order_line_id == line.order_line_id]
        line.explanation = words
        await line.save(update_fields=["findings", "explanation"])
    await _put_away(viewer, order, case, found.findings)
    await giving.refund(viewer, order, case, kept, [one for one in lines if one.order_line_id in kept], less=less)
    await cases.mark([one for one in lines if one.order_line_id not in kept], ServiceLineState.SENT_BACK)
    case.inspected_by, case.inspected_at, case.returned_waybill = viewer.user_id, clock.now(), waybill
    case.explanation = words or case.explanation
    await cases.finish(viewer, order, case)
    return case.id


def _plain(one: Finding) -> dict[str, object]:
    return {"quantity": one.quantity, "grade": one.grade.value, "sent_back": one.sent_back}


def _kept(findings: Sequence[Finding]) -> Counter[UUID]:
    """Units by line whose money goes back."""
    kept: Counter[UUID] = Counter()
    for one in findings:
        if not one.sent_back:
            kept[one.order_line_id] += one.quantity
    return kept


def _check_units(lines: Sequence[ServiceCaseLine], findings: Sequence[Finding]) -> None:
    """Each unit that was to come back is accounted for, once."""
    wanted = {line.order_line_id: line.quantity for line in lines}
    counted: Counter[UUID] = Counter()
    problems = []
    for index, one in enumerate(findings):
        path = ("findings", str(index))
        if one.order_line_id not in wanted:
            problems.append(Refused("NOT_FOUND", path=(*path, "orderLineId"), what="order line"))
            continue
        counted[one.order_line_id] += one.quantity
        if one.quantity < 1 or counted[one.order_line_id] > wanted[one.order_line_id]:
            most = wanted[one.order_line_id]
            problems.append(Refused("OUT_OF_RANGE", path=(*path, "quantity"), minimum=1, maximum=most))
    if not problems and counted != wanted:
        problems.append(Refused("UNITS_NOT_ACCOUNTED_FOR", path=("findings",)))
    refuse_all(problems)


async def _less(order: Order, kept: Mapping[UUID, int], deductions: Sequence[Deduction]) -> dict[UUID, int]:
    """What the shop keeps by line: less than the line would give, so that something goes back."""
    less: dict[UUID, int] = {}
    problems = []
    for index, one in enumerate(deductions):
        path = ("deductions", str(index))
        units = kept.get(one.order_line_id, 0)
        if not units:
            problems.append(Refused("NOT_FOUND", path=(*path, "orderLineId"), what="order line"))
            continue
        if one.order_line_id in less:
            problems.append(Refused("INVALID_INPUT", path=path, why="each line may be named once"))
            continue
        order_line = await refunds.line_of(order, one.order_line_id)
        left = min(units, order_line.quantity - order_line.refunded)
        most = refunds.worth(order_line, left) - 1 if left else 0
        if not 1 <= one.amount <= most:
            problems.append(Refused("OUT_OF_RANGE", path=(*path, "amountMinorUnits"), minimum=1, maximum=most))
        less[one.order_line_id] = one.amount
    refuse_all(problems)
    return less


async def _put_away(viewer: Viewer, order: Order, case: ServiceCase, findings: Sequence[Finding]) -> None:
    """What is as good as new goes on the shelf, except for what was kept cold; what is broken stays off, and is booked
    so. What was never ours is on no shelf."""
    good, broken = Counter[UUID](), Counter[UUID]()
    lines = await OrderLine.in_bulk([one.order_line_id for one in findings], "id")
    for one in findings:
        if one.sent_back or one.grade == Grade.WRONG_ITEM:
            continue
        is_fresh = lines[one.order_line_id].return_exclusion == ReturnExclusion.FRESH
        pile = good if one.grade == Grade.AS_NEW and not is_fresh else broken
        pile[one.order_line_id] += one.quantity
    if good:
        await stock.restock(viewer, order_id=order.id, quantities=good, reason=case.number)
    if broken:
        await stock.scrap(order_id=order.id, quantities=broken)
