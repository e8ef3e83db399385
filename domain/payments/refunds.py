"""Money back: by line and quantity, with a preview that is right to the cent, and never more than was captured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain import effects, idempotency
from domain.access import Viewer
from domain.orders import actions, lifecycle
from domain.orders.actions import Action
from domain.orders.history import lock, tell
from domain.orders.visible import visible as visible_orders
from domain.payments import ledger, states
from domain.payments.shares import Share, allocate, within
from domain.pricing import engine
from kit import clock, ids
from kit.errors import Refused, refuse_all
from models.orders import Order, OrderLine, OrderState
from models.payments import Payment, PaymentPurpose, PaymentState, Refund, RefundLine, RefundReason

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Units of an order line whose money is to go back."""

    order_line_id: UUID
    quantity: int


@dataclass(slots=True)
class Plan:
    """What a refund would give, and everything that stands in its way."""

    order: Order
    shares: list[Share] = field(default_factory=list)
    problems: list[Refused] = field(default_factory=list)

    @property
    def currency(self) -> str:
        return self.order.currency

    @property
    def amount(self) -> int:
        return sum(share.amount for share in self.shares)

    @property
    def shipping(self) -> int:
        return sum(share.amount for share in self.shares if share.is_shipping)


async def preview(viewer: Viewer, order_id: UUID, *, lines: Sequence[Asked], shipping: bool = False) -> Plan:
    """Exactly what `create` would give back, and every problem that would stop it. Writes nothing."""
    order = await visible_orders(viewer).filter(id=order_id).first()
    if order is None:
        raise Refused("NOT_FOUND", path=("orderId",), what="order")
    order_lines = await OrderLine.filter(order_id=order.id).order_by("id")
    return _plan(viewer, order, order_lines, await _applied(order), lines=lines, shipping=shipping)


async def create(
    viewer: Viewer,
    order_id: UUID,
    *,
    lines: Sequence[Asked],
    shipping: bool = False,
    reason: RefundReason,
    note: str = "",
    idempotency_key: str,
) -> list[Refund]:
    """Promise money back, one refund for each payment it comes from. Units that were still to be shipped stay here."""
    if len(note) > LONGEST_NOTE:
        raise Refused("TOO_LONG", path=("note",), maximum=LONGEST_NOTE)
    asked = {
        "order": order_id,
        "lines": sorted((str(line.order_line_id), line.quantity) for line in lines),
        "shipping": shipping,
        "reason": reason,
        "note": note,
    }
    batch_id = await idempotency.once(
        viewer,
        "refundCreate",
        idempotency_key,
        asked=asked,
        work=lambda: _create(viewer, order_id, lines=lines, shipping=shipping, reason=reason, note=note),
    )
    return await Refund.filter(batch_id=batch_id).order_by("id")


async def _create(
    viewer: Viewer, order_id: UUID, *, lines: Sequence[Asked], shipping: bool, reason: RefundReason, note: str
) -> UUID:
    order = await lock(viewer, order_id)
    order_lines = await _locked_lines(order)
    payments = await _applied(order, locked=True)
    plan = _plan(viewer, order, order_lines, payments, lines=lines, shipping=shipping)
    refuse_all(plan.problems)
    refunds = await _promise(viewer, order, payments, plan.shares, reason=reason, note=note)
    staying = {
        share.line.id: min(share.quantity, lifecycle.open_units(share.line)) for share in plan.shares if share.line
    }
    staying = {line_id: units for line_id, units in staying.items() if units}
    await lifecycle.drop_units(viewer, order, staying, cause=reason.value, is_refunded=True)
    return refunds[0].batch_id


