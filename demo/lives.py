"""The ways an order can go in the demo market, from buying to the end or to wherever it stands today."""

from adapters.payments.simulator import Outcome
from demo.scene import Scene
from domain.inventory import stock
from models.fulfillment import CarrierCode
from models.orders import CancelReason, Order, OrderState

OTHER_CARRIERS = (
    (CarrierCode.SF_EXPRESS, "SF"),
    (CarrierCode.JD_LOGISTICS, "JD"),
    (CarrierCode.ZTO, "78"),
    (CarrierCode.OWN_COURIER, "SHOP"),
)


# Orders that went well ------------------------------------------------------------------------------------------------


async def goes_well(scene: Scene) -> None:
    """Bought, shipped, delivered, and confirmed by most; the clock does the rest."""
    order = await scene.buy()
    await arrives(scene, order)


async def goes_well_after_a_failed_try(scene: Scene) -> None:
    """The first card is refused, the second one is not."""
    order = await scene.place()
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order), Outcome.DECLINE)
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order, attempt=2))
    await scene.moment()
    await arrives(scene, order)


async def comes_in_two_parcels(scene: Scene) -> None:
    """What lies ready goes first, the rest the day after."""
    order = await scene.buy()
    await scene.pause(2, 10)
    await ship_some(scene, order)
    await scene.pause(12, 24)
    await scene.stage.ship(order)
    await _is_received(scene, order)


async def arrives(scene: Scene, order: Order) -> None:
    """It is shipped within the day, and received."""
    await scene.pause(2, 22)
    await scene.stage.ship(order)
    await _is_received(scene, order)


async def _is_received(scene: Scene, order: Order) -> None:
    await scene.arrival(order)
    await scene.pause(1, 40)
    if scene.dice.random() < 0.75 and await scene.stage.state(order) == OrderState.DELIVERED:
        await scene.stage.confirm(scene.buyer, order)


# Orders that stand somewhere today ------------------------------------------------------------------------------------


async def waits_for_money(scene: Scene) -> None:
    """Placed a moment ago."""
    order = await scene.place()
    if scene.dice.random() < 0.6:
        await scene.stage.pause(seconds=scene.dice.uniform(10, 40))
        await scene.stage.open_payment(scene.buyer, order)


async def waits_after_a_failed_try(scene: Scene) -> None:
    """Placed a moment ago; the first card was refused."""
    order = await scene.place()
    await scene.stage.pause(seconds=20)
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order), Outcome.DECLINE)


async def waits_for_the_picker(scene: Scene) -> None:
    """Paid, and nobody has packed it yet."""
    await scene.buy()


async def waits_for_the_second_parcel(scene: Scene) -> None:
    """A part is on its way."""
    order = await scene.buy()
    await scene.pause(1, 4)
    await ship_some(scene, order)


async def is_on_its_way(scene: Scene) -> None:
    """Handed to the carrier within the hour."""
    order = await scene.buy()
    await scene.pause(0.3, 0.8)
    await scene.stage.ship(order)


async def is_on_its_way_with_others(scene: Scene) -> None:
    """Handed to a carrier that does not speak to the market: the courier reports it by hand."""
    order = await scene.buy()
    await scene.pause(0.5, 2)
    if len({promise.warehouse_id for promise in await stock.held(order.id)}) > 1:
        await scene.stage.ship(order)  # a waybill is for one parcel
        return
    carrier, prefix = scene.dice.choice(OTHER_CARRIERS)
    await scene.stage.ship_with_others(order, carrier, f"{prefix}{scene.dice.randrange(10**11, 10**12)}")


async def was_just_delivered(scene: Scene) -> None:
    """Delivered, and nobody has confirmed it."""
    order = await scene.buy()
    await scene.pause(1, 4)
    await scene.stage.ship(order)


async def was_just_received(scene: Scene) -> None:
    """Confirmed by the buyer, still within the time for complaints."""
    order = await scene.buy()
    await scene.pause(1, 4)
    await scene.stage.ship(order)
    await scene.arrival(order)
    await scene.pause(0.5, 3)
    await scene.stage.confirm(scene.buyer, order)


async def ship_some(scene: Scene, order: Order) -> None:
    """Half of the lines, or one unit of the only one."""
    lines = await scene.stage.lines(order)
    if len(lines) > 1:
        await scene.stage.ship(order, {line.id: line.quantity for line in lines[: len(lines) // 2]})
    else:
        await scene.stage.ship(order, {lines[0].id: 1})


# Orders that came to nothing ------------------------------------------------------------------------------------------


async def is_forgotten(scene: Scene) -> None:
    """Never paid; the clock gives it up."""
    order = await scene.place()
    if scene.dice.random() < 0.5:
        await scene.moment()
        await scene.stage.open_payment(scene.buyer, order)


async def is_canceled_unpaid(scene: Scene) -> None:
    """The buyer thinks again before paying."""
    order = await scene.place()
    await scene.moment()
    reason = scene.dice.choice((CancelReason.CHANGED_MIND, CancelReason.ORDERED_BY_MISTAKE, CancelReason.FOUND_CHEAPER))
    await scene.stage.cancel(scene.buyer.holding(order), order, reason)


async def is_canceled_paid(scene: Scene) -> None:
    """The buyer thinks again after paying; the money goes back by itself."""
    order = await scene.buy()
    await scene.moment()
    await scene.stage.cancel(scene.buyer.holding(order), order, CancelReason.CHANGED_MIND)


async def is_canceled_by_staff(scene: Scene) -> None:
    """The reviewer stops it."""
    order = await scene.buy()
    await scene.pause(0.2, 2)
    reason = scene.dice.choice((CancelReason.OUT_OF_STOCK, CancelReason.FRAUD, CancelReason.OTHER))
    await scene.stage.cancel(scene.stage.staff["reviewer"].viewer, order, reason, note="电话联系客户后取消。")


async def is_canceled_and_hard_to_refund(scene: Scene) -> None:
    """The bank refuses to take the money back at first."""
    order = await scene.buy(Outcome.SUCCEED_FAILING_REFUND)
    await scene.moment()
    await scene.stage.cancel(scene.buyer.holding(order), order, CancelReason.ORDERED_BY_MISTAKE)
