"""The last steps of the way: counters, couriers with their live position, services, proofs and tips."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.access import Permission
from domain.fulfillment import counter, couriers, positions, proofs, services
from domain.fulfillment.proofs import Given, Ticket
from domain.fulfillment.visible import visible as visible_parcels
from domain.orders.visible import is_known, is_owner, place_of
from domain.payments import tips
from kit import ids
from kit.errors import Refused
from kit.money import Money
from kit.paging import Page, Sort, page, window
from loaders import couriers as loaders
from loaders import delivery as delivery_loaders
from loaders import orders as order_loaders
from models.delivery import CourierJob, CourierPosition, Delivery, DeliveryProof, JobState
from models.fulfillment import Parcel
from models.orders import Order, OrderLine
from models.payments import PaymentMethod
from resolvers.answers import Answer
from resolvers.context import Info
from resolvers.delivery import micro_degrees
from resolvers.orders.live import After
from resolvers.orders.orders import AddressView

OLDEST = Sort("courier.jobs", ("created_at",))


# ------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class RiderView:
    """Somebody who can be sent."""

    user_id: str
    name: str
    open_jobs: int


@dataclass(frozen=True, slots=True)
class SightingView:
    """Where a courier is, in degrees."""

    latitude: float
    longitude: float
    reported_at: datetime
    cursor: str


async def courier_jobs(info: Info, states: list[JobState] | None, **edges: Any) -> Page[CourierJob]:
    rows = couriers.visible(info.context.viewer)
    if states is not None:
        rows = rows.filter(state__in=states)
    return await page(rows, sort=OLDEST, window=window(**edges))


async def riders(info: Info) -> list[RiderView]:
    viewer = info.context.viewer
    if not viewer.may(Permission.SEND_COURIERS):
        return []
    found = await couriers.riders(viewer)
    busy = await couriers.open_jobs([person.id for person in found])
    return [RiderView(ids.to_public("User", one.id), str(one.name), busy[one.id]) for one in found]


async def job_of_order(root: strawberry.Parent[Order], info: Info) -> CourierJob | None:
    return await info.context.load(loaders.job_by_order, root.id)


async def job_order(root: strawberry.Parent[CourierJob], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def job_address(root: strawberry.Parent[CourierJob], info: Info) -> AddressView | None:
    """For the rider who brings it, as long as they do; and for whoever sees the order anyway."""
    order = await _order_for_rider(root, info)
    return AddressView(**_place(info, root, order)) if order else None


def _place(info: Info, job: CourierJob, order: Order) -> dict[str, str]:
    viewer = info.context.viewer
    return order.address if couriers.is_own(viewer, job) else place_of(viewer, order)


async def job_note(root: strawberry.Parent[CourierJob], info: Info) -> str | None:
    order = await _order_for_rider(root, info)
    return order.note if order else None


async def job_goods(root: strawberry.Parent[CourierJob], info: Info) -> list[OrderLine]:
    if await _order_for_rider(root, info) is None:
        return []
    return await info.context.load(order_loaders.lines_by_order, root.order_id)


async def _order_for_rider(job: CourierJob, info: Info) -> Order | None:
    if couriers.is_own(info.context.viewer, job):
        return await info.context.load(loaders.orders_for_riders, job.order_id)
    return await info.context.load(order_loaders.orders_by_id, job.order_id)


async def job_delivery(root: strawberry.Parent[CourierJob], info: Info) -> Delivery | None:
    return await info.context.load(delivery_loaders.deliveries_by_order, root.order_id)


async def job_slot_start(root: strawberry.Parent[CourierJob], info: Info) -> datetime | None:
    agreed = await job_delivery(root, info)
    return agreed.slot_starts_at if agreed else None


async def job_slot_end(root: strawberry.Parent[CourierJob], info: Info) -> datetime | None:
    agreed = await job_delivery(root, info)
    return agreed.slot_ends_at if agreed else None


async def courier_name(root: strawberry.Parent[CourierJob], info: Info) -> str | None:
    return await info.context.load(loaders.names_of_couriers, root.courier_id) if root.courier_id else None


async def job_tip(root: strawberry.Parent[CourierJob], info: Info) -> Money | None:
    return Money(root.tip, info.context.viewer.market.policy.currency) if root.tip_paid_at else None


def failure(root: strawberry.Parent[CourierJob], info: Info) -> str:
    """What riders write is not meant for the buyer."""
    return root.failure if info.context.viewer.is_staff else ""


async def job_position(root: strawberry.Parent[CourierJob], info: Info) -> CourierPosition | None:
    return await info.context.load(loaders.position_by_job, root.id)


def latitude(root: strawberry.Parent[CourierPosition]) -> float:
    return root.latitude_e6 / 1e6


def longitude(root: strawberry.Parent[CourierPosition]) -> float:
    return root.longitude_e6 / 1e6


async def proof_of_parcel(root: strawberry.Parent[Parcel], info: Info) -> DeliveryProof | None:
    found = await info.context.load(loaders.proofs_by_parcel, root.id)
    return next(iter(await _shown(info, root.order_id, [found] if found else [])), None)


async def proofs_of_delivery(root: strawberry.Parent[Delivery], info: Info) -> list[DeliveryProof]:
    return await _shown(info, root.order_id, await info.context.load(loaders.proofs_by_order, root.order_id))


async def _shown(info: Info, order_id: UUID, found: list[DeliveryProof]) -> list[DeliveryProof]:
    """Who took it and where it lay is for those who may know everything of the order, and for who proved it."""
    if not found:
        return []
    viewer = info.context.viewer
    order = await info.context.load(order_loaders.orders_by_id, order_id)
    if order is not None and is_known(viewer, order):
        return found
    return [proof for proof in found if viewer.user_id is not None and proof.actor_id == viewer.user_id]


def picture_url(root: strawberry.Parent[DeliveryProof], info: Info) -> str | None:
    return proofs.picture_url(info.context.viewer, root)


async def pickup_code(root: strawberry.Parent[Delivery], info: Info) -> str | None:
    """Nobody but the buyer reads it: whoever hands the goods out has to be told."""
    order = await info.context.load(order_loaders.orders_by_id, root.order_id)
    return root.pickup_code if order is not None and is_owner(info.context.viewer, order) else None


# ------------------------------------------------------------------------------------------------------------- counter


async def pickup_hand_over(info: Info, *, order_number: str, code: str) -> Answer:
    order, parcels = await counter.hand_over(info.context.viewer, order_number, code)
    return Answer(order_number=order.number, parcels=parcels)


async def pickup_code_renew(info: Info, *, order_id: str) -> Answer:
    return Answer(order=await counter.renew_code(info.context.viewer, ids.key_of("Order", order_id, "orderId")))


# ------------------------------------------------------------------------------------------------------------ couriers


async def courier_job_offer(info: Info, *, order_id: str) -> Answer:
    return Answer(job=await couriers.offer_again(info.context.viewer, ids.key_of("Order", order_id, "orderId")))


async def courier_job_assign(info: Info, *, job_id: str, courier_id: str) -> Answer:
    rider = ids.key_of("User", courier_id, "courierId")
    return Answer(job=await couriers.assign(info.context.viewer, _job(job_id), rider))


async def courier_job_accept(info: Info, *, job_id: str) -> Answer:
    return Answer(job=await couriers.accept(info.context.viewer, _job(job_id)))


async def courier_job_start(info: Info, *, job_id: str) -> Answer:
    return Answer(job=await couriers.start(info.context.viewer, _job(job_id)))


async def courier_job_complete(info: Info, *, job_id: str, proof: Any) -> Answer:
    return Answer(job=await couriers.complete(info.context.viewer, _job(job_id), given_proof(proof)))


async def courier_job_fail(info: Info, *, job_id: str, reason: str, refused: bool = False) -> Answer:
    return Answer(job=await couriers.fail(info.context.viewer, _job(job_id), reason=reason, refused=refused))


async def courier_position_report(info: Info, *, job_id: str, latitude: float, longitude: float) -> Answer:
    position = await positions.report(
        info.context.viewer,
        _job(job_id),
        latitude_e6=micro_degrees(latitude, "latitude"),
        longitude_e6=micro_degrees(longitude, "longitude"),
    )
    return Answer(position=position)


async def parcel_position(
    info: Info,
    parcel_id: Annotated[strawberry.ID, strawberry.argument(description="The parcel.")],
    after: After = None,
) -> AsyncIterator[SightingView]:
    key = ids.key_of("Parcel", parcel_id, "parcelId")
    seen = after or info.context.last_event_id
    async for sighting in positions.of_parcel(info.context.viewer, key, after=seen):
        info.context.renew()
        where = sighting.position
        yield SightingView(where.latitude_e6 / 1e6, where.longitude_e6 / 1e6, where.reported_at, sighting.cursor)


def _job(public_id: str) -> UUID:
    return ids.key_of("CourierJob", public_id, "jobId")


# ------------------------------------------------------------------------------------------------- services and proofs


async def service_start(info: Info, *, order_id: str) -> Answer:
    return Answer(order=await services.start(info.context.viewer, ids.key_of("Order", order_id, "orderId")))


async def service_complete(info: Info, *, order_id: str, proof: Any) -> Answer:
    key = ids.key_of("Order", order_id, "orderId")
    return Answer(order=await services.complete(info.context.viewer, key, given_proof(proof)))


async def proof_picture_create(info: Info, *, of: Any) -> Answer:
    ticket = await _expected(info, of)
    viewer = info.context.viewer
    return Answer(
        picture_id=ids.to_public("ProofPicture", ticket.picture.id),
        url=f"{viewer.market.policy.url}/proofs/{ticket.token}",
        expires_at=ticket.picture.expires_at,
    )


async def _expected(info: Info, of: Any) -> Ticket:
    viewer = info.context.viewer
    if of.job_id is not UNSET:
        return await couriers.expect_picture(viewer, ids.key_of("CourierJob", of.job_id, "of", "jobId"))
    if of.order_id is not UNSET:
        return await services.expect_picture(viewer, ids.key_of("Order", of.order_id, "of", "orderId"))
    viewer.require(Permission.REPORT_DELIVERY)
    key = ids.key_of("Parcel", of.parcel_id, "of", "parcelId")
    parcel = await visible_parcels(viewer).filter(id=key).first()
    if parcel is None:
        raise Refused("NOT_FOUND", path=("of", "parcelId"), what="parcel")
    return await proofs.expect_picture(viewer, parcel.order_id)


def given_proof(proof: Any) -> Given:
    """What the client offers as proof: exactly one of the three."""
    chosen = {name: getattr(proof, name, UNSET) for name in ("name", "picture_id", "code")}
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value not in (UNSET, None)}
    if "picture_id" in given:
        given["picture_id"] = ids.key_of("ProofPicture", given["picture_id"], "proof", "pictureId")
    return Given(**given)


async def courier_tip(
    info: Info,
    *,
    order_id: str,
    amount_minor_units: int,
    method: PaymentMethod,
    idempotency_key: str,
    return_url: str = "",
) -> Answer:
    key = ids.key_of("Order", order_id, "orderId")
    payment = await tips.give(
        info.context.viewer,
        key,
        amount=amount_minor_units,
        method=method,
        key=idempotency_key,
        return_url=return_url,
    )
    return Answer(payment=payment)
