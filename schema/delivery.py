"""Where, when and how goods may go: regions, time slots, pickup points, and estimates before buying."""

from datetime import date as Day
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.delivery.estimates import Basis
from domain.delivery.regions import Obstacle
from loaders import delivery as loaders
from models import delivery as models
from models.delivery import DeliveryMode
from resolvers import couriers as courier_resolvers
from resolvers import delivery as resolvers
from resolvers.context import Info
from schema.catalog.texts import LocalizedInput, localized
from schema.catalog.types import Variant
from schema.couriers import DeliveryProof
from schema.errors import Payload, UserError, error_type
from schema.fields import enum_type, field, mutation
from schema.node import Node, node_type
from schema.paging import After, Before, Connection, First, Last

VERSION = "The version that you have seen; another one is refused as VERSION_CONFLICT."

enum_type(
    DeliveryMode,
    description="How an order reaches the customer.",
    values={
        "HOME": "A carrier brings it to the door.",
        "PICKUP": "自提: the customer collects it at a pickup point, with a code.",
        "COURIER": "商家配送: the shop's own courier brings it, and can be watched on the way.",
        "SERVICE": "到店/上门服务: a service at a booked time and place; nothing is shipped.",
    },
)
enum_type(
    Obstacle,
    name="DeliveryObstacle",
    description="Why something cannot be delivered to a place in a way.",
    values={
        "REGION": "Nothing is delivered there.",
        "MODE": "This way of delivery is not offered there.",
        "COLD_CHAIN": "It must be kept cold, which cannot be done on the way there.",
        "FRAGILE": "It breaks easily, and the way there is too rough.",
        "SERVICE": "A service is booked with the mode SERVICE and on its own; goods are not.",
    },
)
enum_type(
    Basis,
    name="DeliveryEstimateBasis",
    description="What an estimate rests on.",
    values={
        "SLOT": "The time slot that was chosen.",
        "REGION": "The days that the way to the region takes, counted from the next cut-off.",
        "DISPATCH": "The same days, counted from when it left.",
        "CARRIER": "What the carrier says.",
        "OUT_FOR_DELIVERY": "It is with the person who delivers it: today.",
        "ARRIVED": "It is there.",
    },
)


@strawberry.type(description="When goods are expected.")
class DeliveryEstimate:
    earliest: datetime = strawberry.field(description="Not before, UTC.")
    latest: datetime = strawberry.field(description="Not after, UTC, if nothing goes wrong.")
    basis: Basis = strawberry.field(description="What it rests on.")


@node_type(
    models.DeliveryRegion,
    loaders.regions_by_id,
    description="What one city is offered, or all cities of a province that have no row of their own. For everybody.",
)
class DeliveryRegion(Node):
    province: str | None = field(
        resolvers.province_of, description="Province, by its Chinese name; null for all that have no row of their own."
    )
    city: str | None = field(
        resolvers.city_of, description="City; null for all of the province that have no row of their own."
    )
    delivers: bool = strawberry.field(description="Whether anything is delivered there.")
    modes: list[DeliveryMode] = field(resolvers.modes_of, description="The ways of delivery that are offered.")
    cold_chain: bool = strawberry.field(
        name="allowsColdChain",
        description="Whether perishable goods go there by carrier; the shop's courier always may.",
    )
    fragile: bool = strawberry.field(
        name="allowsFragile", description="Whether goods that break easily are brought to the door by a carrier."
    )
    days_min: int = strawberry.field(description="Days on the road from a warehouse of the province, at best.")
    days_max: int = strawberry.field(description="Days on the road from a warehouse of the province, at worst.")
    cut_off_hour: int = strawberry.field(
        description="O'clock in China until which an order leaves on the same day, 0–23."
    )
    version: int = strawberry.field(description="Counts its changes; for `expectedVersion`.")


