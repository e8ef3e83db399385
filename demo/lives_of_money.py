"""Orders whose money has a story: late, twice, wrong, and given back."""

from collections.abc import Mapping
from uuid import UUID

from adapters.payments.simulator import Outcome
from demo.lives import arrives
from demo.scene import Scene
from models.orders import Order, OrderState
from models.payments import RefundReason

COMPLAINTS = (
    (RefundReason.QUALITY, "有几个压坏了，已拍照。"),
    (RefundReason.WRONG_OR_MISSING, "少发一件。"),
    (RefundReason.DAMAGED_IN_TRANSIT, "包装破损，漏了一些。"),
    (RefundReason.QUALITY, "Two were overripe on arrival."),
)


async def is_paid_late(scene: Scene) -> None:
    """The money comes after the order was given up. While there are goods it is revived, else the money goes back."""
    order = await scene.place()
    await scene.moment()
    payment = await scene.stage.open_payment(scene.buyer, order)
    await scene.stage.pay(payment, Outcome.SUCCEED_AFTER_EXPIRY, delay_seconds=1800)
    await scene.pause(2, 3)
    if await scene.stage.state(order) == OrderState.PAID:
        await arrives(scene, order)


async def is_paid_twice(scene: Scene) -> None:
    """Two cards at the same moment; the second goes back."""
    order = await scene.place()
    await scene.moment()
    first = await scene.stage.open_payment(scene.buyer, order)
    second = await scene.stage.open_payment(scene.buyer, order, attempt=2)
    await scene.stage.pay(first)
    await scene.stage.pay(second)
    await scene.moment()
    await arrives(scene, order)


async def is_paid_wrongly(scene: Scene) -> None:
    """The provider reports another amount: set aside for somebody to look at."""
    order = await scene.place()
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order), Outcome.SUCCEED_WRONG_AMOUNT)


async def loses_a_unit(scene: Scene) -> None:
    """Something of it was not right: the price of one unit goes back."""
    order = await scene.buy()
    await arrives(scene, order)
    await scene.pause(2, 30)
    line = (await scene.stage.lines(order))[0]
    await _give_back(scene, order, {line.id: 1}, shipping=False)


async def is_refunded_in_two_parts(scene: Scene) -> None:
    """First one line, later all the rest with the shipping."""
    order = await scene.buy()
    await arrives(scene, order)
    lines = await scene.stage.lines(order)
    await scene.pause(2, 20)
    await _give_back(scene, order, {lines[0].id: lines[0].quantity}, shipping=False)
    await scene.pause(2, 20)
    if len(lines) > 1:
        await _give_back(scene, order, {line.id: line.quantity for line in lines[1:]}, shipping=order.shipping > 0)


async def is_refunded_whole(scene: Scene) -> None:
    """Nothing of it was right."""
    order = await scene.buy()
    await arrives(scene, order)
    await scene.pause(2, 20)
    units = {line.id: line.quantity for line in await scene.stage.lines(order)}
    await _give_back(scene, order, units, shipping=order.shipping > 0)


async def loses_a_line_before_shipping(scene: Scene) -> None:
    """One thing is not to be had: its money goes back, the rest is shipped."""
    order = await scene.buy()
    await scene.pause(1, 3)
    last = (await scene.stage.lines(order))[-1]
    await scene.stage.refund(
        order, {last.id: 1}, shipping=False, reason=RefundReason.QUALITY, note="质检不合格，退一件。"
    )
    await arrives(scene, order)


async def is_being_refunded(scene: Scene) -> None:
    """Received; a refund was asked of the provider, whose bank takes its time."""
    order = await scene.buy()
    await arrives(scene, order)
    await scene.arrival(order)
    line = (await scene.stage.lines(order))[0]
    await _give_back(scene, order, {line.id: 1}, shipping=False)
    await scene.stage.let_banks_sleep(order)


async def _give_back(scene: Scene, order: Order, units: Mapping[UUID, int], *, shipping: bool) -> None:
    reason, note = scene.dice.choice(COMPLAINTS)
    await scene.stage.refund(order, units, shipping=shipping, reason=reason, note=note)
