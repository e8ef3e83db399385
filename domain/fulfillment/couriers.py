"""The shop's own couriers: a job is offered or assigned, accepted, started, and ends with a proof or a reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain import effects
from domain.access import Permission, Viewer
from domain.delivery import collecting
from domain.fulfillment import proofs, shipping, tracking, watching
from domain.fulfillment.proofs import Given, Proven
from domain.fulfillment.shipping import Shipment
from domain.inventory import stock
from domain.orders.dispatch import UNSHIPPED
from domain.orders.history import tell
from domain.orders.lifecycle import settle_delivery
from domain.orders.visible import visible as visible_orders
from kit import clock, ids
from kit.errors import Refused
from kit.text import Localized
from kit.validate import clean_text
from models.customers import Role, User
from models.delivery import CourierJob, Delivery, DeliveryMode, JobState, ProofKind
from models.fulfillment import CarrierCode, Parcel, ParcelState, ScanKind
from models.orders import Order

OFFER, WITHDRAW = "courier.offer", "courier.withdraw"
LONGEST_REASON = 200
ON_THE_WAY: Localized = {"zh-CN": "骑手正在配送", "en": "With the courier, on the way to you"}
HANDED_OVER: Localized = {"zh-CN": "骑手已送达", "en": "Brought by the courier"}
NOT_TAKEN: Localized = {"zh-CN": "收件人拒收", "en": "The recipient did not take it"}
TRIED: Localized = {"zh-CN": "无人签收，将再次派送", "en": "Nobody was there, it will be brought again"}
NOBODY_THERE: Localized = {"zh-CN": "无人签收，退回门店", "en": "Nobody was there, on its way back"}

TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.OFFERED: frozenset({JobState.ASSIGNED, JobState.PREPARING, JobState.CANCELED}),
    JobState.ASSIGNED: frozenset({JobState.ASSIGNED, JobState.PREPARING, JobState.CANCELED}),
    JobState.PREPARING: frozenset({JobState.ASSIGNED, JobState.DELIVERING, JobState.CANCELED}),
    JobState.DELIVERING: frozenset({JobState.COMPLETED, JobState.FAILED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELED: frozenset(),
}
STAMPS: Mapping[JobState, str] = {
    JobState.ASSIGNED: "assigned_at",
    JobState.PREPARING: "accepted_at",
    JobState.DELIVERING: "started_at",
    JobState.COMPLETED: "ended_at",
    JobState.FAILED: "ended_at",
    JobState.CANCELED: "ended_at",
}
UNDER_WAY = frozenset({JobState.ASSIGNED, JobState.PREPARING, JobState.DELIVERING})
BEFORE_STARTING = frozenset({JobState.OFFERED, JobState.ASSIGNED, JobState.PREPARING})


def visible(viewer: Viewer) -> QuerySet[CourierJob]:
    """All of them for staff who send couriers; for a rider their own, and those that nobody has yet."""
    if viewer.may(Permission.SEND_COURIERS):
        return CourierJob.all()
    if viewer.may(Permission.RIDE):
        return CourierJob.filter(Q(courier_id=viewer.user_id) | Q(state=JobState.OFFERED))
    return CourierJob.filter(id__in=[])


def is_own(viewer: Viewer, job: CourierJob) -> bool:
    """Whether the viewer is bringing it right now: only then they see where it goes."""
    return viewer.user_id is not None and job.courier_id == viewer.user_id and job.state in UNDER_WAY


# ------------------------------------------------------------------------------------------------------- by the market


async def offer(viewer: Viewer, order_id: UUID) -> None:
    """Goods of a paid order wait for a courier: all of them, or what followed later. Does nothing where it has a job
    that is not done, or is no order for one."""
    async with viewer.market.change():
        order = await _order(order_id)
        is_for_riders = order.delivery_mode == DeliveryMode.COURIER and order.state in UNSHIPPED
        if is_for_riders and await stock.held(order.id):
            await _offer(viewer, order)


async def withdraw(viewer: Viewer, order_id: UUID) -> None:
    """Nothing of the order is to be fetched or brought again any more: it was canceled, left otherwise, or came back.
    Whoever has just left with it goes on."""
    async with viewer.market.change():
        order = await _order(order_id)
        job = await _current(order)
        if order.state in UNSHIPPED or job is None or job.state not in BEFORE_STARTING:
            return
        if any(parcel.state == ParcelState.OUT_FOR_DELIVERY for parcel in await parcels_of(job)):
            return  # to be brought again
        await _move(job, JobState.CANCELED)


async def offer_again(viewer: Viewer, order_id: UUID) -> CourierJob:
    """Another try, after one failed. By staff who send couriers."""
    viewer.require(Permission.SEND_COURIERS)
    async with viewer.market.change():
        if not await visible_orders(viewer).filter(id=order_id).exists():
            raise Refused("NOT_FOUND", path=("orderId",), what="order")
        order = await _order(order_id)
        if order.delivery_mode != DeliveryMode.COURIER or order.state not in UNSHIPPED:
            raise Refused("NOT_FOR_A_COURIER", path=("orderId",))
        job = await _offer(viewer, order)
        if job is None:
            raise Refused("JOB_EXISTS", path=("orderId",))
        return job


async def _offer(viewer: Viewer, order: Order, *, after: CourierJob | None = None) -> CourierJob | None:
    current = await _current(order)
    if current is not None and current.state != JobState.COMPLETED:
        return None
    if current is not None:
        current.is_current = None
        await current.save(update_fields=["is_current"])
    job = await CourierJob.create(
        order_id=order.id,
        number=f"C{ids.readable(10)}",
        attempt=after.attempt + 1 if after else 1,
        first_number=_first_number(after) if after else "",
        positions=after.positions if after else 0,  # who watches the parcel counts on with the next rider
        created_at=clock.now(),
    )
    await tell(viewer, order, kind="courier.offered", data=_facts(job))
    return job


# --------------------------------------------------------------------------------------------------------- by dispatch


async def assign(viewer: Viewer, job_id: UUID, courier_id: UUID) -> CourierJob:
    """Give a job that nobody has started to a rider."""
    viewer.require(Permission.SEND_COURIERS)
    rider = await User.get_or_none(id=courier_id)
    if rider is None or Role.RIDER.value not in rider.roles:
        raise Refused("NOT_FOUND", path=("courierId",), what="courier")
    async with viewer.market.change():
        order, job = await _locked(viewer, job_id)
        if job.state not in BEFORE_STARTING:
            raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
        if job.courier_id != rider.id or job.state == JobState.OFFERED:
            job.courier_id = rider.id
            await _move(job, JobState.ASSIGNED)
            await tell(viewer, order, kind="courier.assigned", data=_facts(job))
    return job


# ---------------------------------------------------------------------------------------------------------- by a rider


async def accept(viewer: Viewer, job_id: UUID) -> CourierJob:
    """Take an offered job, or one that was assigned to oneself. Of two who want the same one gets it."""
    viewer.require(Permission.RIDE)
    async with viewer.market.change():
        order, job = await _locked(viewer, job_id)
        if job.state == JobState.PREPARING and job.courier_id == viewer.user_id:
            return job
        if job.state not in (JobState.OFFERED, JobState.ASSIGNED):
            raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
        job.courier_id = viewer.user_id
        await _move(job, JobState.PREPARING)
        await tell(viewer, order, kind="courier.preparing", data=_facts(job))
    return job


async def start(viewer: Viewer, job_id: UUID) -> CourierJob:
    """Leave with the goods: they are shipped under the job's number, one parcel for each warehouse that gives some."""
    job = await _mine(viewer, job_id)
    if job.state == JobState.DELIVERING:
        return job
    if job.state != JobState.PREPARING:
        raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
    await _ship(viewer, job)
    async with viewer.market.change():
        order, job = await _locked(viewer, job_id)
        if job.state == JobState.DELIVERING:
            return job
        parcels = [parcel for parcel in await parcels_of(job) if parcel.state in watching.MOVING]
        if job.state != JobState.PREPARING or not parcels:
            raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
        for parcel in parcels:
            await tracking.report(
                viewer, order, parcel, ParcelState.OUT_FOR_DELIVERY, key=f"out:{job.number}", words=ON_THE_WAY
            )
        delivery = await Delivery.filter(order_id=order.id).first()
        if delivery is not None and delivery.pickup_code is None:
            await collecting.give_code(delivery)
        await _move(job, JobState.DELIVERING)
        await tell(viewer, order, kind="courier.delivering", data=_facts(job))
    return job