@node_type(
    models.PickupPoint,
    loaders.points_by_id,
    description="A counter where customers collect their parcels. Open ones are for everybody, closed ones for staff.",
)
class PickupPoint(Node):
    code: str = strawberry.field(description="Short name, unique.")
    name: str = localized("name", description="What it is called.")
    province: str = strawberry.field(description="Province, by its Chinese name.")
    city: str = strawberry.field(description="City.")
    district: str = strawberry.field(description="District; may be empty.")
    street: str = strawberry.field(description="Street and house.")
    phone: str = strawberry.field(description="How to reach it, E.164; may be empty.")
    latitude: float | None = field(resolvers.latitude, description="Degrees north; null when nobody has measured it.")
    longitude: float | None = field(resolvers.longitude, description="Degrees east; null when nobody has measured it.")
    opens_minute: int = strawberry.field(description="When it opens, minutes after midnight in China, 0–1439.")
    closes_minute: int = strawberry.field(description="When it closes, minutes after midnight in China, 1–1440.")
    days_to_collect: int = strawberry.field(description="Days that a parcel waits there before it goes back.")
    is_active: bool = strawberry.field(description="Whether it takes new orders.")
    version: int = strawberry.field(description="Counts its changes; for `expectedVersion`.")


@node_type(
    models.DeliverySlot,
    loaders.slots_by_id,
    description="A span of one day with room for some orders. For everybody.",
)
class DeliverySlot(Node):
    mode: DeliveryMode = strawberry.field(description="For which way of delivery.")
    date: Day = strawberry.field(description="The day, in China.")
    starts_at: datetime = strawberry.field(description="From when, UTC.")
    ends_at: datetime = strawberry.field(description="Until when, UTC; never after 23:00 in China.")
    closes_at: datetime = strawberry.field(description="Until when it can be chosen, UTC.")
    capacity: int = strawberry.field(description="Orders that it has room for.")
    free: int = strawberry.field(description="Orders that still fit in.")
    is_open: bool = strawberry.field(description="Whether it takes new orders.")
    pickup_point: PickupPoint | None = field(
        resolvers.point_of, description="At which counter, for the mode PICKUP; null otherwise."
    )


@node_type(
    models.SlotTemplate,
    loaders.templates_by_id,
    description="A span of the day on some weekdays, from which slots are made day by day. For staff.",
)
class SlotTemplate(Node):
    mode: DeliveryMode = strawberry.field(description="For which way of delivery.")
    province: str = strawberry.field(description="Province, by its Chinese name.")
    city: str = strawberry.field(description="City.")
    pickup_point: PickupPoint | None = field(resolvers.point_of, description="At which counter, for the mode PICKUP.")
    weekdays: list[int] = strawberry.field(description="Days of the week, 1 (Monday) to 7 (Sunday).")
    from_minute: int = strawberry.field(description="Start, minutes after midnight in China.")
    to_minute: int = strawberry.field(description="End, minutes after midnight in China, at most 1380 (23:00).")
    capacity: int = strawberry.field(description="Orders in each slot.")
    notice_minutes: int = strawberry.field(description="Minutes before its start at which a slot is closed.")
    is_active: bool = strawberry.field(description="Whether further slots are made from it.")
    version: int = strawberry.field(description="Counts its changes.")


@strawberry.type(description="What is agreed about the delivery of an order. For its buyer and for staff who see it.")
class OrderDelivery:
    mode: DeliveryMode = strawberry.field(description="How it reaches the customer.")
    slot: DeliverySlot | None = field(resolvers.slot_of, description="The time slot; null when none was chosen.")
    slot_starts_at: datetime | None = strawberry.field(description="From when it was booked, UTC.")
    slot_ends_at: datetime | None = strawberry.field(description="Until when it was booked, UTC.")
    pickup_point: PickupPoint | None = field(resolvers.point_of, description="Where it is collected; null otherwise.")
    promised_from: datetime | None = strawberry.field(
        description="What the buyer was told when ordering, or when the address was changed last, UTC."
    )
    promised_until: datetime | None = strawberry.field(description="The end of that span, UTC.")
    pickup_code: str | None = field(
        courier_resolvers.pickup_code,
        name="code",
        description="For the buyer alone: six digits to say at the counter, or to the courier. Null until it is needed "
        "and once it was used.",
    )
    arrived_at: datetime | None = strawberry.field(description="When the first parcel lay at the counter, UTC.")
    collect_by: datetime | None = strawberry.field(description="When what was not collected goes back, UTC.")
    collected_at: datetime | None = strawberry.field(description="When it was collected, UTC.")
    given_up_at: datetime | None = strawberry.field(description="When nobody had come for it in time, UTC.")
    started_at: datetime | None = strawberry.field(description="When a booked service began, UTC.")
    proofs: list[DeliveryProof] = field(
        courier_resolvers.proofs_of_delivery, description="How it is known that it was delivered, oldest first."
    )


