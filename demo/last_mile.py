"""Orders of the demo market that do not simply come to the door: collected, brought by a courier, done at a time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from demo.scene import Scene
from demo.stage import Basket, Buyer, Stage
from domain.delivery import points, slots
from domain.delivery.deliveries import Way
from domain.fulfillment import counter, couriers, positions, services
from domain.fulfillment.proofs import Given
from domain.orders import checkout
from domain.orders.checkout import Destination, Purchase, Wish
from kit import clock, ids
from models.catalog import Category, Product, ProductImage, ProductStatus, Variant
from models.delivery import CourierJob, Delivery, DeliveryMode, DeliverySlot, PickupPoint
from models.fulfillment import ParcelState
from models.inventory import MovementKind, StockLevel, StockMovement, Warehouse
from models.orders import Order

SERVICE_SLUG, SERVICE_SKU = "knife-sharpening-at-home", "SERVICE-KNIVES"
AROUND_THE_CORNER = ((31_195_000, 121_440_000), (31_192_000, 121_438_000), (31_189_000, 121_437_000))
BasketOf = Callable[[Random], Basket]
NEARBY = ("zhao", "qian", "sun")  # who live where the shop has couriers


async def offer_service() -> Variant:
    """Something that is not shipped: somebody comes and sharpens the knives."""
    now, category = clock.now(), await Category.all().order_by("path").first()
    product = await Product.create(
        slug=SERVICE_SLUG,
        status=ProductStatus.ACTIVE,
        title={"zh-CN": "上门磨刀（一次三把）", "en": "Knife sharpening at home (three knives)"},
        description={"zh-CN": "<p>师傅按约定时段上门。</p>", "en": "<p>Somebody comes at the time you choose.</p>"},
        category=category,
        min_price=4900,
        max_price=4900,
        in_stock=True,
        is_service=True,
        sort_title="shangmenmodao",
        listed_at=now - timedelta(days=90),
        created_at=now - timedelta(days=90),
        updated_at=now,
    )
    picture = await ProductImage.all().order_by("url").first()
    if picture is not None:
        await ProductImage.create(product=product, position=0, url=picture.url, alt=product.title)
    variant = await Variant.create(product=product, position=0, sku=SERVICE_SKU, price=4900)
    house = await Warehouse.get(code="SH")
    await StockLevel.create(warehouse=house, variant=variant, on_hand=500)
    await StockMovement.create(
        warehouse_id=house.id,
        variant_id=variant.id,
        kind=MovementKind.RECEIVE,
        on_hand_change=500,
        reason="opening stock",
        created_at=now,
    )
    return variant


def enter(stage: Stage, *, main: Buyer, neighbours: Sequence[Buyer], basket_of: BasketOf, now: datetime) -> int:
    """Have them all begin at their time; gives how many orders that makes."""
    cast = (
        (lies_at_the_counter, main, 1.2),
        (lies_at_the_counter, neighbours[0], 1.4),
        (is_collected, neighbours[1], 6),
        (is_never_collected, neighbours[2], 12),
        (is_brought_and_tipped, main, 4.2),
        (is_brought_and_tipped, neighbours[0], 9),
        (is_on_the_riders_bike, main, 0.05),
        (waits_for_a_rider, neighbours[1], 0.03),
        (is_booked, main, 0.6),
        (was_done, neighbours[2], 5),
        (is_brought_again, neighbours[0], 0.04),
    )
    for number, (way, buyer, days) in enumerate(cast):
        key = f"demo:last-mile:{number}"
        dice = Random(key)
        scene = Scene(stage=stage, buyer=buyer, basket=basket_of(dice), dice=dice, key=key)
        stage.director.enter(now - timedelta(days=days), way(scene))
    return len(cast)


async def lies_at_the_counter(scene: Scene) -> None:
    """Sent to the pickup point; the code is on its way to the buyer."""
    await _sent_to_counter(scene)


async def is_collected(scene: Scene) -> None:
    """The clerk hands it out against the code."""
    order = await _sent_to_counter(scene)
    agreed = await Delivery.get(order_id=order.id)
    while agreed.pickup_code is None:
        await scene.pause(5, 9)
        agreed = await Delivery.get(order_id=order.id)
    await counter.hand_over(scene.stage.staff["clerk"].viewer, order.number, agreed.pickup_code)


async def is_never_collected(scene: Scene) -> None:
    """Nobody comes for it: the clock sends it back, and the shop gives the money back when it is there."""
    order = await _sent_to_counter(scene)
    while not await Delivery.filter(order_id=order.id, given_up_at__not_isnull=True).exists():
        await scene.pause(5, 9)
    await scene.pause(20, 30)
    await scene.stage.report(order, ParcelState.RETURNED)


async def waits_for_a_rider(scene: Scene) -> None:
    """Paid, and offered to the riders."""
    await _bought(scene, Way(DeliveryMode.COURIER))


async def is_on_the_riders_bike(scene: Scene) -> None:
    """On the way right now, with a position."""
    await _set_out(scene)


async def is_brought_and_tipped(scene: Scene) -> None:
    """Brought to the door, with the name of who took it."""
    job = await _set_out(scene)
    await couriers.complete(scene.stage.staff["rider"].viewer, job.id, Given(name=scene.buyer.destination.recipient))


async def is_brought_again(scene: Scene) -> None:
    """Nobody was there at first, so that the riders are offered it once more."""
    job = await _set_out(scene)
    await couriers.fail(scene.stage.staff["rider"].viewer, job.id, reason="无人应门", refused=False)


async def is_booked(scene: Scene) -> None:
    """Somebody will come at the chosen time."""
    await _booked(scene)


async def was_done(scene: Scene) -> None:
    """Somebody came and did it."""
    order = await _booked(scene)
    await scene.pause(20, 30)
    technician = scene.stage.staff["courier"].viewer
    await services.start(technician, order.id)
    await scene.pause(0.5, 1)
    await services.complete(technician, order.id, Given(name=scene.buyer.destination.recipient))


async def _sent_to_counter(scene: Scene) -> Order:
    point = await PickupPoint.get(code="SH-XH")
    buyer = scene.buyer.destination
    where = Destination(**points.address_of(point, recipient=buyer.recipient, phone=buyer.phone))
    order = await _bought(scene, Way(DeliveryMode.PICKUP, None, point.id), destination=where)
    await scene.pause(1, 3)
    await scene.stage.ship(order)
    return order


async def _set_out(scene: Scene) -> CourierJob:
    order = await _bought(scene, Way(DeliveryMode.COURIER))
    rider = scene.stage.staff["rider"].viewer
    job = await CourierJob.get(order_id=order.id)
    await couriers.accept(rider, job.id)
    await couriers.start(rider, job.id)
    for north, east in AROUND_THE_CORNER:
        await scene.pause(0.02, 0.05)
        await positions.report(rider, job.id, latitude_e6=north, longitude_e6=east)
    return job


async def _booked(scene: Scene) -> Order:
    await slots.make_ahead(scene.stage.market)
    home = scene.buyer.destination
    free = slots.bookable(DeliveryMode.SERVICE, province=home.province, city=home.city)
    slot: DeliverySlot = next(slot for slot in await free if slot.free)
    variant = await Variant.get(sku=SERVICE_SKU)
    booked = replace(scene, basket=[(variant.id, 1)])
    return await _bought(booked, Way(DeliveryMode.SERVICE, slot.id))


async def _bought(scene: Scene, way: Way, *, destination: Destination | None = None) -> Order:
    """Placed and paid within minutes."""
    wishes = [Wish(variant, count, ("lines", str(at))) for at, (variant, count) in enumerate(scene.basket)]
    asked = Purchase(wishes=wishes, destination=destination or scene.buyer.destination, way=way)
    order = await checkout.place(scene.buyer.viewer, asked, key=scene.key or ids.token())
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order))
    await scene.moment()
    return order