async def _ship(viewer: Viewer, job: CourierJob) -> None:
    """In steps that may be repeated: what has left stays so when a later warehouse has to be asked again."""
    shop = viewer.but(is_system=True)  # a rider may take exactly these goods, and nothing else out of the house
    houses = sorted({promise.warehouse_id for promise in await stock.held(job.order_id)})
    for place, warehouse_id in enumerate(houses, start=len(await parcels_of(job)) + 1):
        asked = Shipment(
            order_id=job.order_id,
            carrier=CarrierCode.OWN_COURIER,
            warehouse_id=warehouse_id,
            waybill=f"{_first_number(job)}-{place}",
        )
        await shipping.ship(shop, asked, key=f"courier:{job.id}:{warehouse_id}")


async def complete(viewer: Viewer, job_id: UUID, given: Given) -> CourierJob:
    """Handed over, with a proof: who took it, a picture, or the code that the customer was shown."""
    job = await _mine(viewer, job_id)
    if job.state == JobState.COMPLETED:
        return job
    if job.state != JobState.DELIVERING:
        raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
    kind, name, picture = await _proven(viewer, job, given)
    async with viewer.market.change():
        order, job = await _locked(viewer, job_id)
        if job.state != JobState.DELIVERING:
            raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
        for parcel in await parcels_of(job):
            if parcel.state != ParcelState.DELIVERED:
                await tracking.report(
                    viewer, order, parcel, ParcelState.DELIVERED, key=f"done:{job.number}", words=HANDED_OVER
                )
                await proofs.keep(viewer, order, parcel, kind=kind, name=name, picture=picture)
        await Delivery.filter(order_id=order.id).update(pickup_code=None)
        await _move(job, JobState.COMPLETED)
        await settle_delivery(viewer, order)
        await effects.soon(OFFER, order.id)  # what has followed meanwhile
    return job


