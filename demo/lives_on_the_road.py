"""Orders whose carrier is the demo market's own, and lets something go wrong on the way."""

from demo.scene import Scene
from models.fulfillment import CarrierFault


async def is_held_up(scene: Scene) -> None:
    """Snow on the pass: the carrier names a later day."""
    await _goes_wrong(scene, CarrierFault.DELAY)


async def gets_lost(scene: Scene) -> None:
    """It left one sorting center and never came to the next."""
    await _goes_wrong(scene, CarrierFault.LOSS)


async def breaks_on_the_way(scene: Scene) -> None:
    """Something heavy stood on it; it comes back."""
    await _goes_wrong(scene, CarrierFault.DAMAGE)


async def is_refused_at_the_door(scene: Scene) -> None:
    """Nobody wants it; it comes back."""
    await _goes_wrong(scene, CarrierFault.REFUSAL)


async def falls_silent(scene: Scene) -> None:
    """No scan any more."""
    await _goes_wrong(scene, CarrierFault.SILENCE)


async def arrives_at_the_second_attempt(scene: Scene) -> None:
    """Nobody was at home."""
    await _goes_wrong(scene, CarrierFault.FAILED_ATTEMPT)


async def _goes_wrong(scene: Scene, fault: CarrierFault) -> None:
    order = await scene.buy()
    await scene.pause(2, 10)
    await scene.stage.ship(order)
    await scene.stage.let_go_wrong(order, fault)