def _plan(
    viewer: Viewer,
    order: Order,
    order_lines: Sequence[OrderLine],
    payments: Sequence[Payment],
    *,
    lines: Sequence[Asked],
    shipping: bool,
) -> Plan:
    """The one rule behind preview and refund."""
    plan = Plan(order)
    try:
        actions.check(viewer, order, Action.REFUND)
    except Refused as refused:
        plan.problems.append(refused)
        return plan
    known = {line.id: line for line in order_lines}
    seen: set[UUID] = set()
    for index, asked in enumerate(lines):
        path = ("lines", str(index))
        try:
            plan.shares.append(_line_share(known.get(asked.order_line_id), asked, again=asked.order_line_id in seen))
        except Refused as refused:
            plan.problems.append(refused.at(*path))
        seen.add(asked.order_line_id)
    if shipping:
        rest = order.shipping - order.shipping_refunded
        plan.shares.append(Share(amount=rest, is_shipping=True))
    if not plan.problems:
        plan.shares = within(plan.shares, _rest(payments), goodwill=order.goodwill)
        plan.problems.extend(_check_sum(plan, payments))
    return plan


def _line_share(line: OrderLine | None, asked: Asked, *, again: bool) -> Share:
    if line is None:
        raise Refused("NOT_FOUND", path=("orderLineId",), what="order line")
    if again:
        raise Refused("INVALID_INPUT", path=("orderLineId",), why="each line may be named once")
    left = line.quantity - line.refunded
    if left == 0:
        raise Refused("LINE_ALREADY_REFUNDED", path=("orderLineId",))
    if not 1 <= asked.quantity <= left:
        raise Refused("OUT_OF_RANGE", path=("quantity",), minimum=1, maximum=left)
    return Share(amount=worth(line, asked.quantity), line=line, quantity=asked.quantity)


def _check_sum(plan: Plan, payments: Sequence[Payment]) -> list[Refused]:
    if plan.amount == 0:
        return [Refused("NOTHING_TO_REFUND")]
    if plan.amount > _rest(payments):
        return [Refused("MORE_THAN_CAPTURED")]
    return []


async def settle_canceled(viewer: Viewer, order_id: UUID) -> None:
    """Give back what is left of a canceled order's money. Does nothing the second time."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        payments = await _applied(order, locked=True)
        if order.state != OrderState.CANCELED:
            return
        shares = [_rest_of(line) for line in await _locked_lines(order)]
        shares.append(Share(amount=order.shipping - order.shipping_refunded, is_shipping=True))
        await ledger.book_goodwill_returned(order, left=sum(share.amount for share in shares) - _rest(payments))
        if payments:
            shares = within(shares, _rest(payments), goodwill=order.goodwill)
            await _promise(viewer, order, payments, shares, reason=RefundReason.CANCELED)


async def settle_dropped(viewer: Viewer, order_id: UUID) -> None:
    """Give back the money of units that were canceled after they had been paid, and of shipping that a change made
    less. Does nothing the second time."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        payments = await _applied(order, locked=True)
        if order.state in (OrderState.CANCELED, OrderState.EXPIRED) or not payments:
            return  # all the money of a canceled order goes back as one
        owed = [line for line in await _locked_lines(order) if line.owed]
        dropped = [(line, min(line.owed, line.quantity - line.refunded)) for line in owed]
        shares = [Share(amount=worth(line, units), line=line, quantity=units) for line, units in dropped if units]
        for line in owed:
            line.owed = 0
            await line.save(update_fields=["owed"])
        if order.shipping_waived > order.shipping_refunded:
            shares.append(Share(amount=order.shipping_waived - order.shipping_refunded, is_shipping=True))
        shares = within(shares, _rest(payments), goodwill=order.goodwill)
        if any(share.amount for share in shares):
            await _promise(viewer, order, payments, shares, reason=RefundReason.CANCELED)


async def of_units(viewer: Viewer, order: Order, units: Mapping[UUID, int], *, reason: RefundReason) -> None:
    """Promise the money of units of a locked order back, as far as it was not given back before."""
    lines = {line.id: line for line in await _locked_lines(order)}
    payments = await _applied(order, locked=True)
    owed = {line_id: min(count, lines[line_id].quantity - lines[line_id].refunded) for line_id, count in units.items()}
    shares = [
        Share(amount=worth(lines[line_id], count), line=lines[line_id], quantity=count)
        for line_id, count in owed.items()
        if count
    ]
    shares = within(shares, _rest(payments), goodwill=order.goodwill)
    for line_id, count in units.items():
        lines[line_id].owed -= min(lines[line_id].owed, count)
        await lines[line_id].save(update_fields=["owed"])
    if any(share.amount for share in shares):
        await _promise(viewer, order, payments, shares, reason=reason)


