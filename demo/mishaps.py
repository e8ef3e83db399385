"""Ways in which a delivery goes wrong in the demo market, and what is done about it."""

from demo.lives import OTHER_CARRIERS
from demo.scene import Scene
from domain.fulfillment import receiving
from domain.fulfillment.loads import Chosen
from domain.fulfillment.receiving import Receipt
from domain.inventory import stock
from models.aftersales import Remedy
from models.fulfillment import Parcel, ParcelLine, ParcelState
from models.orders import Order


async def is_late_and_urged(scene: Scene) -> None:
    """Nobody has shipped it within the day, and the buyer has asked for it."""
    order = await scene.buy()
    await scene.pause(7, 9)
    await scene.stage.urge(scene.buyer, order)


async def was_late_and_compensated(scene: Scene) -> None:
    """It left a day late; the buyer got a coupon for that."""
    order = await scene.buy()
    await scene.pause(25, 28)
    await scene.stage.settle(order)
    await scene.pause(1, 2)
    await scene.stage.ship(order)


async def is_lost(scene: Scene) -> None:
    """Its carrier cannot find it; the buyer may choose what is to be done."""
    order = await _leaves(scene)
    await scene.pause(4, 6)
    await scene.stage.report(order, ParcelState.LOST)


async def is_lost_and_looked_into(scene: Scene) -> None:
    """Somebody of the shop has claimed the case."""
    order = await _leaves(scene)
    await scene.pause(4, 6)
    await scene.stage.report(order, ParcelState.LOST)
    await scene.moment()
    await scene.stage.claim(order)


async def was_lost_and_sent_again(scene: Scene) -> None:
    """The goods went out a second time and arrived."""
    order = await _leaves(scene)
    await scene.pause(20, 30)
    await scene.stage.report(order, ParcelState.LOST)
    await scene.pause(1, 3)
    await scene.stage.settle(order, Remedy.RESHIP)
    await scene.pause(1, 3)
    await scene.stage.ship(order)
    await scene.arrival(order)


async def was_lost_and_refunded(scene: Scene) -> None:
    """The money went back."""
    order = await _leaves(scene)
    await scene.pause(20, 30)
    await scene.stage.report(order, ParcelState.LOST)
    await scene.pause(1, 3)
    await scene.stage.settle(order, Remedy.REFUND)


async def is_damaged(scene: Scene) -> None:
    """Damaged on its way, and handed over all the same."""
    order = await _leaves(scene)
    await scene.pause(3, 5)
    await scene.stage.report(order, ParcelState.DAMAGED)
    await scene.pause(1, 2)
    await scene.stage.report(order, ParcelState.DELIVERED)


async def is_refused(scene: Scene) -> None:
    """Nobody took it; it is on its way back."""
    order = await _leaves(scene)
    await scene.pause(3, 5)
    await scene.stage.report(order, ParcelState.REFUSED)
    await scene.pause(1, 2)
    await scene.stage.report(order, ParcelState.RETURNING)


async def came_back(scene: Scene) -> None:
    """Refused, and back at the shop."""
    order = await _leaves(scene)
    await scene.pause(3, 5)
    await scene.stage.report(order, ParcelState.REFUSED)
    await scene.pause(20, 30)
    await scene.stage.report(order, ParcelState.RETURNED)


async def was_received_back(scene: Scene) -> None:
    """Refused, and scanned at the returns desk, where a unit of each parcel turned out to be broken."""
    order = await _leaves(scene)
    await scene.pause(3, 5)
    await scene.stage.report(order, ParcelState.REFUSED)
    await scene.pause(20, 30)
    picker = scene.stage.staff["picker"].viewer
    for parcel in await Parcel.filter(order_id=order.id, state=ParcelState.REFUSED).order_by("id"):
        lines = await ParcelLine.filter(parcel_id=parcel.id).order_by("id")
        receipt = Receipt(parcel.waybill, parcel.carrier, (Chosen(lines[0].order_line_id, 1),))
        await receiving.receive(picker, receipt, key=f"{scene.key}:desk:{parcel.number}")


async def _leaves(scene: Scene) -> Order:
    """Handed to a carrier that is reported by hand, or to the simulated one when it makes several parcels."""
    order = await scene.buy()
    await scene.pause(0.5, 2)
    if len({promise.warehouse_id for promise in await stock.held(order.id)}) > 1:
        await scene.stage.ship(order)
        return order
    carrier, prefix = scene.dice.choice(OTHER_CARRIERS)
    await scene.stage.ship_with_others(order, carrier, f"{prefix}{scene.dice.randrange(10**11, 10**12)}")
    return order
