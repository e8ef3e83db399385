"""The last steps of the way: counters, couriers with their live position, services, proofs and tips."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import schema.payments  # noqa: F401  # declares how a tip is paid
from loaders import couriers as loaders
from models import delivery as models
from models.delivery import JobState, ProofKind
from models.payments import PaymentMethod
from resolvers import couriers as resolvers
from resolvers.context import Info
from schema.errors import Payload
from schema.fields import enum_type, field, mutation, subscription
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Money, SafeInt

if TYPE_CHECKING:
    from schema.fulfillment import Parcel
    from schema.orders.types import Order, OrderAddress, OrderLine
    from schema.payments import Payment

OrderReference = Annotated["Order", strawberry.lazy("schema.orders.types")]
OrderLineReference = Annotated["OrderLine", strawberry.lazy("schema.orders.types")]
AddressReference = Annotated["OrderAddress", strawberry.lazy("schema.orders.types")]
ParcelReference = Annotated["Parcel", strawberry.lazy("schema.fulfillment")]
PaymentReference = Annotated["Payment", strawberry.lazy("schema.payments")]

enum_type(
    JobState,
    name="CourierJobState",
    description="Where a delivery by the shop's own courier stands.",
    values={
        "OFFERED": "Nobody has it yet; the first rider to accept it gets it.",
        "ASSIGNED": "Given to a rider, who has not accepted it yet.",
        "PREPARING": "The rider is picking the goods up.",
        "DELIVERING": "On the way to the customer; the position can be watched.",
        "COMPLETED": "Handed over, with a proof.",
        "FAILED": "It could not be handed over.",
        "CANCELED": "Before the rider set out the order was canceled, or left otherwise.",
    },
)
enum_type(
    ProofKind,
    name="DeliveryProofKind",
    description="How it is known that something was delivered.",
    values={
        "NAME": "The courier wrote down who took it.",
        "PICTURE": "The courier took a picture.",
        "CODE": "Whoever took it knew the code that only the buyer had.",
    },
)


@strawberry.type(
    description="How it is known that it was delivered. For the buyer, staff who see orders, and who proved it."
)
class DeliveryProof:
    kind: ProofKind = strawberry.field(description="What kind of proof it is.")
    name: str | None = strawberry.field(description="Who took it; null for other kinds.")
    picture_url: str | None = field(
        resolvers.picture_url, description="Where the picture can be seen for some minutes; null for other kinds."
    )
    created_at: datetime = strawberry.field(description="When it was given, UTC.")


@strawberry.type(description="Where a courier was.")
class CourierPosition:
    latitude: float = field(resolvers.latitude, description="Degrees north.")
    longitude: float = field(resolvers.longitude, description="Degrees east.")
    reported_at: datetime = strawberry.field(description="When, UTC.")


@strawberry.type(description="Where the courier of a parcel is, live.")
class ParcelPosition:
    latitude: float = strawberry.field(description="Degrees north.")
    longitude: float = strawberry.field(description="Degrees east.")
    reported_at: datetime = strawberry.field(description="When it was reported, UTC.")
    cursor: str = strawberry.field(description="Give it as `after` when you come back: only newer positions follow.")


@node_type(
    models.CourierJob,
    loaders.jobs_by_id,
    description="One order that the shop's own courier brings. For the buyer, for staff who send couriers, and for the "
    "rider who has it; of a job that nobody has, riders see neither address nor goods.",
)
class CourierJob(Node):
    number: str = strawberry.field(description="For people to read out.")
    state: JobState = strawberry.field(description="Where it stands.")
    order: OrderReference | None = field(resolvers.job_order, description="The order; null for riders.")
    courier_name: str | None = field(resolvers.courier_name, description="Who brings it; null while nobody does.")
    address: AddressReference | None = field(
        resolvers.job_address, description="Where it goes; for a rider only while the job is theirs and not done."
    )
    note: str | None = field(resolvers.job_note, description="What the buyer wrote; as the address.")
    goods: list[OrderLineReference] = field(resolvers.job_goods, description="What it is; as the address.")
    slot_starts_at: datetime | None = field(
        resolvers.job_slot_start, description="Not before, UTC, if there is a slot."
    )
    slot_ends_at: datetime | None = field(resolvers.job_slot_end, description="Not after, UTC, if a slot was booked.")
    position: CourierPosition | None = field(
        resolvers.job_position, description="Where the courier was last seen; null unless delivering."
    )
    tip: Money | None = field(resolvers.job_tip, description="What the customer gave on top; null when nothing.")
    attempt: int = strawberry.field(
        description="Which try this is to bring these goods, from 1. After a try in vain the job is offered again by "
        "itself, twice in all unless set otherwise; the earlier ones are on the order's timeline."
    )
    failure: str = field(
        resolvers.failure, description="Why it could not be handed over, for staff; empty otherwise and for the buyer."
    )
    version: int = strawberry.field(description="Counts its changes.")
    created_at: datetime = strawberry.field(description="When it was offered, UTC.")
    assigned_at: datetime | None = strawberry.field(description="When it was given to a rider, UTC.")
    accepted_at: datetime | None = strawberry.field(description="When the rider took it, UTC.")
    started_at: datetime | None = strawberry.field(description="When the rider set out, UTC.")
    ended_at: datetime | None = strawberry.field(description="When it ended, UTC.")


@strawberry.type(description="Somebody who can be sent with an order. For staff who send couriers.")
class Rider:
    user_id: strawberry.ID = strawberry.field(description="For `courierJobAssign`.")
    name: str = strawberry.field(description="What they are called.")
    open_jobs: int = strawberry.field(description="Jobs that they have and are not done with.")


async def list_jobs(
    info: Info,
    states: Annotated[
        list[JobState] | None, strawberry.argument(description="Only those in one of these states.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.courier_jobs(info, states, first=first, after=after, last=last, before=before)


@strawberry.type
class CourierQuery:
    courier_jobs: Connection[CourierJob] = field(
        list_jobs,
        description="All jobs for staff who send couriers; for a rider their own and those that nobody has. "
        "Oldest first, empty for others.",
    )
    riders: list[Rider] = field(
        resolvers.riders, description="Who can be sent, and how busy they are. Empty unless you send couriers."
    )


# ----------------------------------------------------------------------------------------------------------- mutations


@strawberry.input(description="What the customer says at the counter.")
class PickupHandOverInput:
    order_number: str = strawberry.field(description="The order's number.")
    code: str = strawberry.field(description="The six digits that the customer was sent. Few tries are given.")


@strawberry.type(description="What was handed over.")
class PickupHandOverPayload(Payload):
    order_number: str | None = strawberry.field(description="The order's number; null when nothing was done.")
    parcels: list[ParcelReference] | None = strawberry.field(description="Every parcel to hand out.")


@strawberry.input(description="An order whose code was lost or tried too often.")
class PickupCodeRenewInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")


@strawberry.type(description="The order with its new code, which was also sent to the buyer.")
class PickupCodeRenewPayload(Payload):
    order: OrderReference | None = strawberry.field(description="The order; null when nothing was done.")


@strawberry.input(description="An order that needs a courier once more.")
class CourierJobOfferInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")


@strawberry.input(description="Who brings what.")
class CourierJobAssignInput:
    job_id: strawberry.ID = strawberry.field(description="The job.")
    courier_id: strawberry.ID = strawberry.field(description="The rider's user id, of `riders`.")


@strawberry.input(description="A job.")
class CourierJobAcceptInput:
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.input(description="A job that the rider leaves with.")
class CourierJobStartInput:
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.input(one_of=True, description="The proof of a delivery: exactly one of these.")
class DeliveryProofInput:
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Who took it, 1–60 characters.")
    picture_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A picture that was sent to the address of `proofPictureCreate`."
    )
    code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The code that the buyer was shown; only for jobs of our couriers."
    )


@strawberry.input(description="A job that is done.")
class CourierJobCompleteInput:
    job_id: strawberry.ID = strawberry.field(description="The job.")
    proof: DeliveryProofInput = strawberry.field(description="How it is known that the customer has it.")


@strawberry.input(description="A job that cannot be done.")
class CourierJobFailInput:
    job_id: strawberry.ID = strawberry.field(description="The job.")
    reason: str = strawberry.field(description="Why, 1–200 characters; for staff.")
    refused: bool = strawberry.field(
        default=False, description="True when the customer would not have it, false when nobody was there."
    )


@strawberry.input(description="Where a courier is.")
class CourierPositionReportInput:
    job_id: strawberry.ID = strawberry.field(description="The job that is being delivered.")
    latitude: float = strawberry.field(description="Degrees north, -90 to 90.")
    longitude: float = strawberry.field(description="Degrees east, -180 to 180.")


@strawberry.type(description="The job as it is now.")
class CourierJobPayload(Payload):
    job: CourierJob | None = strawberry.field(description="The job; null when nothing was done.")


@strawberry.type(description="The position that was noted.")
class CourierPositionReportPayload(Payload):
    position: CourierPosition | None = strawberry.field(description="The position; null when nothing was done.")


@strawberry.input(description="A booked service that begins.")
class ServiceStartInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")


@strawberry.input(description="A booked service that is done.")
class ServiceCompleteInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    proof: DeliveryProofInput = strawberry.field(description="Who received it, or a picture.")


@strawberry.type(description="The order of the service.")
class ServicePayload(Payload):
    order: OrderReference | None = strawberry.field(description="The order as it is now; null when nothing was done.")


@strawberry.input(one_of=True, description="What a picture will prove: exactly one of these.")
class ProvenInput:
    job_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A courier's job.")
    parcel_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A parcel.")
    order_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The order of a service.")


@strawberry.input(description="What a picture will prove.")
class ProofPictureCreateInput:
    of: ProvenInput = strawberry.field(description="The delivery.")


@strawberry.type(description="Where to send a picture.")
class ProofPictureCreatePayload(Payload):
    picture_id: strawberry.ID | None = strawberry.field(description="For the proof, once the picture was sent.")
    url: str | None = strawberry.field(
        description="`PUT` the bytes of one JPEG or PNG here, once. What is not needed to show it, such as the place "
        "where it was taken, is thrown away."
    )
    expires_at: datetime | None = strawberry.field(description="Until when the address holds, UTC.")


@strawberry.input(description="A tip for the courier who brought an order.")
class CourierTipInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    amount_minor_units: SafeInt = strawberry.field(
        description="In the smallest unit, for example fen; the least and the most are settings (1.00 and 200.00)."
    )
    method: PaymentMethod = strawberry.field(description="How it is paid.")
    return_url: str = strawberry.field(default="", description="Where the pay page leads back to.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key pays once however often it is sent."
    )


@strawberry.type(description="The attempt to pay the tip.")
class CourierTipPayload(Payload):
    payment: PaymentReference | None = strawberry.field(
        description="Open its `payUrl` to pay; null when nothing was done."
    )


@strawberry.type
class CourierMutation:
    pickup_hand_over: PickupHandOverPayload = mutation(
        resolvers.pickup_hand_over,
        PickupHandOverInput,
        description="Hand out everything of an order that lies at its counter, against the code. For staff of a "
        "pickup point.",
    )
    pickup_code_renew: PickupCodeRenewPayload = mutation(
        resolvers.pickup_code_renew,
        PickupCodeRenewInput,
        description="Send the buyer another code; the one before is dead. By the buyer or by staff who see the order; "
        "a few times for each order.",
    )
    courier_job_offer: CourierJobPayload = mutation(
        resolvers.courier_job_offer,
        CourierJobOfferInput,
        description="Offer an order to riders again that has no open job. JOB_EXISTS where it has one, "
        "NOT_FOR_A_COURIER where riders do not bring it or nothing of it is left to ship. For staff who send couriers.",
    )
    courier_job_assign: CourierJobPayload = mutation(
        resolvers.courier_job_assign,
        CourierJobAssignInput,
        description="Give a job to a rider, or to another one before it is started. For staff who send couriers.",
    )
    courier_job_accept: CourierJobPayload = mutation(
        resolvers.courier_job_accept,
        CourierJobAcceptInput,
        description="Take a job that nobody has, or that was given to you. Of two riders one gets it. For riders.",
    )
    courier_job_start: CourierJobPayload = mutation(
        resolvers.courier_job_start,
        CourierJobStartInput,
        description="Leave with the goods: the order is shipped and its position can be watched. For the job's rider.",
    )
    courier_position_report: CourierPositionReportPayload = mutation(
        resolvers.courier_position_report,
        CourierPositionReportInput,
        description="Say where you are while delivering, at most every few seconds (setting). For the job's rider.",
    )
    courier_job_complete: CourierJobPayload = mutation(
        resolvers.courier_job_complete,
        CourierJobCompleteInput,
        description="Hand the goods over, with a proof. For the job's rider.",
    )
    courier_job_fail: CourierJobPayload = mutation(
        resolvers.courier_job_fail,
        CourierJobFailInput,
        description="Say that the goods could not be handed over. Where nobody was there they are offered to riders "
        "again, a few times at most; what the customer would not have comes back. For the job's rider.",
    )
    service_start: ServicePayload = mutation(
        resolvers.service_start, ServiceStartInput, description="Begin a booked service. For those who do services."
    )
    service_complete: ServicePayload = mutation(
        resolvers.service_complete,
        ServiceCompleteInput,
        description="Finish a booked service, with a proof. For those who do services.",
    )
    proof_picture_create: ProofPictureCreatePayload = mutation(
        resolvers.proof_picture_create,
        ProofPictureCreateInput,
        description="Ask for an address to send a picture to that proves a delivery. For whoever delivers it.",
    )
    courier_tip: CourierTipPayload = mutation(
        resolvers.courier_tip,
        CourierTipInput,
        description="Tip the courier who brought an order, once, within some days (setting). By the buyer.",
    )


@strawberry.type
class CourierSubscription:
    parcel_position: ParcelPosition = subscription(
        resolvers.parcel_position,
        description="Where the courier of a parcel is: the newest position first, then each newer one, until it has "
        "arrived. For those who see the parcel.",
    )