async def of_returned(
    viewer: Viewer,
    order: Order,
    units: Mapping[UUID, int],
    *,
    less: Mapping[UUID, int],
    reason: RefundReason,
    note: str,
) -> dict[UUID, int]:
    """Promise the money of received units of a locked order back, but for what the shop keeps (`less`, minor units by
    line), which is not given back later either. Gives what each line was given.

    Refuses LINE_ALREADY_REFUNDED where the units' money has gone back meanwhile.
    """
    lines = {line.id: line for line in await _locked_lines(order)}
    if any(count > lines[key].quantity - lines[key].refunded for key, count in units.items()):
        raise Refused("LINE_ALREADY_REFUNDED")
    payments = await _applied(order, locked=True)
    shares = [_but(share, less) for share in returned(order, lines, units, payments)]
    if sum(share.amount for share in shares) > _rest(payments):
        raise Refused("MORE_THAN_CAPTURED")
    for key in units.keys() & less.keys():
        lines[key].withheld += less[key]
        await lines[key].save(update_fields=["withheld"])
    if any(share.amount for share in shares):
        await _promise(viewer, order, payments, shares, reason=reason, note=note)
    else:
        await _count(order, shares)
    return {share.line.id: share.amount for share in shares if share.line}


def _but(share: Share, less: Mapping[UUID, int]) -> Share:
    return replace(share, amount=max(0, share.amount - less.get(share.line.id, 0))) if share.line else share


async def line_of(order: Order, line_id: UUID) -> OrderLine:
    """A line of a locked order as it is now."""
    return await OrderLine.get(id=line_id, order_id=order.id)


async def give_goodwill(viewer: Viewer, order: Order, amount: int, *, note: str) -> None:
    """Promise minor units of a locked order's money back for no goods; never more than it still holds."""
    payments = await _applied(order, locked=True)
    rest = _rest(payments)
    if rest == 0:
        raise Refused("ALL_REFUNDED" if order.captured else "ORDER_NOT_PAID")
    if not 1 <= amount <= rest:
        raise Refused("OUT_OF_RANGE", path=("amountMinorUnits",), minimum=1, maximum=rest)
    share = Share(amount=amount, is_goodwill=True)
    await _promise(viewer, order, payments, [share], reason=RefundReason.GOODWILL, note=note)


async def foresee(order: Order, lines: Mapping[UUID, OrderLine], units: Mapping[UUID, int]) -> list[Share]:
    """What giving back units that were received would give, line by line. Writes nothing."""
    return returned(order, lines, units, await _applied(order))


def returned(
    order: Order, lines: Mapping[UUID, OrderLine], units: Mapping[UUID, int], payments: Sequence[Payment]
) -> list[Share]:
    """The one rule behind what is foreseen for received units and what they give; `payments` are the order's."""
    shares = [Share(amount=worth(lines[key], count), line=lines[key], quantity=count) for key, count in units.items()]
    return within(shares, _rest([one for one in payments if pays_for(one)]), goodwill=order.goodwill)


def pays_for(payment: Payment) -> bool:
    """Whether a payment pays for its order and holds something yet."""
    is_applied = payment.state == PaymentState.CAPTURED and payment.is_applied
    return is_applied and payment.purpose != PaymentPurpose.TIP and payment.captured > payment.refunded


def _rest(payments: Sequence[Payment]) -> int:
    return sum(payment.captured - payment.refunded for payment in payments)


def _rest_of(line: OrderLine) -> Share:
    return Share(amount=line.total - line.refunded_amount, line=line, quantity=line.quantity - line.refunded)


async def give_back(viewer: Viewer, order: Order, payment: Payment, *, reason: RefundReason) -> None:
    """Send a locked payment back that does not pay for its locked order."""
    await _promise(viewer, order, [payment], [Share(amount=payment.captured - payment.refunded)], reason=reason)


