"""What clients read about where an order stands and what can be done with it."""

from domain.orders.actions import Action
from domain.orders.kinds import MESSAGES, EventKind
from domain.orders.states import BuyerStatus
from domain.pricing.engine import AdjustmentKind
from models.orders import CancelReason, OrderState
from models.outbox import ActorKind
from schema.fields import enum_type

enum_type(
    OrderState,
    description="Where an order stands for those who work on it. Buyers read `BuyerStatus`.",
    values={
        "PENDING_PAYMENT": "Placed; stock is held; waiting for money until `payBy`.",
        "PAID": "Paid; nothing is shipped yet.",
        "PARTIALLY_SHIPPED": "Some parcels are on their way, units are still to be shipped.",
        "SHIPPED": "Everything that will be shipped is on its way.",
        "DELIVERED": "The carriers report every parcel as delivered.",
        "RECEIVED": "Receipt was confirmed by the customer or by the clock.",
        "COMPLETED": "The after-sales period is over.",
        "CANCELED": "Canceled before shipment; what was paid goes back.",
        "EXPIRED": "Not paid in time; stock and coupon were given back.",
    },
)
enum_type(
    BuyerStatus,
    description="The shelf of “my orders” that an order lies on.",
    values={
        "TO_PAY": "待付款: waiting for the buyer's money.",
        "TO_SHIP": "待发货: paid, the shop has to ship.",
        "TO_RECEIVE": "待收货: at least one parcel is on its way or delivered.",
        "COMPLETED": "已完成: received.",
        "CANCELED": "已取消: canceled or not paid in time.",
        "AFTER_SALES": "退款/售后: received, and money of it was given back.",
    },
)
enum_type(
    CancelReason,
    description="Why an order is canceled.",
    values={
        "CHANGED_MIND": "The buyer no longer wants it.",
        "ORDERED_BY_MISTAKE": "Wrong goods, quantity or address.",
        "FOUND_CHEAPER": "It is cheaper elsewhere.",
        "TOO_SLOW": "Delivery takes too long.",
        "OUT_OF_STOCK": "The shop cannot supply it.",
        "FRAUD": "The shop suspects fraud.",
        "MERGED": "Another order took over its goods; not to be given by hand.",
        "NOT_ACCEPTED": "The shop does not accept the order; after its checks, or after a person has looked at it.",
        "OTHER": "Something else; say it in `note`.",
    },
)
enum_type(
    Action,
    name="OrderActionKind",
    description="Something that can be done with an order.",
    values={
        "PAY": "`paymentCreate`, by the buyer.",
        "CHANGE_ADDRESS": "`orderChange` of the address, by the buyer or staff.",
        "CHANGE_CONTACT": "`orderChange` of phone, e-mail address or note, by the buyer or staff.",
        "CHANGE_SLOT": "`orderChange` of the delivery's time slot, by the buyer or staff.",
        "CHANGE_ITEMS": "`orderChange` that adds goods or takes some out, by the buyer or staff.",
        "CANCEL_LINES": "`orderLinesCancel` of what is not shipped yet, by the buyer or staff.",
        "INTERCEPT": "`interceptionRequest` for parcels on their way, by the buyer or staff.",
        "CANCEL": "`orderCancel`, by the buyer or staff.",
        "SHIP": "`parcelShip`, by warehouse staff.",
        "CONFIRM_RECEIPT": "`orderReceiptConfirm`, by the buyer.",
        "REFUND": "`refundCreate`, by staff.",
        "CHOOSE_SHORTAGE": "`shortageChoose`, by the buyer or staff; `deadline` is when the clock chooses.",
        "URGE": "`orderUrge`, by the buyer.",
        "REVIEW_CLAIM": "`reviewClaim`, by those who review; `deadline` is when it should have been decided.",
        "REVIEW_APPROVE": "`reviewApprove`, by who has claimed the review; `deadline` is when the claim ends.",
        "REVIEW_REJECT": "`reviewReject`, by who has claimed the review; `deadline` is when the claim ends.",
    },
)
enum_type(
    EventKind,
    name="OrderEventKind",
    description="What happened to an order.",
    values={kind.name: MESSAGES[kind]["en"] for kind in EventKind}
    | {"PARCEL_SCANNED": "A carrier tells where a parcel is; `message` is what it says."},
)
enum_type(
    ActorKind,
    description="Who caused a change.",
    values={
        "GUEST": "The buyer, without an account.",
        "CUSTOMER": "The buyer, signed in.",
        "STAFF": "Somebody of the shop.",
        "SYSTEM": "The clock.",
        "PROVIDER": "A payment provider or a carrier.",
    },
)
enum_type(
    AdjustmentKind,
    name="OrderAdjustmentKind",
    description="A rule that adds to the price of the goods or takes something off.",
    values={
        "COUPON": "A coupon takes an amount off.",
        "SHIPPING": "Delivery by weight and region.",
        "FREE_SHIPPING": "Delivery is free from a threshold on.",
        "SHIPPING_CHANGE": "Delivery became dearer when the paid order was changed.",
        "MARKETPLACE": "What the marketplace took off that sold the order.",
    },
)