# ------------------------------------------------------------------------------------------------------------- reading


async def list_regions(
    info: Info,
    province: Annotated[
        str | None, strawberry.argument(description="Only those of this province; `*` for the row of all others.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.delivery_regions(info, province, first=first, after=after, last=last, before=before)


async def list_points(
    info: Info,
    province: Annotated[str | None, strawberry.argument(description="Only those of this province.")] = None,
    city: Annotated[str | None, strawberry.argument(description="Only those of this city of the province.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await resolvers.pickup_points(info, province, city, first=first, after=after, last=last, before=before)


async def list_slots(
    info: Info,
    mode: Annotated[DeliveryMode, strawberry.argument(description="For which way of delivery.")],
    province: Annotated[
        str | None, strawberry.argument(description="Province of the address; not for the mode PICKUP.")
    ] = None,
    city: Annotated[
        str | None, strawberry.argument(description="City of the address; not for the mode PICKUP.")
    ] = None,
    pickup_point_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="The counter, for the mode PICKUP.")
    ] = None,
    date: Annotated[Day | None, strawberry.argument(description="One day, in China; all days when left out.")] = None,
) -> Any:
    return await resolvers.delivery_slots(
        info, mode=mode, province=province, city=city, pickup_point_id=pickup_point_id, day=date
    )


async def list_templates(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return await resolvers.slot_templates(info, first=first, after=after, last=last, before=before)


@strawberry.input(description="Units of a variant that somebody thinks of buying.")
class DeliveryEstimateLineInput:
    variant_id: strawberry.ID = strawberry.field(description="The variant.")
    quantity: int = strawberry.field(default=1, description="Units, from 1.")


async def estimate(
    info: Info,
    lines: Annotated[
        list[DeliveryEstimateLineInput], strawberry.argument(description="What would be bought, up to 100 lines.")
    ],
    province: Annotated[str, strawberry.argument(description="Province, by Chinese or English name.")],
    city: Annotated[str, strawberry.argument(description="City.")],
    mode: Annotated[DeliveryMode, strawberry.argument(description="The way of delivery.")] = DeliveryMode.HOME,
    slot_id: Annotated[strawberry.ID | None, strawberry.argument(description="The slot that would be chosen.")] = None,
) -> Any:
    return await resolvers.delivery_estimate(
        info, lines=lines, province=province, city=city, mode=mode, slot_id=slot_id
    )


@strawberry.type
class DeliveryQuery:
    delivery_regions: Connection[DeliveryRegion] = field(
        list_regions, description="What is delivered where, by province and city."
    )
    pickup_points: Connection[PickupPoint] = field(list_points, description="Where parcels can be collected, by code.")
    delivery_slots: list[DeliverySlot] = field(
        list_slots, description="Slots that can still be chosen, earliest first, full ones too; at most 300."
    )
    slot_templates: Connection[SlotTemplate] = field(
        list_templates, description="What slots are made from, oldest first. Empty unless you edit them."
    )
    delivery_estimate: DeliveryEstimate | None = field(
        estimate,
        description="When goods bought now would be there; null where they cannot be delivered in this way.",
    )


# ------------------------------------------------------------------------------------------------------------- editing


@strawberry.input(description="What one city is offered. A row that is there is changed: what is left out stays.")
class DeliveryRegionSetInput:
    province: str = strawberry.field(description="Province, by Chinese or English name; `*` for all others.")
    city: str = strawberry.field(default="*", description="City; `*` for all of the province without a row.")
    delivers: bool | None = strawberry.field(default=strawberry.UNSET, description="False refuses everything there.")
    modes: list[DeliveryMode] | None = strawberry.field(
        default=strawberry.UNSET, description="The ways of delivery that are offered; HOME and PICKUP in a new row."
    )
    cold_chain: bool | None = strawberry.field(
        name="allowsColdChain", default=strawberry.UNSET, description="Whether perishable goods go there by carrier."
    )
    fragile: bool | None = strawberry.field(
        name="allowsFragile", default=strawberry.UNSET, description="Whether goods that break easily go to the door."
    )
    days_min: int | None = strawberry.field(default=strawberry.UNSET, description="Days at best, 0–60.")
    days_max: int | None = strawberry.field(default=strawberry.UNSET, description="Days at worst, 0–60.")
    cut_off_hour: int | None = strawberry.field(default=strawberry.UNSET, description="O'clock in China, 0–23.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.type(description="The region as it is now.")
class DeliveryRegionSetPayload(Payload):
    region: DeliveryRegion | None = strawberry.field(description="The region; null when nothing was done.")


@strawberry.input(description="A region to take away.")
class DeliveryRegionDeleteInput:
    region_id: strawberry.ID = strawberry.field(description="The region.")


@strawberry.type(description="What was taken away.")
class DeliveryRegionDeletePayload(Payload):
    deleted_region_id: strawberry.ID | None = strawberry.field(description="Its id; null when nothing was done.")


@strawberry.input(description="A new pickup point.")
class PickupPointCreateInput:
    code: str = strawberry.field(description="Short name, 1–20 characters, unique.")
    name: LocalizedInput = strawberry.field(description="What it is called, up to 60 characters.")
    province: str = strawberry.field(description="Province, by Chinese or English name.")
    city: str = strawberry.field(description="City.")
    district: str = strawberry.field(default="", description="District, up to 40 characters.")
    street: str = strawberry.field(description="Street and house, 2–200 characters.")
    phone: str = strawberry.field(default="", description="How to reach it.")
    latitude: float | None = strawberry.field(default=strawberry.UNSET, description="Degrees north, -90 to 90.")
    longitude: float | None = strawberry.field(default=strawberry.UNSET, description="Degrees east, -180 to 180.")
    opens_minute: int = strawberry.field(default=540, description="When it opens, minutes after midnight in China.")
    closes_minute: int = strawberry.field(default=1260, description="When it closes, minutes after midnight in China.")
    days_to_collect: int = strawberry.field(default=7, description="Days that a parcel waits there, 1–60.")


@strawberry.input(description="Changes of a pickup point. What is left out stays as it is.")
class PickupPointUpdateInput:
    point_id: strawberry.ID = strawberry.field(description="The pickup point.")
    name: LocalizedInput | None = strawberry.field(default=strawberry.UNSET, description="In all its languages.")
    district: str | None = strawberry.field(default=strawberry.UNSET, description="District.")
    street: str | None = strawberry.field(default=strawberry.UNSET, description="Street and house.")
    phone: str | None = strawberry.field(default=strawberry.UNSET, description="How to reach it.")
    latitude: float | None = strawberry.field(default=strawberry.UNSET, description="Degrees north.")
    longitude: float | None = strawberry.field(default=strawberry.UNSET, description="Degrees east.")
    opens_minute: int | None = strawberry.field(default=strawberry.UNSET, description="Minutes after midnight.")
    closes_minute: int | None = strawberry.field(default=strawberry.UNSET, description="Minutes after midnight.")
    days_to_collect: int | None = strawberry.field(default=strawberry.UNSET, description="Days, 1–60.")
    is_active: bool | None = strawberry.field(
        default=strawberry.UNSET, description="False: it takes no new orders; what lies there can be collected."
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.type(description="The new pickup point.")
class PickupPointCreatePayload(Payload):
    pickup_point: PickupPoint | None = strawberry.field(description="The pickup point; null when nothing was done.")


@strawberry.type(description="The pickup point as it is now.")
class PickupPointUpdatePayload(Payload):
    pickup_point: PickupPoint | None = strawberry.field(description="The pickup point; null when nothing was done.")


@strawberry.input(description="A span of the day from which slots are made.")
class SlotTemplateCreateInput:
    mode: DeliveryMode = strawberry.field(description="For which way of delivery.")
    province: str | None = strawberry.field(
        default=strawberry.UNSET, description="Province; not for the mode PICKUP, which takes that of the counter."
    )
    city: str | None = strawberry.field(default=strawberry.UNSET, description="City; not for the mode PICKUP.")
    pickup_point_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The counter, for the mode PICKUP."
    )
    weekdays: list[int] = strawberry.field(description="Days of the week, 1 (Monday) to 7 (Sunday), at least one.")
    from_minute: int = strawberry.field(description="Start, minutes after midnight in China, from 0.")
    to_minute: int = strawberry.field(description="End, minutes after midnight in China, at most 1380 (23:00).")
    capacity: int = strawberry.field(description="Orders in each slot, 1–100,000.")
    notice_minutes: int = strawberry.field(
        default=120, description="Minutes before its start at which a slot is closed, 0–10,080."
    )


@strawberry.type(description="The new template; its slots of the coming days are there.")
class SlotTemplateCreatePayload(Payload):
    template: SlotTemplate | None = strawberry.field(description="The template; null when nothing was done.")


@strawberry.input(description="A template that is no longer used.")
class SlotTemplateEndInput:
    template_id: strawberry.ID = strawberry.field(description="The template.")


@strawberry.type(description="The ended template.")
class SlotTemplateEndPayload(Payload):
    template: SlotTemplate | None = strawberry.field(description="The template; null when nothing was done.")


@strawberry.input(description="Changes of one slot. What is left out stays as it is.")
class DeliverySlotUpdateInput:
    slot_id: strawberry.ID = strawberry.field(description="The slot.")
    capacity: int | None = strawberry.field(
        default=strawberry.UNSET, description="Orders that it has room for, never fewer than are promised."
    )
    is_open: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether it takes new orders.")


@strawberry.type(description="The slot as it is now.")
class DeliverySlotUpdatePayload(Payload):
    slot: DeliverySlot | None = strawberry.field(description="The slot; null when nothing was done.")


@error_type(
    "CANNOT_BE_DELIVERED", description="A line that cannot be delivered to a place in this way, and what would work."
)
class CannotBeDelivered(UserError):
    variant: Variant | None = strawberry.field(description="What cannot be delivered.")
    obstacle: Obstacle = strawberry.field(description="Why.")
    ways_out: list[DeliveryMode] = strawberry.field(description="Ways in which it could be delivered to that place.")


@error_type("SLOT_FULL", "SLOT_CLOSED", "SLOT_ELSEWHERE", description="A time slot that cannot be had.")
class SlotUnavailable(UserError):
    slot: DeliverySlot | None = strawberry.field(description="The slot as it is now; null when it is not known.")


@strawberry.type
class DeliveryMutation:
    delivery_region_set: DeliveryRegionSetPayload = mutation(
        resolvers.delivery_region_set,
        DeliveryRegionSetInput,
        description="Write down what a city or a province is offered. For staff who arrange deliveries.",
    )
    delivery_region_delete: DeliveryRegionDeletePayload = mutation(
        resolvers.delivery_region_delete,
        DeliveryRegionDeleteInput,
        description="Take a region's row away: that of the province or the country then holds. For staff.",
    )
    pickup_point_create: PickupPointCreatePayload = mutation(
        resolvers.pickup_point_create, PickupPointCreateInput, description="Open a pickup point. For staff."
    )
    pickup_point_update: PickupPointUpdatePayload = mutation(
        resolvers.pickup_point_update, PickupPointUpdateInput, description="Change or close a pickup point. For staff."
    )
    slot_template_create: SlotTemplateCreatePayload = mutation(
        resolvers.slot_template_create,
        SlotTemplateCreateInput,
        description="Offer time slots on some weekdays, from today on. For staff.",
    )
    slot_template_end: SlotTemplateEndPayload = mutation(
        resolvers.slot_template_end,
        SlotTemplateEndInput,
        description="Make no further slots from a template and close those to come; booked ones stand. For staff.",
    )
    delivery_slot_update: DeliverySlotUpdatePayload = mutation(
        resolvers.delivery_slot_update,
        DeliverySlotUpdateInput,
        description="Change the room in one slot, or close it. For staff.",
    )


DELIVERY_ERRORS: list[type] = [CannotBeDelivered, SlotUnavailable]