async def _promise(
    viewer: Viewer,
    order: Order,
    payments: Sequence[Payment],
    shares: Sequence[Share],
    *,
    reason: RefundReason,
    note: str = "",
) -> list[Refund]:
    """Write refunds over these shares, the oldest payment first, book them and have them sent after commit."""
    if all(payment.purpose != PaymentPurpose.TIP for payment in payments):
        await _count(order, shares)  # a tip is not the order's money
    batch_id, refunds = ids.new_id(), []
    portions = allocate(shares, [payment.captured - payment.refunded for payment in payments])
    for payment, portion in zip(payments, portions, strict=True):
        if portion:
            refund = await _write(viewer, order, payment, portion, batch_id=batch_id, reason=reason, note=note)
            refunds.append(refund)
    return refunds


async def _count(order: Order, shares: Sequence[Share]) -> None:
    """Count it on the order and its lines; constraints of the tables stand behind every one of these sums."""
    for share in shares:
        order.refunded += share.amount
        if share.is_shipping:
            order.shipping_refunded += share.amount
        if share.is_goodwill:
            order.goodwill += share.amount
        if share.line is not None:
            share.line.refunded += share.quantity
            share.line.refunded_amount += share.amount
            await share.line.save(update_fields=["refunded", "refunded_amount"])


async def _write(
    viewer: Viewer,
    order: Order,
    payment: Payment,
    portion: Sequence[Share],
    *,
    batch_id: UUID,
    reason: RefundReason,
    note: str,
) -> Refund:
    refund = await Refund.create(
        order_id=order.id,
        payment_id=payment.id,
        number=f"R{ids.readable(12)}",
        batch_id=batch_id,
        reason=reason,
        note=note,
        currency=payment.currency,
        amount=sum(share.amount for share in portion),
        shipping=sum(share.amount for share in portion if share.is_shipping),
        goodwill=sum(share.amount for share in portion if share.is_goodwill),
        requested_by=viewer.user_id,
        created_at=clock.now(),
    )
    lines = [(share.line, share) for share in portion if share.line is not None]
    await RefundLine.bulk_create(
        RefundLine(refund_id=refund.id, order_line_id=line.id, quantity=share.quantity, amount=share.amount)
        for line, share in lines
    )
    payment.refunded += refund.amount
    await payment.save(update_fields=["refunded"])
    await ledger.book_refund_promised(refund, payment)
    await effects.soon("payment.send_refund", refund.id)
    await tell(viewer, order, kind="refund.requested", cause=reason.value, data=states.refund_facts(refund))
    return refund


async def recognize(viewer: Viewer, order_id: UUID) -> None:
    """Book the revenue of an order whose goods were received. Does nothing the second time."""
    async with viewer.market.change():
        order = await lock(viewer, order_id)
        goods = sum(_rest_of(line).amount for line in await _locked_lines(order))
        await ledger.recognize(order, goods=goods)


def refundable_units(order: Order, line: OrderLine) -> int:
    """Units of a line that can still be refunded: none while nothing is paid, or when all money goes back anyway."""
    if order.captured == 0 or order.state in (OrderState.CANCELED, OrderState.EXPIRED):
        return 0
    return line.quantity - line.refunded


def worth(line: OrderLine, units: int) -> int:
    """What the next `units` of a line refund, minor units."""
    return engine.refundable_amount(
        line_total=line.total,
        line_quantity=line.quantity,
        already_units=line.refunded,
        already_amount=line.refunded_amount + line.withheld,
        units=units,
    )


async def _applied(order: Order, *, locked: bool = False) -> list[Payment]:
    """The payments that pay for the order and hold something yet, oldest first: keys sort by time."""
    payments = Payment.filter(
        order_id=order.id, state=PaymentState.CAPTURED, is_applied=True, purpose__not=PaymentPurpose.TIP
    ).order_by("id")
    found = await (payments.select_for_update() if locked else payments)
    return [payment for payment in found if pays_for(payment)]


async def _locked_lines(order: Order) -> list[OrderLine]:
    return await OrderLine.filter(order_id=order.id).order_by("id").select_for_update()
