"""What an explorer finds: a market with a past, in which every sum agrees."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from tortoise.expressions import Subquery

from demo import load
from demo.ground import EARLY_BIRD, SPRING
from demo.identities import identities
from demo.people import CUSTOMERS, MAIN_CUSTOMER, STAFF
from demo.residents import PASSWORD, residents
from domain.access import Viewer, system
from domain.customers import accounts, sessions
from domain.customers.contacts import email_contact
from domain.market import Market
from domain.orders import actions, review_guards
from domain.orders.actions import Action
from domain.orders.kinds import EventKind
from domain.orders.states import TRANSITIONS, BuyerStatus, buyer_status
from jobs import runner
from kit import clock
from models.catalog import Category, Product, ProductImage, ProductStatus, Variant
from models.customers import Address, DeviceSession, Role, User
from models.delivery import CourierJob, Delivery, JobState
from models.fulfillment import Interception, InterceptionState, Parcel, ParcelState
from models.intake import BatchState, OrderBatch
from models.inventory import Backorder, StockLevel
from models.jobs import Timer
from models.orders import ChangeState, Order, OrderChangeRequest, OrderState, Supply
from models.outbox import ActorKind, Event
from models.payments import JournalEntry, Payment, PaymentState, Refund, RefundReason, RefundState
from models.promotions import Coupon, CouponUse, CouponUseState
from models.reviews import CallOutcome, Review, ReviewCall, ReviewStage
from models.service import ServiceCase, ServiceCaseLine, ServiceState, Wish
from models.shortages import Shortage, ShortageChoice, ShortageState
from models.warehouse import Manifest, ManifestState, Package, PackageState, StorageBin, Wave, WaveState
from settings import Settings
from tests.invariants import assert_books_balance

pytestmark = pytest.mark.slow


async def test_there_are_goods_people_and_orders_in_every_state(loaded_market: Market) -> None:
    products = await Product.filter(status=ProductStatus.ACTIVE)
    assert len(products) >= 300
    assert len({product.category_id for product in products}) >= 30
    assert await Category.all().count() >= 30
    people = await User.all()
    assert sum(not person.roles for person in people) == 40 == await Address.filter(is_default=True).count()
    assert {role for person in people for role in person.roles} == {role.value for role in Role}
    orders = await Order.all()
    states = Counter(order.state for order in orders)
    assert len(orders) >= 200
    assert {state for state in OrderState if states[state] >= 5} == set(OrderState)


async def test_the_warehouse_has_work_at_every_step(loaded_market: Market) -> None:
    assert {wave.state for wave in await Wave.all()} == set(WaveState)
    packages = {package.state for package in await Package.all()}
    assert packages == {PackageState.PACKED, PackageState.LABELED, PackageState.HANDED_OVER}
    assert {manifest.state for manifest in await Manifest.all()} == set(ManifestState)
    assert {place.zone for place in await StorageBin.all()} == {"A", "B", "C", "F"}
    without_a_bin = await StockLevel.all().count() - await StorageBin.all().count()
    assert 0 <= without_a_bin <= 3  # what came by a transfer later on


async def test_couriers_and_counters_had_good_days_and_bad_ones(loaded_market: Market) -> None:
    jobs = set(await CourierJob.all().values_list("state", flat=True))
    assert jobs >= {JobState.OFFERED, JobState.DELIVERING, JobState.COMPLETED, JobState.FAILED}
    uncollected = await Delivery.filter(given_up_at__not_isnull=True).values_list("order_id", flat=True)
    parcels = await Parcel.filter(order_id__in=uncollected)
    assert {parcel.state for parcel in parcels} == {ParcelState.RETURNED}
    for order in await Order.filter(id__in=uncollected):
        assert order.refunded == order.captured > 0


async def test_prices_are_those_of_the_files_and_pictures_are_there(
    loaded_market: Market, loaded_settings: Settings
) -> None:
    assert sorted([variant.price for variant in await Variant.filter(product__slug="fuji-apple")]) == [1590, 3690]
    for url in await ProductImage.all().values_list("url", flat=True):
        assert str(url).startswith("/media/demo/")
        assert (loaded_settings.media_root / str(url).removeprefix("/media/")).is_file(), url


async def test_the_books_and_the_shelves_agree(loaded_market: Market) -> None:
    await assert_books_balance()
    assert await JournalEntry.all().count() > 300


async def test_money_has_every_story(loaded_market: Market) -> None:
    assert {payment.state for payment in await Payment.all()} == set(PaymentState)
    assert await Payment.filter(is_late=True, is_applied=True).exists()  # revived
    assert {refund.state for refund in await Refund.all()} == set(RefundState)
    assert {refund.reason for refund in await Refund.all()} >= {
        RefundReason.LATE_PAYMENT,
        RefundReason.PAID_TWICE,
        RefundReason.CANCELED,
        RefundReason.QUALITY,
    }
    assert await JournalEntry.filter(kind="set_aside").exists()
    orders = await Order.filter(refunded__gt=0)
    assert any(order.refunded == order.captured for order in orders)
    assert any(0 < order.refunded < order.captured for order in orders)


async def test_orders_were_changed_merged_and_stopped(loaded_market: Market) -> None:
    states = Counter(await OrderChangeRequest.all().values_list("state", flat=True))
    assert {ChangeState.APPLIED, ChangeState.AWAITING_PAYMENT, ChangeState.EXPIRED} <= set(states)
    assert await OrderChangeRequest.filter(paid_by__not_isnull=True).exists()
    assert await Order.filter(merged_into__not_isnull=True).count() == 1
    assert await Interception.filter(state=InterceptionState.DONE).exists()


async def test_reviews_stand_at_every_stage_and_orders_came_by_the_file(loaded_market: Market) -> None:
    stages = Counter(review.stage for review in await Review.all())
    assert set(stages) == set(ReviewStage)
    assert await Review.filter(escalated_at__isnull=False, stage=ReviewStage.PENDING).exists()
    assert {call.outcome for call in await ReviewCall.all()} >= {CallOutcome.CONFIRMED, CallOutcome.DENIED}
    batches = await OrderBatch.all()
    assert {(batch.state, batch.accepted, batch.rejected) for batch in batches} == {(BatchState.COMPLETED, 1, 1)}


async def test_requests_after_receipt_stand_in_every_state(loaded_market: Market) -> None:
    assert {case.state for case in await ServiceCase.all()} == set(ServiceState)
    assert {line.wish for line in await ServiceCaseLine.all()} == set(Wish)


async def test_coupons_are_used_used_up_and_over(loaded_market: Market) -> None:
    uses = Counter([use.coupon_id for use in await CouponUse.filter(state=CouponUseState.USED)])
    for coupon in await Coupon.filter(customer_key=None):  # those for everybody
        assert coupon.used == uses[coupon.id] > 0, coupon.code
    early = await Coupon.get(code=EARLY_BIRD)
    assert early.used == early.use_limit
    over = await Coupon.get(code=SPRING)
    assert over.ends_at is not None
    assert over.ends_at < clock.now()


async def test_there_are_guests_notes_and_cancellations_of_both_kinds(loaded_market: Market) -> None:
    orders = await Order.all()
    assert sum(order.user_id is None for order in orders) >= 10
    assert sum(bool(order.note) for order in orders) >= 10
    canceled = [order for order in orders if order.state == OrderState.CANCELED]
    assert {order.captured > 0 for order in canceled} == {True, False}
    assert {order.refunded == order.captured for order in canceled} == {True}


async def test_histories_have_no_gap_and_move_as_the_table_allows(loaded_market: Market) -> None:
    events = await Event.filter(stream_id__in=Subquery(Order.all().values("id"))).order_by("sequence")
    by_order: dict[UUID, list[Event]] = defaultdict(list)
    for event in events:
        by_order[event.stream_id].append(event)
    orders = {order.id: order for order in await Order.all()}
    assert by_order.keys() == orders.keys()
    for order in orders.values():
        own = by_order[order.id]
        assert [event.sequence for event in own] == list(range(1, order.sequence + 1)), order.number
        assert [event.created_at for event in own] == sorted(event.created_at for event in own), order.number
        state = OrderState.PENDING_PAYMENT
        for event in own:
            assert EventKind(event.kind)
            if "to" in event.data:
                assert event.data["from"] == state
                assert OrderState(str(event.data["to"])) in TRANSITIONS[state], order.number
                state = OrderState(str(event.data["to"]))
        assert state == order.state


async def test_the_stream_over_all_orders_has_no_gap_and_runs_with_the_time(loaded_market: Market) -> None:
    events = await Event.all().order_by("position")
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert events[0].created_at < clock.now() - timedelta(days=44)
    assert events[-1].created_at <= clock.now()
    assert {event.actor_kind for event in events} == set(ActorKind)
    times = [event.created_at for event in events]
    assert all(later >= earlier - timedelta(seconds=30) for earlier, later in pairwise(times))


async def test_what_can_be_done_with_each_order_is_known_for_everybody(loaded_market: Market) -> None:
    people = await residents(loaded_market, [*CUSTOMERS, *STAFF])
    possible: Counter[Action] = Counter()
    looks = await review_guards.newest(system(loaded_market), [order.id for order in await Order.all()])
    for order in await Order.all():
        owner = next((person.viewer for person in people.values() if person.viewer.user_id == order.user_id), None)
        viewers = [people[key].viewer for key in ("agent", "picker", "finance", "reviewer")] + [system(loaded_market)]
        for viewer in [*viewers, owner or Viewer(market=loaded_market, order_id=order.id)]:
            look = looks.get(order.id)
            possible.update(one.action for one in actions.possibilities(viewer, order, look) if one.allowed)
    assert set(possible) == set(Action)


async def test_nothing_is_overdue_and_much_is_planned(loaded_market: Market) -> None:
    health = await runner.health()
    assert (health.late, health.parked) == (0, {})
    waiting = Timer.filter(done_at__isnull=True)
    assert await waiting.filter(due_at__lt=clock.now()).count() <= 20
    kinds = set(await waiting.values_list("kind", flat=True))
    assert {"order.expire", "order.auto_receive", "order.complete", "payment.retry_refund"} <= kinds


async def test_the_main_customer_has_something_under_every_tab(loaded_market: Market) -> None:
    lin = (await residents(loaded_market, [MAIN_CUSTOMER]))[MAIN_CUSTOMER.key]
    orders = await Order.filter(user_id=lin.viewer.user_id)
    assert {buyer_status(order) for order in orders} == set(BuyerStatus)
    assert {order.state for order in orders} == set(OrderState)


async def test_loading_again_is_refused_nothing_and_changes_nothing(
    loaded_market: Market, loaded_settings: Settings
) -> None:
    tables = (User, Product, Order, Event, Timer, Coupon, Payment)
    before = [await table.all().count() for table in tables]
    assert await load.load(loaded_settings) is None
    assert [await table.all().count() for table in tables] == before


async def test_lin_signs_in_with_the_password_of_everybody(loaded_market: Market) -> None:
    visitor = Viewer(market=loaded_market, address="192.0.2.7")
    signed_in = await accounts.sign_in_with_password(visitor, email_contact(MAIN_CUSTOMER.email), PASSWORD)
    assert signed_in.user.name == MAIN_CUSTOMER.name
    assert (signed_in.user.phone, signed_in.user.locale) == (MAIN_CUSTOMER.phone, "zh-CN")


async def test_identities_carry_tokens_of_one_session_each(loaded_market: Market) -> None:
    offered = await identities(loaded_market)
    assert [one["key"] for one in offered][:2] == ["lin", "zhao"]
    assert {one["role"] for one in offered} == {"CUSTOMER", *(role.value for role in Role)}
    sessions_before = await DeviceSession.all().count()
    for one in [*offered, *await identities(loaded_market)]:
        identity = await sessions.identify(loaded_market, one["token"])
        roles = {role.value for role in identity.roles} or {"CUSTOMER"}
        assert roles == {one["role"]}
        assert one["label"].split(" — ")[0].isascii()
    assert await DeviceSession.all().count() == sessions_before


async def test_something_is_missing_of_orders_in_every_state_of_a_shortage(loaded_market: Market) -> None:
    found = await Shortage.all()
    assert {one.state for one in found} == set(ShortageState)
    assert {one.choice for one in found} == {None, *ShortageChoice}
    assert {order.supply for order in await Order.all()} == set(Supply)
    assert await Backorder.all().count() >= 4
