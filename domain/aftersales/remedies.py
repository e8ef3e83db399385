"""One call that makes a delivery good: stock, parcels, order and money are carried through, or nothing has changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain import effects, idempotency
from domain.access import Permission, Viewer
from domain.aftersales import cases, proposals, texts
from domain.fulfillment import interception, watching
from domain.fulfillment.loads import Chosen
from domain.inventory import stock
from domain.orders import dispatch, lifecycle, shortages
from domain.orders.history import tell
from domain.payments import refunds
from domain.promotions import personal
from domain.promotions.coupons import customer_key
from kit import clock
from kit.errors import Refused, refuse_all
from kit.validate import clean_text
from models.aftersales import CaseState, Compensation, DeliveryCase, Remedy
from models.fulfillment import Parcel, ParcelLine, ParcelState, Trouble
from models.orders import Order, OrderLine, OrderState
from models.payments import RefundReason
from models.shortages import ShortageCause

LONGEST_WAIT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody of the shop decides about a case. What is left out is as proposed, or as the customer chose."""

    case_id: UUID
    remedy: Remedy | None = None
    chosen: Sequence[Chosen] | None = None
    amount: int | None = None
    compensation: Compensation = Compensation.COUPON
    wait_until: datetime | None = None
    note: str = ""
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a remedy works on, locked."""

    viewer: Viewer
    order: Order
    case: DeliveryCase
    parcel: Parcel | None
    lines: Mapping[UUID, OrderLine]
    units: Mapping[UUID, int]


async def confirm(viewer: Viewer, asked: Decision, *, key: str) -> DeliveryCase:
    """Do what is proposed, or something else that is possible, at once and as a whole. The same key does it once."""
    viewer.require(Permission.RESOLVE_CASES)

    async def work() -> UUID:
        return await _confirm(viewer, asked)

    case_id = await idempotency.once(viewer, "deliveryCaseConfirm", key, asked=asdict(asked), work=work)
    return await DeliveryCase.get(id=case_id)


async def _confirm(viewer: Viewer, asked: Decision) -> UUID:
    order, case = await cases.locked(viewer, asked.case_id)
    cases.check_live(case)
    cases.check_owner(viewer, case)
    if asked.expected_version is not None and asked.expected_version != case.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=case)
    remedy = asked.remedy or case.proposed
    parcel = await Parcel.get(id=case.parcel_id) if case.parcel_id else None
    proposals.check(remedy, order, parcel)
    words = clean_text(asked.note, path=("note",), maximum=cases.LONGEST_NOTE, multiline=True)
    lines = {line.id: line for line in await OrderLine.filter(order_id=order.id).order_by("position")}
    affected = await proposals.affected(parcel, lines, came_back=remedy == Remedy.RETURN_TO_STOCK)
    bench = Bench(viewer, order, case, parcel, lines, _chosen(affected, asked.chosen))
    if words:
        await cases.add_note(viewer, case, words)
    if remedy == Remedy.WAIT:
        await _wait(bench, asked.wait_until)
        return case.id
    await _do(bench, remedy, asked)
    case.remedy = remedy
    await cases.end(viewer, order, case, CaseState.RESOLVED)
    await effects.soon("notice.case_resolved", order.id)
    if parcel is not None:
        await effects.soon(interception.CAME_TO_REST, parcel.id)
    await tell(viewer, order, kind="case.resolved", cause=remedy.value, data=_outcome(bench))
    return case.id


def _chosen(affected: Mapping[UUID, int], chosen: Sequence[Chosen] | None) -> dict[UUID, int]:
    """The units that were named, each line once and never more than the case is about; all of them by default."""
    if chosen is None:
        return dict(affected)
    if not chosen:
        raise Refused("REQUIRED", path=("lines",))
    units: dict[UUID, int] = {}
    problems = []
    for index, one in enumerate(chosen):
        path, most = ("lines", str(index)), affected.get(one.order_line_id)
        if most is None:
            problems.append(Refused("NOT_FOUND", path=(*path, "orderLineId"), what="order line"))
        elif one.order_line_id in units:
            problems.append(Refused("INVALID_INPUT", path=path, why="each line may be named once"))
        elif not 1 <= one.quantity <= most:
            problems.append(Refused("OUT_OF_RANGE", path=(*path, "quantity"), minimum=1, maximum=most))
        else:
            units[one.order_line_id] = one.quantity
    refuse_all(problems)
    return units


async def _do(bench: Bench, remedy: Remedy, asked: Decision) -> None:
    if remedy == Remedy.COMPENSATE:
        await _compensate(bench, asked)
        return
    if not bench.units:
        raise Refused("REMEDY_NOT_POSSIBLE", path=("remedy",), why="no units are left to settle")
    if remedy == Remedy.RESHIP:
        await _send_again(bench)
    elif remedy == Remedy.REFUND:
        await _give_money_back(bench)
    else:
        await _take_back(bench)


async def _send_again(bench: Bench) -> None:
    """The goods are promised anew and lie before the pickers again, with a new time to dispatch.

    What is not in stock any more is a shortage, about which the buyer is asked.
    """
    viewer, order = bench.viewer, bench.order
    if bench.parcel is not None and bench.parcel.state == ParcelState.RETURNED:
        await _restock(bench, bench.units)
    await _reopen(bench, bench.units)
    await shortages.report(viewer, order, bench.units, cause=ShortageCause.AT_ALLOCATION)
    await dispatch.start(viewer, order)


async def _give_money_back(bench: Bench) -> None:
    """Units that are underway or unshipped are dropped, which refunds them; those that have arrived are refunded."""
    viewer, order = bench.viewer, bench.order
    bench.case.amount = proposals.worth(bench.lines, bench.units) or None
    if bench.parcel is not None and (
        order.state not in proposals.UNDERWAY or bench.parcel.state == ParcelState.DELIVERED
    ):
        await refunds.of_units(viewer, order, bench.units, reason=_reason(bench.case.kind))
        return
    if bench.parcel is not None:
        await _reopen(bench, bench.units)
    await _drop(bench, bench.units)


async def _take_back(bench: Bench) -> None:
    """Goods that came back go on the shelf; those that nobody has made good yet are refunded."""
    if bench.parcel is None:
        raise Refused("REMEDY_NOT_POSSIBLE", path=("remedy",), why="the goods have not come back")
    at_stake = watching.at_stake(await ParcelLine.filter(parcel_id=bench.parcel.id))
    owed = {line_id: min(units, at_stake[line_id]) for line_id, units in bench.units.items() if line_id in at_stake}
    await _restock(bench, bench.units)
    if owed and bench.order.state in proposals.UNDERWAY:
        bench.case.amount = proposals.worth(bench.lines, owed) or None
        await _reopen(bench, owed)
        await _drop(bench, owed)


async def _compensate(bench: Bench, asked: Decision) -> None:
    """Money for no goods, never more than was paid and not yet given back; or a coupon for this customer alone."""
    amount = bench.case.proposed_amount if asked.amount is None else asked.amount
    if amount is None:
        raise Refused("REQUIRED", path=("amountMinorUnits",))
    if asked.compensation == Compensation.MONEY:
        await refunds.give_goodwill(bench.viewer, bench.order, amount, note=texts.WHAT[bench.case.kind]["en"])
    else:
        bench.case.coupon_code = await _coupon(bench, amount)
    bench.case.amount = amount
    if bench.parcel is None and bench.order.state in dispatch.UNSHIPPED:
        await dispatch.start(bench.viewer, bench.order)  # a new promise, which is watched like the first


async def _coupon(bench: Bench, amount: int) -> str:
    order = bench.order
    owner = customer_key(user_id=order.user_id, phone_hash=order.contact_phone_hash)
    if owner is None:
        raise Refused("REMEDY_NOT_POSSIBLE", path=("compensation",), why="this customer cannot be known again")
    coupon = await personal.give(
        bench.viewer,
        owner=owner,
        amount=amount,
        name={"zh-CN": f"订单 {order.number} 补偿券", "en": f"With our apologies for order {order.number}"},
        days=bench.viewer.market.policy.compensation_coupon_days,
    )
    return coupon.code


async def _wait(bench: Bench, until: datetime | None) -> None:
    """Put the case off to another day; nobody needs to keep it claimed until then."""
    viewer, case, now = bench.viewer, bench.case, clock.now()
    until = until or now + timedelta(hours=viewer.market.policy.case_wait_hours)
    if not now < until <= now + LONGEST_WAIT:
        raise Refused("DATE_OUT_OF_RANGE", path=("waitUntil",), earliest=now, latest=now + LONGEST_WAIT)
    case.due_at, case.escalations = until, 0
    await cases.save(case)
    await effects.at(cases.DUE, case.id, until)
    await tell(viewer, bench.order, kind="case.waiting", data={**cases.facts(case), "until": until.isoformat()})


async def _drop(bench: Bench, units: Mapping[UUID, int]) -> None:
    """Open units go out of the order, their money goes back; all of it when the order comes to nothing with them."""
    await lifecycle.drop_units(bench.viewer, bench.order, units, cause=bench.case.kind.value)
    if bench.order.state != OrderState.CANCELED:
        await refunds.of_units(bench.viewer, bench.order, units, reason=_reason(bench.case.kind))


async def _reopen(bench: Bench, units: Mapping[UUID, int]) -> None:
    await lifecycle.reopen_units(bench.viewer, bench.order, units, cause=bench.case.kind.value)
    if bench.parcel is not None:
        await watching.write_off(bench.parcel, units)


async def _restock(bench: Bench, units: Mapping[UUID, int]) -> None:
    """What the returns desk has put away already stays there."""
    if bench.parcel is None:
        return
    left = Counter(watching.not_restocked(await ParcelLine.filter(parcel_id=bench.parcel.id)))
    back = Counter(units) & left
    if back:
        await stock.restock(bench.viewer, order_id=bench.order.id, quantities=back, reason=bench.case.number)
        await watching.mark_restocked(bench.parcel, back)


def _reason(kind: Trouble) -> RefundReason:
    return RefundReason.DAMAGED_IN_TRANSIT if kind == Trouble.DAMAGED else RefundReason.NOT_DELIVERED


def _outcome(bench: Bench) -> dict[str, object]:
    case = bench.case
    return {**cases.facts(case), "amount": case.amount, "currency": case.currency, "coupon": case.coupon_code}
