"""The last steps of a busy week: riders, counters with codes, and what is done at somebody's home."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from benchmarks.week import faults
from benchmarks.week.town import PATIENCE, Act, Town
from domain.access import Viewer
from domain.fulfillment import counter, couriers, positions, services, tracking
from domain.fulfillment.proofs import Given
from domain.orders import dispatch
from kit import clock
from models.delivery import CourierJob, Delivery, DeliveryMode, JobState
from models.fulfillment import CarrierCode, Parcel, ParcelState
from models.orders import Order, OrderState, Supply

RIDERS = ("rider", "rider2")
NORTH, EAST = 31_190_000, 121_437_000  # millionths of degrees, in the middle of Shanghai
AT_ONCE = 200


async def acts(town: Town) -> list[Act]:
    """What is up to them now."""
    return [*await _of_riders(town), *await _at_counters(town), *await _on_the_way_back(town), *await _at_home(town)]


# Riders ---------------------------------------------------------------------------------------------------------------


async def _of_riders(town: Town) -> list[Act]:
    jobs = CourierJob.filter(state__in=list(RIDES)).order_by("created_at").limit(AT_ONCE * town.workers)
    own = [job for job in await jobs if town.is_own(job.order_id)]
    rides = [partial(RIDES[job.state], town, job) for job in own if town.falls(faults.RIDER_IS_FREE)]
    return [*rides, *[partial(_offer_again, town, order) for order in await _left_over(town)]]


async def _left_over(town: Town) -> list[Order]:
    """What is for a rider and has none, since one came back in vain."""
    unshipped = Order.filter(delivery_mode=DeliveryMode.COURIER, state__in=dispatch.UNSHIPPED)
    orders = await town.own(unshipped.filter(paid_at__lt=clock.now() - PATIENCE, supply=Supply.COMPLETE))
    ridden = CourierJob.filter(order_id__in=[order.id for order in orders], is_current=True)
    has_job = set(await ridden.values_list("order_id", flat=True))
    return [order for order in orders if order.id not in has_job]


async def _offer_again(town: Town, order: Order) -> None:
    await town.tries("offer again", couriers.offer_again(town.worker("picker"), order.id))


async def _accept(town: Town, job: CourierJob) -> None:
    """Perhaps two want it, and perhaps dispatch gives it to the other one after all."""
    wanted = RIDERS if town.falls(faults.TWO_RIDERS_WANT_IT) else (town.dice.choice(RIDERS),)
    await town.each([partial(_take, town, job, key) for key in wanted])
    if town.falls(faults.GIVEN_TO_ANOTHER):
        other = town.worker(town.dice.choice(RIDERS))
        if other.user_id is not None:
            await town.tries("assign", couriers.assign(town.worker("picker"), job.id, other.user_id))


async def _take(town: Town, job: CourierJob, key: str) -> None:
    await town.tries("accept", couriers.accept(town.worker(key), job.id))


async def _take_own(town: Town, job: CourierJob) -> None:
    await town.tries("accept", couriers.accept(_rider(town, job), job.id))


async def _set_out(town: Town, job: CourierJob) -> None:
    await town.tries("set out", couriers.start(_rider(town, job), job.id))


async def _arrive(town: Town, job: CourierJob) -> None:
    """At the door: a name, or the code that the customer was shown; or in vain."""
    rider = _rider(town, job)
    where = {"latitude_e6": NORTH + town.dice.randrange(20_000), "longitude_e6": EAST + town.dice.randrange(20_000)}
    await town.tries("position", positions.report(rider, job.id, **where))
    if town.falls(faults.BROUGHT_IN_VAIN):
        refused = town.falls(0.5)
        await town.tries("in vain", couriers.fail(rider, job.id, reason="没有人应门", refused=refused))
        return
    shown = (await Delivery.get(order_id=job.order_id)).pickup_code
    proof = Given(code=shown) if shown and town.falls(0.3) else Given(name="家人")
    await town.tries("bring", couriers.complete(rider, job.id, proof))


def _rider(town: Town, job: CourierJob) -> Viewer:
    return next(town.worker(key) for key in RIDERS if town.worker(key).user_id == job.courier_id)


RIDES: Mapping[JobState, Callable[[Town, CourierJob], Awaitable[None]]] = {
    JobState.OFFERED: _accept,
    JobState.ASSIGNED: _take_own,
    JobState.PREPARING: _set_out,
    JobState.DELIVERING: _arrive,
}


# Counters -------------------------------------------------------------------------------------------------------------


async def _at_counters(town: Town) -> list[Act]:
    lying = Delivery.filter(mode=DeliveryMode.PICKUP, pickup_code__isnull=False, arrived_at__lt=clock.now() - PATIENCE)
    own = [delivery for delivery in await lying.order_by("arrived_at") if town.is_own(delivery.order_id)]
    come = [delivery for delivery in own if not _never_comes(delivery) and town.falls(faults.COMES_NOW)]
    return [partial(_collect, town, delivery) for delivery in come[:AT_ONCE]]


def _never_comes(delivery: Delivery) -> bool:
    return delivery.id.int % 1000 < faults.NEVER_COLLECTED * 1000


async def _collect(town: Town, delivery: Delivery) -> None:
    order, clerk, code = await Order.get(id=delivery.order_id), town.worker("clerk"), delivery.pickup_code or ""
    if town.falls(faults.WRONG_CODE):
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        await town.tries("wrong code", counter.hand_over(clerk, order.number, wrong))
    if town.falls(faults.CODE_LOST):
        await town.tries("another code", counter.renew_code(town.owner(order), order.id))
        code = (await Delivery.get(id=delivery.id)).pickup_code or ""
    await town.tries("collect", counter.hand_over(clerk, order.number, code))


async def _on_the_way_back(town: Town) -> list[Act]:
    """From counters and from riders: no carrier tells of these."""
    back = Parcel.filter(state=ParcelState.RETURNING).order_by("shipped_at").limit(AT_ONCE * town.workers)
    parcels = [parcel for parcel in await back if town.is_own(parcel.order_id)]
    orders = {order.id: order for order in await Order.filter(id__in={parcel.order_id for parcel in parcels})}
    return [
        partial(_bring_back, town, parcel)
        for parcel in parcels
        if parcel.carrier == CarrierCode.OWN_COURIER or orders[parcel.order_id].delivery_mode == DeliveryMode.PICKUP
    ]


async def _bring_back(town: Town, parcel: Parcel) -> None:
    scan = tracking.add_scan(town.worker("courier"), parcel.id, state=ParcelState.RETURNED)
    await town.tries("bring back", scan)


# At home --------------------------------------------------------------------------------------------------------------


async def _at_home(town: Town) -> list[Act]:
    booked = Order.filter(delivery_mode=DeliveryMode.SERVICE, state__in=(OrderState.PAID, OrderState.SHIPPED))
    orders = {order.id: order for order in await town.own(booked)}
    due = Delivery.filter(order_id__in=list(orders), slot_starts_at__lt=clock.now())
    return [partial(_serve, town, orders[delivery.order_id]) for delivery in await due]


async def _serve(town: Town, order: Order) -> None:
    technician = town.worker("courier")
    if order.state == OrderState.PAID:
        await town.tries("begin at home", services.start(technician, order.id))
    else:
        done = services.complete(technician, order.id, Given(name="家人"))
        await town.tries("done at home", done)
