"""Second thoughts in the demo market: orders that are changed, made one, or stopped on their way."""

from demo.scene import Scene
from domain.fulfillment import interception
from domain.orders import changes
from domain.orders.changes_plan import Units, Wish
from domain.payments import differences, merging
from kit import ids
from kit.errors import Refusals, Refused
from models.fulfillment import InterceptionAction
from models.orders import CancelReason, ChangeState, Order, OrderChangeRequest
from models.payments import PaymentMethod


async def takes_something_out(scene: Scene) -> None:
    """One thing too many: its money goes back, the rest is shipped."""
    order = await scene.buy()
    await scene.moment()
    line = (await scene.stage.lines(order))[-1]
    await _change(scene, order, Wish(remove=[Units(line.id, 1)], reason=CancelReason.CHANGED_MIND))
    await _is_shipped(scene, order)


async def thinks_again_before_paying(scene: Scene) -> None:
    """One more of the first thing and a word to the shop, before the money goes."""
    order = await scene.place()
    await scene.moment()
    await _change(scene, order, Wish(add=[Units(scene.basket[0][0], 1)], note="多加一份，谢谢。"))
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, await Order.get(id=order.id)))
    await scene.moment()
    await _is_shipped(scene, order)


async def adds_something(scene: Scene) -> None:
    """One more after paying: the difference is paid, and it all comes together."""
    order = await scene.buy()
    await scene.moment()
    change = await _change(scene, order, Wish(add=[Units(scene.basket[0][0], 1)]))
    await _pay(scene, change)
    await scene.moment()
    await _is_shipped(scene, order)


async def forgets_the_difference(scene: Scene) -> None:
    """One more after paying, and then not: the clock gives the change up."""
    order = await scene.buy()
    await scene.moment()
    await _change(scene, order, Wish(add=[Units(scene.basket[0][0], 1)]))
    await scene.pause(1, 3)
    await _is_shipped(scene, order)


async def waits_for_the_difference(scene: Scene) -> None:
    """Asked for one more a moment ago."""
    order = await scene.buy()
    await _change(scene, order, Wish(add=[Units(scene.basket[0][0], 1)], note="再加一份。"))


async def becomes_one_of_two(scene: Scene) -> None:
    """Two orders of one evening go in one parcel; what that saves goes back."""
    first = await scene.buy()
    second = await scene.stage.place(scene.buyer, scene.basket, key=f"{scene.key}:second")
    await scene.moment()
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, second))
    await scene.moment()
    try:
        await merging.merge(scene.buyer.viewer, [first.id, second.id], key=f"demo:{scene.key}")
    except (Refused, Refusals):
        return  # one of them is being looked at
    await _is_shipped(scene, first)


async def is_fetched_back(scene: Scene) -> None:
    """Stopped an hour after it left; the goods lie on the shelf again, the money is on its way back."""
    order = await scene.buy()
    await _is_shipped(scene, order)
    await scene.stage.pause(seconds=1)
    wish = interception.Wish(action=InterceptionAction.RETURN, order_id=order.id, note="买错了，请退回。")
    try:
        await interception.request(scene.buyer.holding(order), wish, key=f"demo:{scene.key}")
    except (Refused, Refusals):
        return  # it is at the door already


async def _is_shipped(scene: Scene, order: Order) -> None:
    await scene.pause(2, 10)
    await scene.stage.ship(order)


async def _change(scene: Scene, order: Order, wish: Wish) -> OrderChangeRequest | None:
    """The change, unless the shop is looking at the order just now."""
    try:
        return await changes.commit(
            scene.buyer.holding(order), order.id, wish, key=f"demo:{ids.new_id()}", operation="orderChange"
        )
    except (Refused, Refusals):
        return None


async def _pay(scene: Scene, change: OrderChangeRequest | None) -> None:
    if change is None or change.state != ChangeState.AWAITING_PAYMENT:
        return
    buyer = scene.buyer.holding(await Order.get(id=change.order_id))
    _, payment = await differences.pay(buyer, change.id, method=PaymentMethod.SIMULATOR, key=f"demo:{change.id}")
    await scene.stage.pay(payment)
