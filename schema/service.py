"""After-sales service: what can be asked for a line after it was received, and the cases that come of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.service.guards import ServiceAction
from loaders import service as loaders
from models import service as models
from models.catalog import ReturnExclusion
from models.service import Grade, ServiceLineState, ServiceReason, ServiceState, Wish
from resolvers import service as resolvers
from resolvers.context import Info
from schema.errors import ErrorCode, Payload
from schema.fields import enum_type, field, given, mutation, subscription
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money, SafeInt, money

if TYPE_CHECKING:
    from schema.orders.types import Order, OrderEvent, OrderLine

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderEventReference = Annotated["OrderEvent", strawberry.lazy("schema.orders.types")]
OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]

enum_type(
    ReturnExclusion,
    description="Why goods cannot be returned without a reason.",
    values={
        "FRESH": "They are kept cold: nobody could be sold them again.",
        "MARKED": "The shop says so of this product, for example because it is made or cut for one customer.",
        "SERVICE": "It is a service.",
    },
)
enum_type(
    Wish,
    name="ServiceWish",
    description="What a customer would have.",
    values={
        "REFUND_ONLY": "The money back; the goods stay with the customer.",
        "RETURN_AND_REFUND": "The goods go back, then the money.",
        "COMPENSATION": "Some money for no goods; the goods stay with the customer.",
    },
)
enum_type(
    ServiceReason,
    description="Why a customer is not content.",
    values={
        "NO_REASON": "No reason is given. Within seven days of receipt unless set otherwise, and not for all goods.",
        "QUALITY": "They are not good.",
        "WRONG_OR_MISSING": "Something else came, or not everything.",
        "SIZE": "They do not fit, or are not what was imagined. The same holds as without a reason.",
        "MALFUNCTION": "They do not work.",
        "DAMAGED_IN_TRANSIT": "They were damaged on the way.",
    },
)
enum_type(
    ServiceState,
    name="ServiceCaseState",
    description="Where a case stands.",
    values={
        "REQUESTED": "Waits for the shop's answer.",
        "AWAITING_GOODS": "Agreed to; waits for the customer to send the goods back.",
        "GOODS_UNDERWAY": "The goods are on their way back; the shop looks at them when they come.",
        "APPEALED": "The customer has asked that somebody else decides; waits for the answer.",
        "RESOLVED": "What was agreed to is done.",
        "REJECTED": "The shop did not agree to any of it.",
        "CANCELED": "The customer has taken it back.",
        "CLOSED": "The goods did not come in time.",
    },
)
enum_type(
    ServiceLineState,
    name="ServiceCaseLineState",
    description="Where one line of a case stands.",
    values={
        "REQUESTED": "Waits for the shop's answer.",
        "APPROVED": "Agreed to; waits for the goods.",
        "SETTLED": "The customer has been given what was agreed to.",
        "SENT_BACK": "The goods came back and go to the customer again.",
        "REJECTED": "The shop did not agree.",
        "GIVEN_UP": "Taken back by the customer, or closed because the goods did not come.",
    },
)
enum_type(
    ServiceAction,
    name="ServiceCaseActionKind",
    description="Something that can be done with a case.",
    values={
        "CANCEL": "Take it back: `serviceCaseCancel`.",
        "APPROVE": "Agree to it, or to some of it: `serviceCaseApprove`.",
        "REJECT": "Turn it down: `serviceCaseReject`.",
        "SHIP_BACK": "Tell with which waybill the goods come back: `serviceCaseShipBack`.",
        "INSPECT": "Tell how the goods were found: `serviceCaseInspect`.",
        "APPEAL": "Ask that somebody else decides: `serviceCaseAppeal`.",
    },
)
enum_type(
    Grade,
    name="ServiceGrade",
    description="How units were found that came back.",
    values={
        "AS_NEW": "They can be sold again: they go on the shelf when their money goes back, unless they are fresh.",
        "DAMAGED": "They cannot be sold again; booked as broken when their money goes back.",
        "WRONG_ITEM": "They are something else.",
    },
)


@strawberry.type(description="What holds for returning a product. An order keeps what was said when it was placed.")
class ReturnTerms:
    days: int = strawberry.field(
        description="Days after receipt to return it without a reason; 0 when that is not possible."
    )
    complaint_days: int = strawberry.field(description="Days after receipt to complain when it is not right.")
    exclusion: ReturnExclusion | None = strawberry.field(
        description="Why it cannot be returned without a reason; null when it can."
    )
    text: str | None = field(resolvers.terms_text, description="The same for people, in the caller's language.")


@strawberry.type(description="One reason to ask for something about a line, and whether it counts now.")
class ServiceOption:
    reason: ServiceReason = strawberry.field(description="The reason.")
    wishes: list[Wish] = strawberry.field(description="What may be wished for this reason.")
    allowed: bool = strawberry.field(description="Whether `serviceCaseCreate` would take it now from the buyer.")
    refusal: str | None = strawberry.field(description="Why not, for people; null when allowed.")
    refusal_code: ErrorCode | None = strawberry.field(description="Why not, for code; null when allowed.")
    until: datetime | None = strawberry.field(
        description="Until when, UTC; null while receipt is not confirmed, which starts the time."
    )


@strawberry.type(description="Units as they came back.")
class ServiceFinding:
    quantity: int = strawberry.field(description="Units.")
    grade: Grade = strawberry.field(description="How they were found.")
    sent_back: bool = strawberry.field(
        name="isSentBack", description="Whether they go to the customer again; else their money goes back."
    )


@strawberry.type(description="Units of an order line that a case is about.")
class ServiceCaseLine:
    order_line: OrderLineReference | None = field(resolvers.line_of, description="The line.")
    quantity: int = strawberry.field(description="Units.")
    wish: Wish = strawberry.field(description="What the customer would have.")
    reason: ServiceReason = strawberry.field(description="Why.")
    state: ServiceLineState | None = field(resolvers.line_state, description="Where it stands; null in a preview.")
    expected_refund: Money | None = money(
        "expected",
        description="What it would give when it was asked for; null for a compensation: the shop names it.",
    )

    amount: Money | None = field(resolvers.line_amount, description="What was given; null while nothing was.")
    explanation: str | None = field(
        resolvers.line_explanation, description="Why it was turned down, sent back, or less was given; null otherwise."
    )
    findings: list[ServiceFinding] = field(
        resolvers.line_findings, description="How the units were found that came back; empty before."
    )


@strawberry.type(description="One thing that can or cannot be done with a case now, by this viewer.")
class ServiceCaseAction:
    action: ServiceAction = strawberry.field(description="What it is.")
    allowed: bool = strawberry.field(description="Whether the mutation would work now.")
    reason: str | None = strawberry.field(description="Why not, for people; null when allowed.")
    reason_code: ErrorCode | None = strawberry.field(description="Why not, for code: what the mutation would answer.")
    deadline: datetime | None = strawberry.field(
        description="Until when it can be done or is to be done, UTC; null where it is not allowed or no time is set."
    )


@node_type(
    models.ServiceCase,
    loaders.cases_by_id,
    description="What a customer asks for about goods that were received. For the order's buyer and for staff who "
    "decide cases or take goods in.",
)
class ServiceCase(Node):
    number: str = strawberry.field(description="For people to read out. It opens nothing by itself.")
    state: ServiceState = strawberry.field(description="Where it stands.")
    order: OrderReference | None = field(resolvers.order_of, description="The order that it is about.")
    lines: list[ServiceCaseLine] = field(resolvers.case_lines, description="What is asked for, line by line.")
    note: str = strawberry.field(description="What the customer wrote; may be empty.")
    actions: list[ServiceCaseAction] = field(
        resolvers.actions_of, description="What you can do with it now, until when, and why not otherwise."
    )
    explanation: str = strawberry.field(description="What the shop told the customer about it; may be empty.")
    decided_at: datetime | None = strawberry.field(description="When the shop last agreed or turned down, UTC.")
    carrier: str = strawberry.field(description="With whom the goods come back; empty while that is not told.")
    waybill: str = strawberry.field(description="Under which number they come back; empty while that is not told.")
    shipped_back_at: datetime | None = strawberry.field(description="When that was told, UTC.")
    inspected_at: datetime | None = strawberry.field(description="When the goods were inspected, UTC.")
    returned_waybill: str = strawberry.field(
        description="Under which number goods go to the customer again that were not taken back; may be empty."
    )
    appeal: str = strawberry.field(description="What the customer said against the decision; empty without an appeal.")
    appealed_at: datetime | None = strawberry.field(description="When the customer appealed, UTC.")
    appeal_by: datetime | None = strawberry.field(
        description="Until when the customer may appeal, UTC; null when there is nothing to appeal against, or no more."
    )
    due_at: datetime | None = strawberry.field(
        description="Until when the next step is to be done, UTC; null once nothing is to be done."
    )
    is_overdue: bool = field(resolvers.is_overdue, description="Whether the next step should have been done by now.")
    escalated_at: datetime | None = strawberry.field(
        description="When the shop had let the time for the present step go by, UTC; null when it had not."
    )
    version: int = strawberry.field(description="Counts up with every change.")
    opened_at: datetime = strawberry.field(description="When it was opened, UTC.")
    ended_at: datetime | None = strawberry.field(description="When it ended, UTC; null while it is open.")


@strawberry.type(description="A case as it is now, and what has just happened to it.")
class ServiceCaseChange:
    row: ServiceCase = strawberry.field(name="case", description="The case as it is now.")
    event: OrderEventReference | None = strawberry.field(
        description="What happened; null in the snapshot that opens a stream."
    )
    cursor: str = strawberry.field(description="Give it as `after` when you come back: you get what you missed, once.")


@strawberry.input(description="Which cases. All conditions must hold.")
class ServiceCaseFilter:
    states: list[ServiceState] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these states; those that are open when left out."
    )
    overdue: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those whose next step is late, or only the others."
    )
    escalated: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those that were escalated by the clock, or only the others."
    )


async def list_cases(
    info: Info,
    filter: Annotated[
        ServiceCaseFilter | None, strawberry.argument(description="Which cases; the open ones when left out.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.CaseChoice(**given(filter)) if filter else resolvers.CaseChoice()
    return await resolvers.service_cases(info, choice, first=first, after=after, last=last, before=before)


@strawberry.type
class ServiceQuery:
    service_cases: Connection[ServiceCase] = field(
        list_cases,
        description="After-sales cases, the oldest first: all for staff who work with cases, or yours.",
    )
    service_case: ServiceCase | None = field(
        resolvers.service_case, description="An after-sales case by its id, if it is yours to see; null otherwise."
    )


@strawberry.input(description="What is wished for units of an order line.")
class ServiceCaseLineInput:
    order_line_id: strawberry.ID = strawberry.field(description="The line; each one once.")
    quantity: int = strawberry.field(description="Units, 1 to the line's `returnableQuantity`.")
    wish: Wish = strawberry.field(description="What you would have; see the line's `serviceOptions`.")
    reason: ServiceReason = strawberry.field(description="Why.")


@strawberry.input(description="What would be asked for.")
class ServiceCasePreviewInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    lines: list[ServiceCaseLineInput] = strawberry.field(description="What is wished, line by line.")


@strawberry.input(description="What is asked for.")
class ServiceCaseCreateInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    lines: list[ServiceCaseLineInput] = strawberry.field(description="What is wished, line by line.")
    note: str = strawberry.field(default="", description="What you would tell the shop, up to 1000 characters.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key opens one case however often it is sent."
    )


@strawberry.input(description="A case to take back.")
class ServiceCaseCancelInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")


@strawberry.input(description="A line that the shop agrees to.")
class ServiceCaseAgreedInput:
    order_line_id: strawberry.ID = strawberry.field(description="The order line.")
    amount_minor_units: SafeInt | None = strawberry.field(
        default=None,
        description="For a compensation, and needed there: minor units, at most what was paid for the units. Not used "
        "for other wishes.",
    )


@strawberry.input(description="The shop agrees.")
class ServiceCaseApproveInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    lines: list[ServiceCaseAgreedInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="To which lines; the others are turned down. Left out, to all that wait for an answer.",
    )
    explanation: str = strawberry.field(
        default="", description="Told to the customer, up to 500 characters; needed when a line is turned down."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The version you have seen; refused when the case has changed since."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key does it once however often it is sent."
    )


@strawberry.input(description="The shop does not agree.")
class ServiceCaseRejectInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    explanation: str = strawberry.field(description="Why: told to the customer, 1 to 500 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The version you have seen; refused when the case has changed since."
    )


@strawberry.input(description="The customer asks that somebody else decides.")
class ServiceCaseAppealInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    words: str = strawberry.field(description="What speaks against the decision, 1 to 1000 characters.")


@strawberry.input(description="Goods are on their way back.")
class ServiceCaseShipBackInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    carrier: str = strawberry.field(description="With whom, 1 to 40 characters.")
    waybill: str = strawberry.field(description="Under which number, 4 to 60 characters.")


@strawberry.input(description="Units of a line as they came back.")
class ServiceFindingInput:
    order_line_id: strawberry.ID = strawberry.field(description="The order line.")
    quantity: int = strawberry.field(description="Units.")
    grade: Grade = strawberry.field(description="How they were found.")
    sent_back: bool = strawberry.field(
        name="isSentBack", default=False, description="True: they go to the customer again, and no money goes back."
    )


@strawberry.input(description="What the shop keeps of a line's money.")
class ServiceDeductionInput:
    order_line_id: strawberry.ID = strawberry.field(description="The order line.")
    amount_minor_units: SafeInt = strawberry.field(description="Minor units, less than the line's units would give.")


@strawberry.input(description="How the goods of a case were found.")
class ServiceCaseInspectInput:
    case_id: strawberry.ID = strawberry.field(description="The case.")
    findings: list[ServiceFindingInput] = strawberry.field(
        description="Every unit that was to come back, once; those of one line may be found differently."
    )
    deductions: list[ServiceDeductionInput] = strawberry.field(
        default_factory=list, description="What is kept of the money of lines, for example because a part is missing."
    )
    explanation: str = strawberry.field(
        default="",
        description="Told to the customer, up to 500 characters; needed when units are sent back or money is kept.",
    )
    waybill: str = strawberry.field(
        default="", description="Under which number units go to the customer again, up to 60 characters."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key does it once however often it is sent."
    )


@strawberry.type(description="What asking would open. Nothing was written.")
class ServiceCasePreviewPayload(Payload):
    lines: list[ServiceCaseLine] | None = strawberry.field(description="Each line with what it would give.")
    expected_refund: Money | None = strawberry.field(
        description="What all lines would give together, to the cent; without compensations."
    )


@strawberry.type(description="The case and its order as they are now.")
class ServiceCasePayload(Payload):
    case: ServiceCase | None = strawberry.field(description="The case; null when nothing was done.")
    order: OrderReference | None = strawberry.field(description="Its order; null when nothing was done.")


@strawberry.type
class ServiceMutation:
    service_case_preview: ServiceCasePreviewPayload = mutation(
        resolvers.service_case_preview,
        ServiceCasePreviewInput,
        description="What `serviceCaseCreate` would open, and every reason why not. By the order's buyer, also with "
        "the order's token. Writes nothing.",
    )
    service_case_create: ServiceCasePayload = mutation(
        resolvers.service_case_create,
        ServiceCaseCreateInput,
        description="Ask for a refund, a return or a compensation for goods that were received. By the order's buyer, "
        "also with the order's token. The order is not completed while the case is open.",
    )
    service_case_cancel: ServiceCasePayload = mutation(
        resolvers.service_case_cancel,
        ServiceCaseCancelInput,
        description="Take a case back, until the goods are on their way. By the order's buyer.",
    )
    service_case_approve: ServiceCasePayload = mutation(
        resolvers.service_case_approve,
        ServiceCaseApproveInput,
        description="Agree to a case, or to some of its lines: money goes back at once, or when the goods have come "
        "back. For staff who resolve cases; an appeal is decided by another person than the first.",
    )
    service_case_reject: ServiceCasePayload = mutation(
        resolvers.service_case_reject,
        ServiceCaseRejectInput,
        description="Turn down what waits for an answer. The customer is told why and may appeal once. For staff who "
        "resolve cases; an appeal is decided by another person than the first.",
    )
    service_case_appeal: ServiceCasePayload = mutation(
        resolvers.service_case_appeal,
        ServiceCaseAppealInput,
        description="Ask that another person decides about what was turned down or sent back. By the order's buyer, "
        "once, until `appealBy`.",
    )
    service_case_ship_back: ServiceCasePayload = mutation(
        resolvers.service_case_ship_back,
        ServiceCaseShipBackInput,
        description="Tell with which carrier and waybill the goods come back. By the order's buyer, or by staff who "
        "resolve cases, until `dueAt`; then the case is closed.",
    )
    service_case_inspect: ServiceCasePayload = mutation(
        resolvers.service_case_inspect,
        ServiceCaseInspectInput,
        description="Take in what came back: what is as good as new goes on the shelf, what is broken is booked so, "
        "and the money goes back, or the goods do. For staff who ship or resolve cases.",
    )


@strawberry.type
class ServiceSubscription:
    service_case_events: ServiceCaseChange = subscription(
        resolvers.service_case_events,
        description="Live changes of all after-sales cases, for staff who work with them: first the open ones as they "
        "are, then every event once, in the order in which they were committed. A buyer follows the order instead.",
    )
