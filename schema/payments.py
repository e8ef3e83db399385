"""Payments and refunds."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from adapters.payments.simulator import Outcome
from loaders import payments as loaders
from models import payments as models
from models.payments import PaymentMethod, PaymentPurpose, PaymentScene, PaymentState, RefundReason, RefundState
from resolvers import payments as resolvers
from schema.errors import Payload
from schema.fields import enum_type, field, mutation
from schema.node import Node, node_type
from schema.scalars import Money, money

if TYPE_CHECKING:
    from schema.orders.types import Order, OrderLine

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]

enum_type(
    PaymentMethod,
    description="How the customer pays.",
    values={
        "SIMULATOR": "The local payment simulator: no real money moves.",
        "EXTERNAL": "At the marketplace that sold the order. Not for `paymentCreate`.",
        "WECHAT_PAY": "WeChat Pay (微信支付), where the market has keys for it.",
        "ALIPAY": "Alipay (支付宝), where the market has keys for it.",
    },
)
enum_type(
    PaymentScene,
    description="Where the customer is while paying, which decides what a client has to show.",
    values={
        "QR_CODE": "In front of another screen: draw `payCode` as a QR code, to be read by the provider's app.",
        "BROWSER": "In a browser: open `payUrl`. With WeChat Pay that is a phone's browser outside WeChat (H5).",
        "IN_APP": "Inside WeChat (JSAPI, mini program), or an app with Alipay's SDK: hand `payParameters` to it.",
    },
)
enum_type(
    PaymentPurpose,
    description="What an attempt to pay is for.",
    values={
        "ORDER": "The order as it was placed.",
        "DIFFERENCE": "What a change of the order costs more.",
        "TIP": "A tip for the courier; it is not part of the order's money.",
    },
)
enum_type(
    PaymentState,
    description="Where an attempt to pay stands.",
    values={
        "PENDING": "Waiting for the customer and the provider.",
        "CAPTURED": "The provider has the money.",
        "FAILED": "The provider could not take it. The order can be paid with another attempt.",
        "EXPIRED": "The time to pay was over, or the order was paid or canceled meanwhile.",
    },
)
enum_type(
    RefundState,
    description="Where a refund stands.",
    values={
        "PENDING": "Promised, and on its way through the provider.",
        "SUCCEEDED": "The provider has given the money back.",
        "FAILED": "The provider could not; it is asked again by itself, then by staff. The money stays promised.",
    },
)
enum_type(
    RefundReason,
    description="Why money goes back.",
    values={
        "CANCELED": "The order was canceled.",
        "QUALITY": "The goods were not good.",
        "WRONG_OR_MISSING": "Something else came, or not everything.",
        "DAMAGED_IN_TRANSIT": "The carrier damaged it.",
        "NO_REASON": "The customer gave no reason.",
        "LATE_PAYMENT": "The payment came after the order was given up.",
        "PAID_TWICE": "The order had been paid already.",
        "CLAIM_GONE": "It was paid for a change or a service that no longer stood.",
        "NOT_DELIVERED": "It did not arrive.",
        "GOODWILL": "The shop is being kind.",
    },
)
enum_type(
    Outcome,
    name="PaymentSimulation",
    description="What the payment simulator lets happen to a payment.",
    values={
        "SUCCEED": "It is paid; the callback comes once.",
        "DECLINE": "It is declined.",
        "SUCCEED_TWICE": "It is paid, and the same callback comes twice at once.",
        "SUCCEED_BADLY_SIGNED_FIRST": "It is paid, but the first callbacks are signed wrongly: not to be believed.",
        "SUCCEED_OUT_OF_ORDER": "It is paid at the second try; the refusal of the first is reported last.",
        "SUCCEED_WRONG_AMOUNT": "It is paid, but the callback reports another amount. The market must not count it.",
        "SUCCEED_AFTER_EXPIRY": "It is paid, and the callback comes when the time to pay is over: move the clock on.",
        "SUCCEED_FAILING_REFUND": "It is paid; the first refund of it will fail.",
        "SUCCEED_SILENTLY": "It is paid, and nobody ever calls back, nor about its refunds: the market has to ask.",
    },
)


@strawberry.type(description="Proof of a payment (支付凭证).")
class PaymentReceipt:
    number: str = strawberry.field(description="Number of the payment.")
    order_number: str = strawberry.field(description="Number of the order that it was for.")
    amount: Money = strawberry.field(description="What was received.")
    paid_at: datetime = strawberry.field(description="When, UTC, by the market's clock.")
    method: PaymentMethod = strawberry.field(description="How it was paid.")
    provider_reference: str | None = strawberry.field(description="Under which reference the provider knows it.")


@node_type(
    models.Payment, loaders.payments_by_id, description="One attempt to pay an order. For its buyer and for staff."
)
class Payment(Node):
    number: str = strawberry.field(description="For people to read out. It opens nothing by itself.")
    method: PaymentMethod = strawberry.field(description="How it is paid.")
    purpose: PaymentPurpose = strawberry.field(description="What it is for.")
    state: PaymentState = strawberry.field(description="Where it stands.")
    amount: Money = money("amount", description="What is to be paid: the order's total, the difference or the tip.")
    captured: Money = money("captured", description="What the provider took.")
    refunded: Money = money("refunded", description="What was given or promised back of it.")
    scene: PaymentScene = strawberry.field(description="Where it is paid, and so by which of the next three.")
    pay_url: str | None = field(
        resolvers.pay_url, description="The page to pay at, for `BROWSER`; null once it is no longer pending."
    )
    pay_code: str | None = field(
        resolvers.pay_code,
        description="The text of the QR code to pay by, for `QR_CODE`; null once it is no longer pending.",
    )
    pay_parameters: str | None = field(
        resolvers.pay_parameters,
        description="For `IN_APP`: with WeChat Pay the JSON for `wx.requestPayment` or `WeixinJSBridge`, with Alipay "
        "the order string for its SDK. Null once it is no longer pending.",
    )
    failure: str | None = field(resolvers.failure, description="The provider's reason for refusing it, a code.")
    is_late: bool = strawberry.field(description="Whether it came when the order no longer waited for money.")
    is_applied: bool = strawberry.field(
        description="Whether it pays for the order. What was captured and is not applied goes back by itself."
    )
    created_at: datetime = strawberry.field(description="When it was started, UTC.")
    expires_at: datetime = strawberry.field(description="Until when it can be paid, UTC.")
    captured_at: datetime | None = strawberry.field(description="When the money came, UTC.")
    receipt: PaymentReceipt | None = field(resolvers.receipt, description="Proof of it; null until it is captured.")
    order: OrderReference | None = field(resolvers.order_of, description="The order that it is for.")


@strawberry.type(description="Units of an order line in a refund, and their money.")
class RefundLine:
    order_line: OrderLineReference | None = field(resolvers.refund_line_of, description="The line.")
    quantity: int = strawberry.field(description="Units whose money goes back.")
    amount: Money = money("amount", description="Their money after all discounts.")


@node_type(models.Refund, loaders.refunds_by_id, description="Money on its way back. For the buyer and for staff.")
class Refund(Node):
    number: str = strawberry.field(description="For people to read out. It opens nothing by itself.")
    state: RefundState = strawberry.field(description="Where it stands.")
    reason: RefundReason = strawberry.field(description="Why the money goes back.")
    note: str = strawberry.field(description="What staff wrote about it; the buyer sees it too.")
    amount: Money = money("amount", description="How much goes back.")
    shipping: Money = money("shipping", description="How much of it is shipping.")
    lines: list[RefundLine] = field(
        resolvers.refund_lines, description="What it is for; empty when a payment goes back that paid for nothing."
    )
    payment: Payment | None = field(resolvers.refund_payment, description="The payment that it goes back to.")
    order: OrderReference | None = field(resolvers.order_of, description="The order.")
    failure: str | None = field(resolvers.failure, description="The provider's reason for refusing it, a code.")
    created_at: datetime = strawberry.field(description="When it was promised, UTC.")
    succeeded_at: datetime | None = strawberry.field(description="When the money went back, UTC.")


@strawberry.type(description="A method that can be chosen for `paymentCreate`.")
class PaymentOffer:
    method: PaymentMethod = strawberry.field(description="How one can pay.")
    scenes: list[PaymentScene] = strawberry.field(description="Where one can pay with it, what is usual first.")


@strawberry.type
class PaymentQuery:
    payment_methods: list[PaymentOffer] = field(
        resolvers.payment_methods,
        description="The methods that can be chosen here, for clients to show. For everybody.",
    )
    payment: Payment | None = field(resolvers.payment, description="An attempt to pay, if it is yours to see.")


@strawberry.input(description="Which order is paid and how.")
class PaymentCreateInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    method: PaymentMethod = strawberry.field(description="How it is to be paid.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Yours, 1 to 100 characters. The same key gives the same payment instead of another one."
    )
    return_url: str = strawberry.field(
        default="", description="Where the provider's page leads back to: http or https, up to 500 characters."
    )
    scene: PaymentScene | None = strawberry.field(
        default=None, description="Where it is to be paid; the first of the method's `scenes` when left out."
    )
    payer_id: str = strawberry.field(
        default="",
        description="Who pays, by the provider's name for them. WeChat Pay `IN_APP` needs it: the openid under the "
        "market's app id. Up to 128 characters.",
    )


@strawberry.type(description="The payment that was started.")
class PaymentCreatePayload(Payload):
    payment: Payment | None = strawberry.field(
        description="It is paid by its `payUrl`, `payCode` or `payParameters`; null when nothing was done."
    )


@strawberry.input(description="What the payment simulator is to do.")
class DemoPaymentSimulateInput:
    payment_id: strawberry.ID = strawberry.field(description="A pending payment of yours.")
    outcome: Outcome = strawberry.field(description="What happens to it at the provider.")
    delay_seconds: int = strawberry.field(
        default=0, description="How much later than usual the provider calls back, 0 to 2,592,000 seconds."
    )
    payer: str = strawberry.field(
        default="", description="Who pays, as the provider will name them, up to 60 characters; empty: it does not say."
    )


@strawberry.type(description="The payment as the market knows it: the callback is still to come.")
class DemoPaymentSimulatePayload(Payload):
    payment: Payment | None = strawberry.field(description="The payment; null when nothing was done.")


@strawberry.input(description="Units of an order line whose money is to go back.")
class RefundLineInput:
    order_line_id: strawberry.ID = strawberry.field(description="The line.")
    quantity: int = strawberry.field(description="Units, 1 to the line's `refundableQuantity`.")


@strawberry.input(description="What would be refunded.")
class RefundPreviewInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    lines: list[RefundLineInput] = strawberry.field(default_factory=list, description="Goods, each line once.")
    shipping: bool = strawberry.field(default=False, description="Whether what is left of the shipping goes back too.")


@strawberry.type(description="To the cent what `refundCreate` would give, or why it would not. Nothing is written.")
class RefundPreviewPayload(Payload):
    amount: Money | None = strawberry.field(description="How much would go back; null when nothing would.")
    shipping: Money | None = strawberry.field(description="How much of it is shipping.")
    lines: list[RefundLine] | None = strawberry.field(description="How much for each line.")


@strawberry.input(description="What is refunded and why.")
class RefundCreateInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    lines: list[RefundLineInput] = strawberry.field(default_factory=list, description="Goods, each line once.")
    shipping: bool = strawberry.field(default=False, description="Whether what is left of the shipping goes back too.")
    reason: RefundReason = strawberry.field(default=RefundReason.NO_REASON, description="Why.")
    note: str = strawberry.field(default="", description="A note of up to 500 characters; the buyer sees it too.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Yours, 1 to 100 characters. The same key gives the same refund instead of another one."
    )


@strawberry.type(description="The refund that was promised.")
class RefundCreatePayload(Payload):
    refund: Refund | None = strawberry.field(description="The refund; the first one where several payments give back.")
    refunds: list[Refund] | None = strawberry.field(description="One for each payment that gives back.")
    order: OrderReference | None = strawberry.field(description="The order as it is now.")


@strawberry.input(description="Which failed refund is asked for again.")
class RefundRetryInput:
    refund_id: strawberry.ID = strawberry.field(description="The refund.")
    idempotency_key: strawberry.ID = strawberry.field(description="Yours, 1 to 100 characters.")


@strawberry.type(description="The refund that is on its way again.")
class RefundRetryPayload(Payload):
    refund: Refund | None = strawberry.field(description="The refund; null when nothing was done.")


@strawberry.type
class PaymentMutation:
    payment_create: PaymentCreatePayload = mutation(
        resolvers.payment_create,
        PaymentCreateInput,
        description="Start an attempt to pay the whole order, by its buyer. A failed one may be followed by another "
        "while the order waits for payment; every attempt is kept.",
    )
    demo_payment_simulate: DemoPaymentSimulatePayload = mutation(
        resolvers.demo_payment_simulate,
        DemoPaymentSimulateInput,
        description="Press a button of the payment simulator's page from here. Demo mode only.",
    )
    refund_preview: RefundPreviewPayload = mutation(
        resolvers.refund_preview,
        RefundPreviewInput,
        description="What a refund by line and quantity would give, by its very rules. For staff who refund.",
    )
    refund_create: RefundCreatePayload = mutation(
        resolvers.refund_create,
        RefundCreateInput,
        description="Give money back by line and quantity, never more than was captured. Units that were still to be "
        "shipped will not be. For staff who refund; buyers cancel instead.",
    )
    refund_retry: RefundRetryPayload = mutation(
        resolvers.refund_retry,
        RefundRetryInput,
        description="Ask the provider anew for a refund that has failed. For staff who refund.",
    )
