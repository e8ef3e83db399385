"""Orders whose buyers ask for something after they have received them."""

from demo.lives import arrives
from demo.scene import Scene
from domain.service import asking, cases, decisions, goods
from domain.service.asking import Asked
from domain.service.decisions import Answer
from domain.service.goods import Finding, Inspection
from models.orders import Order
from models.service import Grade, ServiceCase, ServiceReason, Wish

COMPLAINTS = (
    (ServiceReason.QUALITY, "打开一看有几个已经发霉。"),
    (ServiceReason.DAMAGED_IN_TRANSIT, "外盒压扁，里面漏了。"),
    (ServiceReason.WRONG_OR_MISSING, "收到的不是我买的那一款。"),
    (ServiceReason.QUALITY, "It smells odd, and the seal was open."),
)


async def asks_for_its_money(scene: Scene) -> None:
    """Nobody has answered yet."""
    await _asks(scene, Wish.REFUND_ONLY)


async def asks_for_a_compensation(scene: Scene) -> None:
    """Nobody has answered yet."""
    await _asks(scene, Wish.COMPENSATION)


async def thinks_better_of_it(scene: Scene) -> None:
    """Taken back the same day."""
    order, case = await _asks(scene, Wish.REFUND_ONLY)
    await scene.pause(1, 5)
    await cases.cancel(scene.buyer.holding(order), case.id)


async def was_given_its_money(scene: Scene) -> None:
    """Agreed to at once."""
    _, case = await _asks(scene, Wish.REFUND_ONLY)
    await scene.pause(1, 8)
    await _agree(scene, case)


async def is_to_be_sent_back(scene: Scene) -> None:
    """Agreed to; the goods are still with the buyer, in time or not."""
    _, case = await _asks(scene, Wish.RETURN_AND_REFUND)
    await scene.pause(1, 8)
    await _agree(scene, case)


async def is_on_its_way_back(scene: Scene) -> None:
    """The waybill is known."""
    order, case = await _asks(scene, Wish.RETURN_AND_REFUND)
    await _comes_back(scene, order, case)


async def has_come_back(scene: Scene) -> None:
    """As good as new, and refunded."""
    order, case = await _asks(scene, Wish.RETURN_AND_REFUND)
    await _comes_back(scene, order, case)
    await scene.pause(30, 50)
    line = (await cases.lines_of(case))[0]
    found = Inspection(case.id, (Finding(line.order_line_id, line.quantity, Grade.AS_NEW),))
    await goods.inspect(scene.stage.staff["picker"].viewer, found, key=f"demo:{case.number}:in")


async def is_turned_down_and_appeals(scene: Scene) -> None:
    """Somebody else has to decide."""
    order, case = await _is_turned_down(scene)
    await scene.pause(1, 8)
    await decisions.appeal(scene.buyer.holding(order), case.id, words="我有开箱视频，请再看一下。")


async def is_turned_down(scene: Scene) -> None:
    """And leaves it at that."""
    await _is_turned_down(scene)


async def _is_turned_down(scene: Scene) -> tuple[Order, ServiceCase]:
    order, case = await _asks(scene, Wish.REFUND_ONLY)
    await scene.pause(1, 8)
    agent = scene.stage.staff["agent"].viewer
    return order, await decisions.reject(agent, case.id, explanation="照片中未见质量问题。")


async def _asks(scene: Scene, wish: Wish) -> tuple[Order, ServiceCase]:
    order = await scene.buy()
    await arrives(scene, order)
    await scene.pause(2, 20)
    reason, words = scene.dice.choice(COMPLAINTS)
    line = (await scene.stage.lines(order))[0]
    wishes = [Asked(line.id, 1, wish, reason)]
    buyer = scene.buyer.holding(order)
    return order, await asking.create(buyer, order.id, wishes, note=words, key=f"demo:{order.number}")


async def _agree(scene: Scene, case: ServiceCase) -> None:
    await decisions.approve(scene.stage.staff["agent"].viewer, Answer(case.id), key=f"demo:{case.number}:yes")


async def _comes_back(scene: Scene, order: Order, case: ServiceCase) -> None:
    await scene.pause(1, 8)
    await _agree(scene, case)
    await scene.pause(3, 20)
    waybill = f"SF{scene.dice.randrange(10**11, 10**12)}"
    await goods.ship_back(scene.buyer.holding(order), case.id, carrier="顺丰速运", waybill=waybill)
