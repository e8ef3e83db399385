"""Jobs of the shop's own couriers, where they are, and the proofs of what was delivered."""

from uuid import UUID

from domain.access import Viewer
from domain.fulfillment import couriers, positions
from loaders.registry import grouped, in_order
from models.delivery import CourierJob, CourierPosition, DeliveryProof, JobState
from models.orders import Order


async def jobs_by_id(viewer: Viewer, keys: list[UUID]) -> list[CourierJob | None]:
    """Jobs that the viewer works on, or may give to others."""
    return in_order(keys, {job.id: job for job in await couriers.visible(viewer).filter(id__in=keys)})


async def job_by_order(viewer: Viewer, keys: list[UUID]) -> list[CourierJob | None]:
    """The newest job of orders that the viewer has already been shown."""
    rows = CourierJob.filter(order_id__in=keys).exclude(state=JobState.CANCELED).order_by("order_id", "created_at")
    return in_order(keys, {job.order_id: job for job in await rows})


async def orders_for_riders(viewer: Viewer, keys: list[UUID]) -> list[Order | None]:
    """Orders that the viewer is bringing right now, and no others: where they go and what is in them."""
    return in_order(keys, {order.id: order for order in await couriers.orders_underway(viewer, keys)})


async def position_by_job(viewer: Viewer, keys: list[UUID]) -> list[CourierPosition | None]:
    """Where the courier of a job is that the viewer has already been shown; nothing before they have set out."""
    return in_order(keys, await positions.latest(keys))


async def names_of_couriers(viewer: Viewer, keys: list[UUID]) -> list[str | None]:
    """What couriers are called, for those who were shown their jobs."""
    return in_order(keys, {person.id: str(person.name) for person in await couriers.named(keys)})


async def proofs_by_parcel(viewer: Viewer, keys: list[UUID]) -> list[DeliveryProof | None]:
    """The proof of parcels that the viewer has already been shown."""
    rows = await DeliveryProof.filter(parcel_id__in=keys)
    return in_order(keys, {row.parcel_id: row for row in rows if row.parcel_id is not None})


async def proofs_by_order(viewer: Viewer, keys: list[UUID]) -> list[list[DeliveryProof]]:
    """All proofs of orders that the viewer has already been shown, oldest first."""
    rows = await DeliveryProof.filter(order_id__in=keys).order_by("created_at", "id")
    return grouped(keys, rows, by=lambda row: row.order_id)


async def open_jobs(viewer: Viewer, keys: list[UUID]) -> list[int]:
    """How many jobs riders have that are not done."""
    counts = await couriers.open_jobs(keys)
    return [counts[key] for key in keys]