async def _proven(viewer: Viewer, job: CourierJob, given: Given) -> Proven:
    proof = await proofs.read(job.order_id, given)
    if proof is not None:
        return proof
    await collecting.check(viewer, await Delivery.filter(order_id=job.order_id).first(), given.code or "")
    return ProofKind.CODE, None, None


async def fail(viewer: Viewer, job_id: UUID, *, reason: str, refused: bool) -> CourierJob:
    """It could not be handed over: the customer would not have it, and the goods come back; or nobody was there, and
    the job is offered again, a few times at most."""
    why = clean_text(reason, path=("reason",), minimum=1, maximum=LONGEST_REASON)
    job = await _mine(viewer, job_id)
    if job.state == JobState.FAILED:
        return job
    async with viewer.market.change():
        order, job = await _locked(viewer, job_id)
        if job.state != JobState.DELIVERING:
            raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
        again = not refused and job.attempt < viewer.market.policy.courier_attempts
        for parcel in await parcels_of(job):
            if not refused:
                await _note_attempt(viewer, order, parcel, job, again=again)
            if not again:
                to, words = (ParcelState.REFUSED, NOT_TAKEN) if refused else (ParcelState.RETURNING, NOBODY_THERE)
                await tracking.report(viewer, order, parcel, to, key=f"failed:{job.number}", words=words)
        await Delivery.filter(order_id=order.id).update(pickup_code=None)
        job.failure, job.is_current = why, None
        await _move(job, JobState.FAILED)
        await tell(viewer, order, kind="courier.failed", cause=why, data=_facts(job))
        if again:
            await _offer(viewer, order, after=job)
        else:
            await effects.soon(OFFER, order.id)
    return job


async def _note_attempt(viewer: Viewer, order: Order, parcel: Parcel, job: CourierJob, *, again: bool) -> None:
    await tracking.report(
        viewer,
        order,
        parcel,
        parcel.state,
        key=f"tried:{job.number}",
        words=TRIED if again else NOBODY_THERE,
        kind=ScanKind.ATTEMPT_FAILED,
    )


