"""Payments and refunds as their owner and staff see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import strawberry

from adapters.payments.simulator import Outcome
from domain.orders.visible import is_known
from domain.payments import attempts, demo, refunds, sending
from domain.payments.providers import Offer, offered
from domain.payments.refunds import Asked, Plan
from domain.payments.shares import Share
from kit import ids
from kit.money import Money
from kit.validate import clean_text
from loaders import orders as order_loaders
from loaders import payments as loaders
from models.orders import Order, OrderLine
from models.payments import (
    Payment,
    PaymentMethod,
    PaymentScene,
    PaymentState,
    Refund,
    RefundLine,
    RefundReason,
)
from resolvers.answers import Answer, problems
from resolvers.context import Info


class LineChoice(Protocol):
    """A line of the input."""

    order_line_id: str
    quantity: int


# Payments -----------------------------------------------------------------------------------------------------------


async def payment(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The payment.")]
) -> Payment | None:
    key = ids.find_key("Payment", id)
    return await info.context.load(loaders.payments_by_id, key) if key else None


def pay_url(root: strawberry.Parent[Payment]) -> str | None:
    return root.pay_url or None if root.state == PaymentState.PENDING else None


def pay_code(root: strawberry.Parent[Payment]) -> str | None:
    return _code(root, PaymentScene.QR_CODE)


def pay_parameters(root: strawberry.Parent[Payment]) -> str | None:
    return _code(root, PaymentScene.IN_APP)


def _code(payment: Payment, scene: PaymentScene) -> str | None:
    is_payable = payment.state == PaymentState.PENDING and payment.scene == scene
    return payment.pay_code or None if is_payable else None


def payment_methods(info: Info) -> list[Offer]:
    return offered(info.context.viewer.market)


def failure(root: strawberry.Parent[Payment | Refund]) -> str | None:
    return root.failure or None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves a payment."""

    payment: Payment
    order: Order

    @property
    def number(self) -> str:
        return self.payment.number

    @property
    def order_number(self) -> str:
        return self.order.number

    @property
    def amount(self) -> Money:
        return Money(self.payment.captured, self.payment.currency)

    @property
    def paid_at(self) -> datetime | None:
        return self.payment.captured_at

    @property
    def method(self) -> PaymentMethod:
        return self.payment.method

    @property
    def provider_reference(self) -> str | None:
        return self.payment.provider_reference


async def receipt(root: strawberry.Parent[Payment], info: Info) -> Receipt | None:
    if root.state != PaymentState.CAPTURED:
        return None
    order = await info.context.load(order_loaders.orders_by_id, root.order_id)
    return Receipt(root, order) if order else None


async def order_of(root: strawberry.Parent[Payment | Refund], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def order_payments(root: strawberry.Parent[Order], info: Info) -> list[Payment]:
    if not is_known(info.context.viewer, root):
        return []
    return await info.context.load(loaders.payments_by_order, root.id)


async def payment_create(
    info: Info,
    *,
    order_id: str,
    method: PaymentMethod,
    idempotency_key: str,
    return_url: str = "",
    scene: PaymentScene | None = None,
    payer_id: str = "",
) -> Answer:
    key = ids.key_of("Order", order_id, "order_id")
    return Answer(
        payment=await attempts.create(
            info.context.viewer,
            key,
            method=method,
            idempotency_key=idempotency_key,
            return_url=return_url,
            scene=scene,
            payer_id=payer_id,
        )
    )


async def demo_payment_simulate(
    info: Info, *, payment_id: str, outcome: Outcome, delay_seconds: int = 0, payer: str = ""
) -> Answer:
    key = ids.key_of("Payment", payment_id, "payment_id")
    simulated = await demo.simulate(info.context.viewer, key, outcome, delay_seconds=delay_seconds, payer=payer)
    return Answer(payment=simulated)


# Refunds ------------------------------------------------------------------------------------------------------------


async def order_refunds(root: strawberry.Parent[Order], info: Info) -> list[Refund]:
    if not is_known(info.context.viewer, root):
        return []
    return await info.context.load(loaders.refunds_by_order, root.id)


async def refund_payment(root: strawberry.Parent[Refund], info: Info) -> Payment | None:
    return await info.context.load(loaders.payments_by_id, root.payment_id)


@dataclass(frozen=True, slots=True)
class RefundLineView:
    """Units of a line and their money."""

    line_id: UUID
    quantity: int
    amount: int
    currency: str


async def refund_lines(root: strawberry.Parent[Refund], info: Info) -> list[RefundLineView]:
    lines: list[RefundLine] = await info.context.load(loaders.refund_lines, root.id)
    return [RefundLineView(line.order_line_id, line.quantity, line.amount, root.currency) for line in lines]


async def refund_line_of(root: strawberry.Parent[RefundLineView], info: Info) -> OrderLine | None:
    return await info.context.load(order_loaders.order_lines_by_id, root.line_id)


def _planned(shares: Sequence[Share], currency: str) -> list[RefundLineView]:
    return [RefundLineView(share.line.id, share.quantity, share.amount, currency) for share in shares if share.line]


async def refundable_quantity(root: strawberry.Parent[OrderLine], info: Info) -> int:
    order = await info.context.load(order_loaders.orders_by_id, root.order_id)
    return refunds.refundable_units(order, root) if order else 0


async def refundable_amount(root: strawberry.Parent[OrderLine], info: Info) -> Money:
    order = await info.context.load(order_loaders.orders_by_id, root.order_id)
    units = refunds.refundable_units(order, root) if order else 0
    currency = order.currency if order else info.context.viewer.market.policy.currency
    return Money(refunds.worth(root, units) if units else 0, currency)


def _asked(lines: Sequence[LineChoice]) -> list[Asked]:
    keys = ids.keys_of("OrderLine", [line.order_line_id for line in lines], "lines", "order_line_id")
    return [Asked(key, line.quantity) for key, line in zip(keys, lines, strict=True)]


async def refund_preview(
    info: Info, *, order_id: str, lines: Sequence[LineChoice] = (), shipping: bool = False
) -> Answer:
    key = ids.key_of("Order", order_id, "order_id")
    plan = await refunds.preview(info.context.viewer, key, lines=_asked(lines), shipping=shipping)
    if plan.problems:
        return Answer(user_errors=problems(info, plan.problems))
    return _shown(plan)


def _shown(plan: Plan) -> Answer:
    return Answer(
        amount=Money(plan.amount, plan.currency),
        shipping=Money(plan.shipping, plan.currency),
        lines=_planned(plan.shares, plan.currency),
    )


async def refund_create(
    info: Info,
    *,
    order_id: str,
    idempotency_key: str,
    lines: Sequence[LineChoice] = (),
    shipping: bool = False,
    reason: RefundReason = RefundReason.NO_REASON,
    note: str = "",
) -> Answer:
    made = await refunds.create(
        info.context.viewer,
        ids.key_of("Order", order_id, "order_id"),
        lines=_asked(lines),
        shipping=shipping,
        reason=reason,
        note=clean_text(note, path=("note",), maximum=refunds.LONGEST_NOTE, multiline=True),
        idempotency_key=idempotency_key,
    )
    order = await info.context.load(order_loaders.orders_by_id, made[0].order_id)
    return Answer(refund=made[0], refunds=made, order=order)


async def refund_retry(info: Info, *, refund_id: str, idempotency_key: str) -> Answer:
    key = ids.key_of("Refund", refund_id, "refund_id")
    return Answer(refund=await sending.retry(info.context.viewer, key, idempotency_key=idempotency_key))
