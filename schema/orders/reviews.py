"""The review queue and what leads into it: reviews, calls, checks in words, rules and thresholds. For staff."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.orders.review_kinds import ReviewEventKind
from kit.paging import Page
from loaders import reviews as loaders
from models import reviews as models
from models.reviews import (
    CallOutcome,
    RejectReason,
    ReviewStage,
    RiskDecision,
    RiskMoment,
    RiskRuleKind,
    VelocityKey,
)
from resolvers.context import Info
from resolvers.orders import reviews as resolvers
from resolvers.orders.reviews import ReviewSort
from schema.errors import Payload, UserError, error_type
from schema.fields import enum_type, field, given, mutation, subscription
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money, SafeInt, money

if TYPE_CHECKING:
    from schema.customers.types import User
    from schema.orders.types import Order

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
UserReference = Annotated["User", strawberry.lazy("schema.customers.types")]

enum_type(
    ReviewStage,
    description="Where a review stands.",
    values={
        "PENDING": "Waiting for a reviewer.",
        "CLAIMED": "A reviewer is looking at it.",
        "APPROVED": "The order may be shipped.",
        "REJECTED": "The order was turned down: canceled, and its money goes back.",
        "LAPSED": "The order was canceled or expired before anybody had decided.",
    },
)
enum_type(
    RejectReason,
    description="Why a reviewer turns an order down. For staff; the buyer reads `message`.",
    values={
        "SUSPECTED_FRAUD": "It looks like fraud.",
        "BUYER_DENIES": "The person who was called has not ordered it.",
        "UNREACHABLE": "Nobody could be reached.",
        "WRONG_CONTACT": "The phone number or address is somebody else's.",
        "RESALE": "It is bought to be sold on.",
        "OTHER": "Something else; say it in `note`.",
    },
)
enum_type(
    CallOutcome,
    description="What came of a telephone call to the buyer.",
    values={
        "CONFIRMED": "The buyer confirms the order.",
        "NO_ANSWER": "Nobody answered.",
        "DENIED": "The person has not ordered it.",
        "WRONG_NUMBER": "It is somebody else's number.",
    },
)
enum_type(
    RiskRuleKind,
    description="What a risk rule looks at.",
    values={
        "ORDER_AMOUNT": "The order's total.",
        "MANY_UNITS": "Units over all lines.",
        "REGION": "Where it goes.",
        "VELOCITY": "How many orders came from the same account, phone or caller address.",
        "NOTE_KEYWORDS": "Words in the buyer's note.",
        "NEW_ACCOUNT": "How old the buyer's account is.",
        "PAYER_MISMATCH": "Whether somebody else pays than receives it.",
    },
)
enum_type(
    VelocityKey,
    description="By what a velocity rule takes orders for the same buyer's.",
    values={
        "ACCOUNT": "The account that they were placed with.",
        "PHONE": "The phone of the contact.",
        "ADDRESS": "The network address of the caller.",
    },
)
enum_type(
    RiskMoment,
    description="When an order is checked.",
    values={"SUBMISSION": "When it was placed.", "PAYMENT": "When its money came."},
)
enum_type(
    RiskDecision,
    description="What a check came to.",
    values={
        "PASS": "It passes without a person.",
        "REVIEW": "A person has to look.",
        "REJECT": "It is turned down by itself.",
    },
)
enum_type(
    ReviewSort,
    description="In which order reviews are listed.",
    values={
        "OLDEST": "Whoever waits longest first.",
        "NEWEST": "The newest first.",
        "RISKIEST": "The highest score first.",
    },
)
enum_type(
    ReviewEventKind,
    description="What happened to a review.",
    values={
        "OPENED": "A check asked for it.",
        "CLAIMED": "A reviewer took it, or made the time of the claim longer.",
        "RELEASED": "The claim was given back, or its time was over.",
        "CALLED": "A telephone call was recorded.",
        "ESCALATED": "The time to decide is over.",
        "APPROVED": "The order may be shipped.",
        "REJECTED": "The order was turned down.",
        "LAPSED": "The order came to nothing, so there is nothing to decide.",
    },
)


# ------------------------------------------------------------------------------------------------------------- reviews


@strawberry.type(description="A telephone call to the buyer, as the reviewer recorded it.")
class ReviewCall:
    outcome: CallOutcome = strawberry.field(description="What came of it.")
    note: str = strawberry.field(description="What the reviewer wrote; may be empty.")
    called_by: UserReference | None = field(resolvers.called_by, description="Who called.")
    called_at: datetime = strawberry.field(description="When, UTC.")


@node_type(
    models.Review, loaders.reviews_by_id, description="A person's look at an order before it is shipped. For reviewers."
)
class Review(Node):
    order: OrderReference | None = field(resolvers.review_order, description="The order.")
    stage: ReviewStage = strawberry.field(description="Where it stands.")
    score: int = strawberry.field(description="The points of the rules that the order fits.")
    opened_at: datetime = strawberry.field(description="Since when it waits, UTC.")
    due_at: datetime = strawberry.field(description="Until when it should be decided, UTC.")
    is_overdue: bool = field(resolvers.is_overdue, description="Whether it is open past `dueAt`.")
    escalated_at: datetime | None = strawberry.field(description="When it was found to be overdue, UTC.")
    claimed_by: UserReference | None = field(
        resolvers.claimed_by, description="Who has claimed it, as long as the claim runs."
    )
    claimed_until: datetime | None = field(
        resolvers.claimed_until, description="Until when the claim runs, UTC; null without one."
    )
    needs_call: bool = field(
        resolvers.needs_call, description="Whether a CONFIRMED call is needed before it can be approved."
    )
    calls: list[ReviewCall] = field(resolvers.calls, description="Calls to the buyer, oldest first.")
    reject_reason: RejectReason | None = strawberry.field(description="Why the order was turned down.")
    note: str = strawberry.field(description="What the reviewer wrote about the decision; may be empty.")
    decided_by: UserReference | None = field(
        resolvers.decided_by, description="Who decided; null while it is open, and when it closed by itself."
    )
    decided_at: datetime | None = strawberry.field(description="When it was decided or closed by itself, UTC.")
    version: int = strawberry.field(description="Counts up with every change; for `expectedVersion`.")


@strawberry.input(description="Which reviews. All conditions must hold.")
class ReviewFilter:
    stages: list[ReviewStage] | None = strawberry.field(
        default=strawberry.UNSET, description="In one of these stages; left out: those that are open."
    )
    mine: bool = strawberry.field(default=False, description="Only those that you claimed last.")
    overdue: bool = strawberry.field(default=False, description="Only those that are open past `dueAt`.")


async def list_reviews(
    info: Info,
    filter: Annotated[
        ReviewFilter | None, strawberry.argument(description="Which reviews; the open ones when left out.")
    ] = None,
    sort: Annotated[ReviewSort, strawberry.argument(description="In which order.")] = ReviewSort.OLDEST,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Page[models.Review]:
    choice = resolvers.ReviewChoice(**given(filter)) if filter else resolvers.ReviewChoice()
    return await resolvers.review_queue(info, choice, sort, first=first, after=after, last=last, before=before)


@strawberry.type(description="A review as it is now, and what has just happened to it.")
class ReviewChange:
    row: Review = strawberry.field(name="review", description="The review as it is now.")
    kind: ReviewEventKind | None = field(
        resolvers.event_kind, description="What happened; null in the snapshot that opens the stream."
    )
    happened_at: datetime | None = field(resolvers.event_moment, description="When, UTC; null in the snapshot.")
    cursor: str = strawberry.field(description="Give it as `after` when you come back: you get what you missed, once.")


# ---------------------------------------------------------------------------------------------------------- the checks


@strawberry.type(description="A rule that an order fitted when it was checked.")
class RiskFinding:
    rule: str = strawberry.field(description="What the rule was called then.")
    kind: RiskRuleKind = strawberry.field(description="What it looks at.")
    points: int = strawberry.field(description="What it added to the score.")
    message: str = strawberry.field(description="What it saw, in the caller's language; names of people are masked.")


@strawberry.type(description="One check of an order.")
class RiskAssessment:
    occasion: RiskMoment = strawberry.field(description="When in the order's life.")
    score: int = strawberry.field(description="The points of all findings together.")
    decision: RiskDecision = strawberry.field(description="What it came to, by the thresholds of that time.")
    findings: list[RiskFinding] = field(resolvers.findings, description="The rules that fit, the weightiest first.")
    created_at: datetime = strawberry.field(description="When, UTC.")


@strawberry.type(description="What scores lead to. For those who review.")
class RiskSettings:
    review_from: int | None = strawberry.field(description="From this score on a person looks; null: never.")
    reject_from: int | None = strawberry.field(description="From this score on it is turned down; null: never.")
    version: int = strawberry.field(description="Counts up with every change; for `expectedVersion`.")


@strawberry.type(description="Why an order was, or was not, held for a person. Buyers never see it.")
class RiskExplanation:
    order: OrderReference = strawberry.field(description="The order.")
    score: int = strawberry.field(description="The highest score of all checks.")
    decision: RiskDecision | None = strawberry.field(
        description="What the last check came to; null for an order that was never checked."
    )
    assessments: list[RiskAssessment] = strawberry.field(description="Every check, oldest first.")
    policy: RiskSettings = strawberry.field(description="The thresholds now.")


@strawberry.type(description="The parameters of a risk rule. Those that its kind does not have are null.")
class RiskRuleParameters:
    from_minor_units: SafeInt | None = strawberry.field(description="ORDER_AMOUNT: from this total on, minor units.")
    units: int | None = strawberry.field(description="MANY_UNITS: from this many units on.")
    provinces: list[str] | None = strawberry.field(description="REGION: these provinces, by their Chinese names.")
    cities: list[str] | None = strawberry.field(description="REGION: these cities.")
    by: VelocityKey | None = strawberry.field(description="VELOCITY: by what orders are taken for the same buyer's.")
    orders: int | None = strawberry.field(description="VELOCITY: from this many orders on, this one among them.")
    hours: int | None = strawberry.field(description="VELOCITY: within so many hours. NEW_ACCOUNT: younger than that.")
    words: list[str] | None = strawberry.field(description="NOTE_KEYWORDS: any of these words in the note.")
    guests: bool | None = strawberry.field(description="NEW_ACCOUNT: whether buyers without an account count.")
    account_too: bool | None = strawberry.field(
        description="PAYER_MISMATCH: whether the account's name is compared with the recipient's as well."
    )


@node_type(models.RiskRule, loaders.rules_by_id, description="Something that makes an order look risky. For reviewers.")
class RiskRule(Node):
    name: str = strawberry.field(description="What staff call it.")
    kind: RiskRuleKind = strawberry.field(description="What it looks at.")
    parameters: RiskRuleParameters = field(resolvers.parameters, description="When it fits.")
    points: int = strawberry.field(description="What it adds to the score of an order that it fits.")
    is_enabled: bool = strawberry.field(description="Whether it counts.")
    version: int = strawberry.field(description="Counts up with every change; for `expectedVersion`.")
    edited_at: datetime = strawberry.field(description="When it was last changed, UTC.")


@strawberry.type
class ReviewQuery:
    review_queue: Connection[Review] = field(
        list_reviews, description="Orders that wait for a person, oldest first. Empty unless you review orders."
    )
    explain_risk: RiskExplanation | None = field(
        resolvers.explain_risk, description="What the checks of an order found, in words. For those who review."
    )
    risk_rules: list[RiskRule] = field(
        resolvers.risk_rule_list, description="All rules, the weightiest first. Empty unless you review orders."
    )
    risk_settings: RiskSettings | None = field(
        resolvers.risk_settings, description="What scores lead to. For those who review."
    )


# ------------------------------------------------------------------------------------------------------------- actions


@strawberry.input(description="Which review to take.")
class ReviewClaimInput:
    review_id: strawberry.ID = strawberry.field(description="The review.")


@strawberry.input(description="Which review to give back.")
class ReviewReleaseInput:
    review_id: strawberry.ID = strawberry.field(description="The review.")


@strawberry.input(description="A telephone call to the buyer.")
class ReviewPhoneCallAddInput:
    review_id: strawberry.ID = strawberry.field(description="The review, which you have claimed.")
    outcome: CallOutcome = strawberry.field(description="What came of it.")
    note: str = strawberry.field(default="", description="What was said, up to 500 characters; staff read it.")


@strawberry.input(description="Which order may be shipped.")
class ReviewApproveInput:
    review_id: strawberry.ID = strawberry.field(description="The review, which you have claimed.")
    note: str = strawberry.field(default="", description="Why, up to 500 characters; staff read it.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The review's version that you have seen; another one is refused."
    )


@strawberry.input(description="Which order is turned down, and why.")
class ReviewRejectInput:
    review_id: strawberry.ID = strawberry.field(description="The review, which you have claimed.")
    reason: RejectReason = strawberry.field(description="Why, for staff.")
    message: str = strawberry.field(
        default="", description="What the buyer reads on the canceled order, up to 500 characters."
    )
    note: str = strawberry.field(default="", description="More about it, up to 500 characters; staff read it.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The review's version that you have seen; another one is refused."
    )


@strawberry.type(description="The review that was taken.")
class ReviewClaimPayload(Payload):
    review: Review | None = strawberry.field(description="The review as it is now; null when nothing was done.")


@strawberry.type(description="The review that was given back.")
class ReviewReleasePayload(Payload):
    review: Review | None = strawberry.field(description="The review as it is now; null when nothing was done.")


@strawberry.type(description="The review with the recorded call.")
class ReviewPhoneCallAddPayload(Payload):
    review: Review | None = strawberry.field(description="The review as it is now; null when nothing was done.")


@strawberry.type(description="The approved review.")
class ReviewApprovePayload(Payload):
    review: Review | None = strawberry.field(description="The review as it is now; null when nothing was done.")


@strawberry.type(description="The review of the order that was turned down.")
class ReviewRejectPayload(Payload):
    review: Review | None = strawberry.field(description="The review as it is now; null when nothing was done.")


@strawberry.type
class ReviewMutation:
    review_claim: ReviewClaimPayload = mutation(
        resolvers.review_claim,
        ReviewClaimInput,
        description="Take a review for some minutes; nobody else decides it meanwhile. Again makes the time longer.",
    )
    review_release: ReviewReleasePayload = mutation(
        resolvers.review_release,
        ReviewReleaseInput,
        description="Give a review back that you have claimed. Those who edit the risk rules may release anybody's.",
    )
    review_phone_call_add: ReviewPhoneCallAddPayload = mutation(
        resolvers.review_phone_call_add,
        ReviewPhoneCallAddInput,
        description="Record a telephone call to the buyer.",
    )
    review_approve: ReviewApprovePayload = mutation(
        resolvers.review_approve,
        ReviewApproveInput,
        description="Let the order be shipped. A large one needs a recorded call first that confirms it.",
    )
    review_reject: ReviewRejectPayload = mutation(
        resolvers.review_reject,
        ReviewRejectInput,
        description="Turn the order down: it is canceled, what was paid goes back, and the buyer is told.",
    )


@strawberry.type
class ReviewSubscription:
    review_queue_events: ReviewChange = subscription(
        resolvers.review_queue_events,
        description="The review queue, live: first what is open, then every event of every review once and in order. "
        "With `after` it starts with what happened since that cursor. For those who review.",
    )


@error_type("REVIEW_CLAIMED", description="Somebody else is looking at this order.")
class ReviewClaimed(UserError):
    until: datetime = strawberry.field(description="Until when their claim runs, UTC.")


@error_type("CALL_NEEDED", description="The buyer has to confirm the order on the telephone first.")
class CallNeeded(UserError):
    minimum: Money = money("minimum", description="From which total on that is so.")


REVIEW_ERRORS: list[type] = [ReviewClaimed, CallNeeded]
