"""Orders of which something is missing. The first thing of the basket is the last there was."""

from demo.lives import arrives
from demo.scene import Scene
from models.orders import Order
from models.shortages import ShortageChoice


async def is_short(scene: Scene) -> None:
    """A part of it was found broken, more is on its way, and the buyer is asked."""
    await _is_asked(scene)


async def _is_asked(scene: Scene) -> Order:
    order = await scene.buy()
    await scene.pause(0.1, 0.4)
    variant_id, units = scene.basket[0]
    await scene.stage.expect(variant_id, units * 10, days=4)
    await scene.stage.break_goods(order, variant_id)
    await scene.pause(0.3, 0.6)
    return order


async def is_short_and_nobody_knows_until_when(scene: Scene) -> None:
    """The same, and no delivery is expected."""
    order = await scene.buy()
    await scene.pause(0.1, 0.4)
    await scene.stage.break_goods(order, scene.basket[0][0])


async def is_short_and_waits(scene: Scene) -> None:
    """The buyer wants everything together."""
    order = await _is_asked(scene)
    await scene.stage.choose(scene.buyer, order, ShortageChoice.WAIT)


async def is_short_and_comes_in_parts(scene: Scene) -> None:
    """What is there is on its way, the rest follows."""
    order = await _is_asked(scene)
    await scene.stage.choose(scene.buyer, order, ShortageChoice.SHIP_AVAILABLE)
    await scene.pause(0.5, 2)
    await scene.stage.ship(order)


async def is_short_and_does_without(scene: Scene) -> None:
    """What was missing is canceled and refunded, the rest is sent."""
    order = await _is_asked(scene)
    await scene.stage.choose(scene.buyer, order, ShortageChoice.CANCEL_MISSING)
    await arrives(scene, order)


async def is_short_for_some_hours(scene: Scene) -> None:
    """New goods come before the buyer has answered."""
    order = await _is_asked(scene)
    await scene.pause(3, 9)
    await scene.stage.receive(*scene.basket[0])
    await arrives(scene, order)


async def is_short_and_says_nothing(scene: Scene) -> None:
    """The clock chooses: what is there is sent, the rest follows some days later."""
    order = await _is_asked(scene)
    await scene.pause(25, 30)
    await scene.stage.ship(order)
    await scene.pause(50, 60)
    await scene.stage.receive(*scene.basket[0])
    await scene.pause(2, 9)
    await scene.stage.ship(order)
