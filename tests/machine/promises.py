"""What must be true of the rows after every step of the busy machine: units, promises, deadlines and counts agree."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from domain.aftersales import cases
from domain.aftersales.states import LIVE
from domain.fulfillment import arrival, couriers, watching
from domain.market import Policy
from domain.orders import changes, dispatch, review_guards, review_rows
from domain.orders.changes_delivery import slot_asked
from domain.orders.states import GONE
from domain.payments import ledger
from kit import clock
from models.aftersales import DeliveryCase
from models.delivery import CourierJob, Delivery, DeliveryMode, DeliverySlot, JobState
from models.fulfillment import Parcel, ParcelLine, ParcelState
from models.inventory import Reservation, ReservationState
from models.jobs import Timer
from models.orders import ChangeState, Order, OrderChangeRequest, OrderLine, OrderState, ReviewState
from models.reviews import Review
from models.warehouse import Package, PackageLine, PackageState, PickTask, TaskState
from tests.invariants import assert_books_balance
from tests.machine.checks import History

ON_THE_TABLE = (PackageState.OPEN, PackageState.PACKED, PackageState.LABELED)


async def everything_holds(policy: Policy, history: History) -> None:
    """All of it."""
    await assert_books_balance()
    assert sum(balance.balance for balance in await ledger.trial_balance()) == 0
    await history.read()
    orders = {order.id: order for order in await Order.all()}
    for order in orders.values():
        assert order.state == history.states[order.id], order.number
        assert order.sequence == history.sequences[order.id], order.number
        assert 0 <= order.refunded <= order.captured, order.number
    await _units_add_up()
    await _work_is_of_what_is_held()
    await _cases_are_counted(orders)
    await _slots_have_room(orders)
    await _promises_have_deadlines(policy, orders)
    failed = await Timer.exclude(last_error="").values_list("kind", "last_error")
    assert not failed, failed


async def _units_add_up() -> None:
    """Parcels that count, what is open and what is canceled make what was ordered; nothing arrives that never left."""
    sent: Counter[UUID] = Counter()
    for part in await ParcelLine.all():
        assert 0 <= part.written_off <= part.quantity
        assert 0 <= part.restocked <= part.quantity
        sent[part.order_line_id] += part.quantity - part.written_off
    services = set(await Order.filter(delivery_mode=DeliveryMode.SERVICE).values_list("id", flat=True))
    for line in await OrderLine.all():
        assert line.shipped == sent[line.id] or line.order_id in services, line.id
        assert 0 <= line.delivered <= line.shipped
        assert 0 <= line.shipped + line.canceled <= line.quantity
        assert 0 <= line.refunded <= line.quantity


async def _work_is_of_what_is_held() -> None:
    """Pick lists and packages have no unit that is promised to nobody, once all that follows an order has been done."""
    packed: Counter[UUID] = Counter()
    packages = {row.id: row.order_id for row in await Package.filter(state__in=ON_THE_TABLE)}
    for part in await PackageLine.filter(package_id__in=list(packages)):
        packed[packages[part.package_id]] += part.quantity
    for order in await Order.all():
        assert order.packed == packed[order.id], order.number
    if await Timer.exists(kind="warehouse.follow", done_at__isnull=True):
        return
    held: Counter[tuple[UUID, UUID, UUID]] = Counter()
    for promise in await Reservation.filter(state=ReservationState.HELD):
        held[promise.warehouse_id, promise.order_line_id, promise.variant_id] += promise.quantity - promise.packed
    asked: Counter[tuple[UUID, UUID, UUID]] = Counter()
    for task in await PickTask.exclude(state=TaskState.CANCELED):
        asked[task.warehouse_id, task.order_line_id, task.variant_id] += task.units - task.packed
    for place, units in asked.items():
        assert units <= held[place], place


async def _cases_are_counted(orders: dict[UUID, Order]) -> None:
    live: Counter[UUID] = Counter()
    async for case in DeliveryCase.filter(state__in=LIVE):
        live[case.order_id] += 1
    assert {key: order.open_cases for key, order in orders.items() if order.open_cases} == dict(live)


async def _slots_have_room(orders: dict[UUID, Order]) -> None:
    """Never over capacity; what is taken is held by orders that go on, and by changes that wait for their money."""
    held: Counter[UUID] = Counter()
    for delivery in await Delivery.filter(slot_held=True):
        assert delivery.slot_id is not None
        assert delivery.order_id not in orders or orders[delivery.order_id].state not in GONE
        held[delivery.slot_id] += 1
    for change in await OrderChangeRequest.filter(state=ChangeState.AWAITING_PAYMENT):
        wanted = slot_asked(change.asked)
        if wanted is not None:
            held[wanted] += 1
    taken = {slot.id: slot for slot in await DeliverySlot.filter(taken__gt=0)}
    assert {key: slot.taken for key, slot in taken.items()} == dict(held)
    assert all(slot.taken <= slot.capacity for slot in taken.values())


async def _last_steps_have_owners(orders: dict[UUID, Order], planned: Mapping[str, set[UUID]]) -> None:
    """What lies at a counter is given up some day; a rider has only what is to be brought, and has it alone."""
    for parcel in await Parcel.filter(state=ParcelState.AT_PICKUP_POINT):
        assert parcel.order_id in planned[arrival.OVER], parcel.number
        assert await Delivery.exists(order_id=parcel.order_id, pickup_code__isnull=False), parcel.number
    waiting = await CourierJob.filter(state__in=list(couriers.BEFORE_STARTING))
    assert len({job.order_id for job in waiting}) == len(waiting)
    for job in waiting:
        is_called_off = job.order_id in planned[couriers.WITHDRAW]
        is_to_fetch = orders[job.order_id].state in dispatch.UNSHIPPED
        goods = await couriers.parcels_of(job)  # those of an earlier try in vain
        is_to_bring = any(parcel.state == ParcelState.OUT_FOR_DELIVERY for parcel in goods)
        assert is_called_off or is_to_fetch or is_to_bring, (job.number, [parcel.state for parcel in goods])
    for job in await CourierJob.filter(state=JobState.DELIVERING):
        assert job.courier_id is not None
        assert await couriers.parcels_of(job), job.number


async def _promises_have_deadlines(policy: Policy, orders: dict[UUID, Order]) -> None:
    """Whatever waits for somebody has a timer that ends the waiting; who waits for stock is asked in `invariants`."""
    planned: dict[str, set[UUID]] = defaultdict(set)
    for timer in await Timer.filter(done_at__isnull=True):
        planned[timer.kind].add(timer.subject_id)

    def planned_for(kind: str, subjects: Collection[UUID]) -> None:
        assert set(subjects) <= planned[kind], kind

    def in_state(state: OrderState) -> list[UUID]:
        return [key for key, order in orders.items() if order.state == state]

    planned_for("order.expire", in_state(OrderState.PENDING_PAYMENT))
    planned_for("order.auto_receive", in_state(OrderState.DELIVERED))
    received = [key for key in in_state(OrderState.RECEIVED) if not orders[key].open_cases]
    planned_for("order.complete", received)
    unshipped = [order for order in orders.values() if order.state in dispatch.UNSHIPPED]
    assert all(order.dispatch_by is not None for order in unshipped)
    running = [order.id for order in unshipped if order.dispatch_paused_at is None and not dispatch.is_late(order)]
    planned_for(dispatch.LATE, running)
    live = DeliveryCase.filter(state__in=LIVE, escalations__lt=policy.case_escalations)
    planned_for(cases.DUE, [case.id for case in await live])
    waiting = await OrderChangeRequest.filter(state=ChangeState.AWAITING_PAYMENT)
    planned_for(changes.EXPIRE, [change.id for change in waiting])
    assert {change.order_id for change in waiting if orders[change.order_id].state not in GONE} == {
        order.id for order in orders.values() if order.change_pay_by is not None and order.state not in GONE
    }
    await _reviews_have_deadlines(orders, planned[review_rows.ESCALATE])
    await _last_steps_have_owners(orders, planned)
    for parcel in await Parcel.filter(state__in=watching.MOVING):
        is_quiet = watching.next_look(policy, parcel, now=clock.now()) is None
        assert is_quiet or parcel.id in planned[watching.WATCH], parcel.number


async def _reviews_have_deadlines(orders: dict[UUID, Order], planned: set[UUID]) -> None:
    reviews = await Review.filter(stage__in=review_guards.OPEN)
    assert all(review.id in planned or review.escalated_at is not None for review in reviews)
    looked_at = {key for key, order in orders.items() if order.review in (ReviewState.PENDING, ReviewState.CLAIMED)}
    assert looked_at == {review.order_id for review in reviews}
