"""Time slots: made ahead, held by orders, given back, moved, and never over capacity."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from domain.access import Viewer, system
from domain.delivery import slots
from domain.delivery.deliveries import Way
from domain.delivery.places import LOCAL, local_date
from domain.market import Market
from domain.orders import lifecycle
from domain.orders.history import lock, tell
from kit import clock
from kit.errors import Refused
from models.customers import Role
from models.delivery import Delivery, DeliveryMode, DeliverySlot, SlotTemplate
from models.orders import CancelReason, Order, OrderState
from tests.api import Api
from tests.factories.catalog import make_product, variant_of
from tests.factories.delivery import EVERY_DAY, delivery_of, make_point, make_region, make_slots, taken
from tests.factories.fulfillment import later, public, run
from tests.factories.orders import make_tariff, place_order
from tests.factories.payments import pay

MakeStaff = Callable[..., Awaitable[Viewer]]

CREATE = """mutation ($input: SlotTemplateCreateInput!) { slotTemplateCreate(input: $input) {
  template { id weekdays fromMinute toMinute capacity noticeMinutes } userErrors { code path } } }"""
SLOTS = """query ($mode: DeliveryMode!, $province: String, $city: String, $point: ID, $date: Date) {
  deliverySlots(mode: $mode, province: $province, city: $city, pickupPointId: $point, date: $date) {
    id startsAt endsAt free capacity date } }"""
PLACE = """mutation ($input: OrderPlaceInput!) { orderPlace(input: $input) {
  order { id delivery { slot { id free } slotStartsAt promisedFrom promisedUntil } }
  userErrors { code path ... on SlotUnavailable { slot { id free } } } } }"""
UPDATE = """mutation ($input: DeliverySlotUpdateInput!) { deliverySlotUpdate(input: $input) {
  slot { capacity isOpen } userErrors { code path } } }"""
ADDRESS = {
    "recipient": "林晓雨",
    "phone": "13800138000",
    "province": "上海市",
    "city": "上海",
    "street": "集市路 1 号 301 室",
}
ROUND_THE_DAY = {
    "mode": "HOME",
    "province": "上海市",
    "city": "上海市",
    "weekdays": list(EVERY_DAY),
    "fromMinute": 0,
    "toMinute": 1380,
    "capacity": 2,
}


async def asked_for(slot: DeliverySlot, **more: object) -> dict[str, object]:
    await make_tariff()
    variant = await variant_of(await make_product())
    return {
        "lines": [{"variantId": public("Variant", variant.id), "quantity": 1}],
        "destination": {"address": ADDRESS},
        "slotId": public("DeliverySlot", slot.id),
        "idempotencyKey": "k",
        **more,
    }


async def buy(viewer: Viewer, slot: DeliverySlot) -> Order:
    way = Way(slot.mode, slot.id)
    return await place_order(viewer, await make_product(), way=way)  # type: ignore[arg-type]  # a field of Purchase


async def test_a_template_makes_the_slots_of_the_coming_days_at_once(
    api: Api, market: Market, staff: MakeStaff
) -> None:
    data = await api(CREATE, as_=await staff(Role.WAREHOUSE_PICKER), input=ROUND_THE_DAY)
    assert data["slotTemplateCreate"]["userErrors"] == []
    made = await DeliverySlot.all().order_by("date")
    today = local_date(clock.now())
    assert [slot.date for slot in made] == [today + timedelta(days=ahead) for ahead in range(market.policy.slot_days)]
    first = made[1]
    assert first.starts_at.astimezone(LOCAL).strftime("%H:%M") == "00:00"
    assert first.ends_at.astimezone(LOCAL).strftime("%H:%M") == "23:00"


async def test_the_daily_job_makes_the_day_that_is_new_and_leaves_the_others(market: Market) -> None:
    [first, *_] = await make_slots(market)
    await DeliverySlot.filter(id=first.id).update(capacity=7)
    before = await DeliverySlot.all().count()
    await later(market, days=1)
    await slots.make_ahead(market)
    assert await DeliverySlot.all().count() == before + 1
    assert (await DeliverySlot.get(id=first.id)).capacity == 7


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"toMinute": 1381}, ["toMinute"]),
        ({"fromMinute": -1}, ["fromMinute"]),
        ({"fromMinute": 600, "toMinute": 600}, ["toMinute"]),
        ({"capacity": 0}, ["capacity"]),
        ({"weekdays": []}, ["weekdays"]),
        ({"weekdays": [0]}, ["weekdays"]),
    ],
)
async def test_a_slot_lies_between_0_00_and_23_00_and_has_room(
    api: Api, staff: MakeStaff, change: dict[str, object], path: list[str]
) -> None:
    data = await api(CREATE, as_=await staff(Role.ADMINISTRATOR), input={**ROUND_THE_DAY, **change})
    errors = data["slotTemplateCreate"]["userErrors"]
    assert [(error["code"], error["path"]) for error in errors] == [("OUT_OF_RANGE", path)]
    assert not await SlotTemplate.exists()


async def test_customers_see_what_is_free_and_cannot_choose_what_begins_soon(api: Api, market: Market) -> None:
    made = await make_slots(market)
    await make_slots(market, city="崇明", capacity=9)
    shown = await api(SLOTS, mode="HOME", province="Shanghai", city="Shanghai")
    assert {slot["id"] for slot in shown["deliverySlots"]} >= {public("DeliverySlot", slot.id) for slot in made}
    assert {slot["free"] for slot in shown["deliverySlots"]} == {1}
    of_day = await api(SLOTS, mode="HOME", province="上海市", city="上海市", date=made[0].date.isoformat())
    assert [slot["id"] for slot in of_day["deliverySlots"]] == [public("DeliverySlot", made[0].id)]
    clock.set_offset(made[0].closes_at - clock.machine())
    of_day = await api(SLOTS, mode="HOME", province="上海市", city="上海市", date=made[0].date.isoformat())
    assert of_day["deliverySlots"] == []


async def test_an_order_holds_its_slot_and_the_next_one_is_told_that_it_is_full(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer
) -> None:
    [slot, *_] = await make_slots(market)
    placed = await api(PLACE, as_=customer, input=await asked_for(slot))
    delivery = placed["orderPlace"]["order"]["delivery"]
    assert delivery["slot"] == {"id": public("DeliverySlot", slot.id), "free": 0}
    assert delivery["promisedFrom"] == delivery["slotStartsAt"]
    refused = (await api(PLACE, as_=other_customer, input=await asked_for(slot)))["orderPlace"]
    assert refused["order"] is None
    assert refused["userErrors"] == [
        {"code": "SLOT_FULL", "path": ["slotId"], "slot": {"id": public("DeliverySlot", slot.id), "free": 0}}
    ]
    assert (await taken(slot), await Order.all().count()) == (1, 1)


async def test_a_slot_is_given_back_once_when_the_order_is_canceled(market: Market, customer: Viewer) -> None:
    [slot, *_] = await make_slots(market)
    order = await buy(customer, slot)
    assert await taken(slot) == 1
    await lifecycle.cancel(customer, order.id, reason=CancelReason.CHANGED_MIND)
    await slots.release(order.id)
    assert await taken(slot) == 0
    assert not (await delivery_of(order)).slot_held


async def test_a_slot_is_given_back_when_the_time_to_pay_is_over(market: Market, customer: Viewer) -> None:
    [slot, *_] = await make_slots(market)
    await buy(customer, slot)
    await later(market, minutes=market.policy.payment_minutes + 1)
    assert await taken(slot) == 0


async def test_a_late_payment_takes_the_slot_again_or_goes_on_without_it(
    market: Market, customer: Viewer, other_customer: Viewer
) -> None:
    first, second, *_ = await make_slots(market)
    lucky, unlucky = await buy(customer, first), await buy(customer, second)
    await later(market, minutes=market.policy.payment_minutes + 1)
    await buy(other_customer, second)
    for order in (lucky, unlucky):
        async with market.change():
            locked = await lock(system(market), order.id)
            assert locked.state == OrderState.EXPIRED
            assert await lifecycle.revive(system(market), locked)
            await tell(system(market), locked, kind="order.revived")
    assert ((await delivery_of(lucky)).slot_id, await taken(first)) == (first.id, 1)
    assert ((await delivery_of(unlucky)).slot_id, await taken(second)) == (None, 1)


async def test_an_order_moves_to_another_slot_and_the_old_place_is_free(market: Market, customer: Viewer) -> None:
    first, second, *_ = await make_slots(market)
    order = await buy(customer, first)
    async with market.change():
        await slots.move(order.id, second.id, province="上海市", city="上海市")
        await slots.move(order.id, second.id, province="上海市", city="上海市")
    moved = await delivery_of(order)
    assert (moved.slot_id, moved.slot_starts_at) == (second.id, second.starts_at)
    assert (await taken(first), await taken(second)) == (0, 1)
    async with market.change():
        await slots.move(order.id, None, province="上海市", city="上海市")
    assert (await taken(second), (await delivery_of(order)).slot_id) == (0, None)


async def test_an_order_cannot_move_to_a_full_slot_or_to_one_of_another_place(
    market: Market, customer: Viewer, other_customer: Viewer
) -> None:
    first, second, *_ = await make_slots(market)
    [elsewhere, *_] = await make_slots(market, city="崇明")
    order = await buy(customer, first)
    await buy(other_customer, second)
    for slot, code in ((second, "SLOT_FULL"), (elsewhere, "SLOT_WRONG")):
        with pytest.raises(Refused, match=code):
            async with market.change():
                await slots.move(order.id, slot.id, province="上海市", city="上海市")
    assert ((await delivery_of(order)).slot_id, await taken(first), await taken(second)) == (first.id, 1, 1)


@pytest.mark.parametrize("kind", ["another city", "another mode", "closed", "too late", "unknown"])
async def test_a_slot_that_is_not_for_this_delivery_is_refused(
    api: Api, market: Market, customer: Viewer, kind: str
) -> None:
    await make_region(market, modes=[DeliveryMode.HOME, DeliveryMode.COURIER])
    [slot, *_] = await make_slots(market, city="崇明" if kind == "another city" else "上海市")
    asked = await asked_for(slot)
    if kind == "another mode":
        asked["deliveryMode"] = "COURIER"
    if kind == "closed":
        await DeliverySlot.filter(id=slot.id).update(is_open=False)
    if kind == "too late":
        clock.set_offset(slot.closes_at - clock.machine() + timedelta(seconds=1))
    if kind == "unknown":
        asked["slotId"] = public("DeliverySlot", customer.user_id or slot.template_id)
    codes = {"closed": "SLOT_CLOSED", "too late": "SLOT_CLOSED", "unknown": "NOT_FOUND"}
    errors = (await api(PLACE, as_=customer, input=asked))["orderPlace"]["userErrors"]
    assert [(error["code"], error["path"]) for error in errors] == [(codes.get(kind, "SLOT_WRONG"), ["slotId"])]
    assert (await taken(slot), await Delivery.all().count()) == (0, 0)


async def test_staff_change_the_room_of_a_slot_but_never_below_what_is_promised(
    api: Api, market: Market, customer: Viewer, staff: MakeStaff
) -> None:
    [slot, *_] = await make_slots(market, capacity=3)
    await buy(customer, slot)
    picker, key = await staff(Role.WAREHOUSE_PICKER), public("DeliverySlot", slot.id)
    data = await api(UPDATE, as_=picker, input={"slotId": key, "capacity": 1, "isOpen": False})
    assert data["deliverySlotUpdate"]["slot"] == {"capacity": 1, "isOpen": False}
    data = await api(UPDATE, as_=picker, input={"slotId": key, "capacity": 0})
    assert [error["code"] for error in data["deliverySlotUpdate"]["userErrors"]] == ["OUT_OF_RANGE"]
    data = await api(UPDATE, as_=customer, input={"slotId": key, "capacity": 9})
    assert [error["code"] for error in data["deliverySlotUpdate"]["userErrors"]] == ["FORBIDDEN"]
    assert (await DeliverySlot.get(id=slot.id)).capacity == 1


async def test_the_database_itself_keeps_a_slot_within_its_capacity(market: Market) -> None:
    [slot, *_] = await make_slots(market)
    with pytest.raises(IntegrityError):
        await DeliverySlot.filter(id=slot.id).update(taken=2)


async def test_a_paid_order_keeps_its_slot(market: Market, customer: Viewer) -> None:
    [slot, *_] = await make_slots(market)
    order = await buy(customer, slot)
    await pay(market, order)
    await run(market)
    assert await taken(slot) == 1


async def test_slots_of_a_pickup_point_are_its_own(api: Api, market: Market) -> None:
    point, other = await make_point(market), await make_point(market, "P2")
    made = await make_slots(market, mode=DeliveryMode.PICKUP, pickup_point_id=point.id)
    shown = await api(SLOTS, mode="PICKUP", point=public("PickupPoint", point.id))
    assert {slot["id"] for slot in shown["deliverySlots"]} >= {public("DeliverySlot", slot.id) for slot in made}
    assert (await api(SLOTS, mode="PICKUP", point=public("PickupPoint", other.id)))["deliverySlots"] == []