async def expect_picture(viewer: Viewer, job_id: UUID) -> proofs.Ticket:
    """An address for the picture that will prove this delivery."""
    job = await _mine(viewer, job_id)
    if job.state != JobState.DELIVERING:
        raise Refused("JOB_STATE", path=("jobId",), state=job.state.value)
    return await proofs.expect_picture(viewer, job.order_id)


async def note_tip(viewer: Viewer, job_id: UUID, *, amount: int, at: datetime) -> None:
    """The customer's tip has come. Told once."""
    found = await CourierJob.get_or_none(id=job_id)
    if found is None:
        return
    async with viewer.market.change():
        order = await _order(found.order_id)
        job = await CourierJob.filter(id=job_id).select_for_update().get()
        if job.tip_paid_at is not None:
            return
        job.tip, job.tip_paid_at = amount, at
        await job.save(update_fields=["tip", "tip_paid_at"])
        await tell(viewer, order, kind="courier.tipped", data={**_facts(job), "amount": amount})


# ------------------------------------------------------------------------------------------------------------ the rows


async def parcels_of(job: CourierJob) -> list[Parcel]:
    """What left the house under this job, or under the one whose goods it brings again."""
    under = f"{_first_number(job)}-"
    own = Parcel.filter(order_id=job.order_id, carrier=CarrierCode.OWN_COURIER, waybill__startswith=under)
    return await own.order_by("id")


def _first_number(job: CourierJob) -> str:
    return job.first_number or job.number


async def _order(order_id: UUID) -> Order:
    """The order's row first, whoever acts: a rider works on an order that they do not see."""
    return await Order.filter(id=order_id).select_for_update().get()


async def _current(order: Order) -> CourierJob | None:
    return await CourierJob.filter(order_id=order.id, is_current=True).select_for_update().first()


async def _mine(viewer: Viewer, job_id: UUID) -> CourierJob:
    viewer.require(Permission.RIDE)
    job = await CourierJob.get_or_none(id=job_id, courier_id=viewer.user_id)
    if job is None:
        raise Refused("NOT_FOUND", path=("jobId",), what="courier job")
    return job


async def _locked(viewer: Viewer, job_id: UUID) -> tuple[Order, CourierJob]:
    found = await visible(viewer).filter(id=job_id).first()
    if found is None:
        raise Refused("NOT_FOUND", path=("jobId",), what="courier job")
    order = await _order(found.order_id)
    job = await CourierJob.filter(id=job_id).select_for_update().get()
    if not viewer.may(Permission.SEND_COURIERS) and job.courier_id not in (None, viewer.user_id):
        raise Refused("JOB_TAKEN", path=("jobId",))
    return order, job


async def _move(job: CourierJob, to: JobState) -> None:
    if to not in TRANSITIONS[job.state]:
        raise RuntimeError(f"{job.number}: {job.state} → {to}")
    job.state = to
    setattr(job, STAMPS[to], clock.now())
    if to == JobState.CANCELED:
        job.is_current = None
    job.version += 1
    await job.save()


def _facts(job: CourierJob) -> dict[str, object]:
    return {"job_id": str(job.id), "job": job.number, "job_state": job.state.value}


async def riders(viewer: Viewer) -> list[User]:
    """Who can be sent; for staff who send couriers."""
    viewer.require(Permission.SEND_COURIERS)
    return [person for person in await User.exclude(roles=[]).order_by("id") if Role.RIDER.value in person.roles]


async def orders_underway(viewer: Viewer, order_ids: Sequence[UUID]) -> list[Order]:
    """Of these orders the ones that the viewer is bringing right now."""
    own = CourierJob.filter(order_id__in=list(order_ids), courier_id=viewer.user_id, state__in=list(UNDER_WAY))
    return await Order.filter(id__in=list(await own.values_list("order_id", flat=True))) if viewer.user_id else []


async def named(courier_ids: Sequence[UUID]) -> list[User]:
    """The people behind jobs that have been shown."""
    return await User.filter(id__in=list(courier_ids))


async def open_jobs(courier_ids: Sequence[UUID]) -> Counter[UUID]:
    """How many jobs each of them has that are not done."""
    rows = CourierJob.filter(courier_id__in=list(courier_ids), state__in=list(UNDER_WAY))
    return Counter([row.courier_id for row in await rows if row.courier_id is not None])
