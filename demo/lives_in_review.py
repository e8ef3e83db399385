"""Orders that a person looks at before they are shipped, and those that came from a marketplace by the file."""

import json
from dataclasses import replace

from demo.ground import RESALE_NOTE
from demo.lives import arrives
from demo.scene import Scene
from models.catalog import Variant
from models.orders import CancelReason, Order
from models.reviews import CallOutcome, RejectReason


async def waits_for_review(scene: Scene) -> None:
    """The note sounds like resale. Paid, held, and nobody has looked yet."""
    await replace(scene, note=RESALE_NOTE).buy()


async def is_being_reviewed(scene: Scene) -> None:
    """The reviewer has it, and the buyer did not pick up the phone."""
    order = await replace(scene, note=RESALE_NOTE).place()
    await scene.stage.pause(seconds=30)
    await scene.stage.pay(await scene.stage.open_payment(scene.buyer, order))
    await scene.stage.pause(seconds=30)
    found = await scene.stage.claim_review(order)
    await scene.stage.call_buyer(found, CallOutcome.NO_ANSWER, "无人接听，稍后再拨。")


async def is_withdrawn(scene: Scene) -> None:
    """The buyer does not wait for the answer and cancels; nothing is left to decide."""
    order = await replace(scene, note=RESALE_NOTE).buy()
    await scene.pause(0.2, 2)
    await scene.stage.cancel(scene.buyer.holding(order), order, CancelReason.CHANGED_MIND)


async def passes_review(scene: Scene) -> None:
    """The buyer explains it on the telephone, and everything goes its way."""
    order = await replace(scene, note=RESALE_NOTE).buy()
    await scene.pause(0.2, 2)
    found = await scene.stage.claim_review(order)
    await scene.stage.call_buyer(found, CallOutcome.CONFIRMED, "本人确认，给邻居一起买的。")
    await scene.stage.approve(found, "电话确认，放行。")
    await arrives(scene, order)


async def is_turned_down(scene: Scene) -> None:
    """Whoever answers the telephone has not ordered anything."""
    order = await replace(scene, note=RESALE_NOTE).buy()
    await scene.pause(0.2, 3)
    found = await scene.stage.claim_review(order)
    await scene.stage.call_buyer(found, CallOutcome.DENIED, "机主表示未下单。")
    await scene.stage.reject(
        found, RejectReason.BUYER_DENIES, message="电话核实时您表示未下单，订单已为您取消。", words="疑似盗号下单。"
    )


async def comes_from_a_marketplace(scene: Scene) -> None:
    """Sold and paid for elsewhere, taken in by the file; one row of it has a fault."""
    variants = {variant.id: variant for variant in await Variant.filter(id__in=[key for key, _ in scene.basket])}
    lines = [
        {"sku": variants[key].sku, "quantity": quantity, "unitPrice": _yuan(variants[key].price)}
        for key, quantity in scene.basket
    ]
    goods = sum(variants[key].price * quantity for key, quantity in scene.basket)
    home, number = scene.buyer.destination, scene.key.replace(":", "-")
    address = {
        "recipient": home.recipient,
        "phone": home.phone,
        "province": home.province,
        "city": home.city,
        "district": home.district,
        "street": home.street,
        "postalCode": home.postal_code,
    }
    sold = {
        "externalId": f"TM-{number}",
        "lines": lines,
        "shipping": "8.00",
        "total": _yuan(goods + 800),
        "paid": {"amount": _yuan(goods + 800), "reference": f"42000{number}", "payer": home.recipient},
        "address": address,
    }
    faulty = {**sold, "externalId": f"TM-{number}-2", "lines": [{**lines[0], "sku": "NO-SUCH-SKU"}]}
    await scene.stage.take_in("\n".join(json.dumps(row, ensure_ascii=False) for row in (sold, faulty)))
    await scene.moment()
    await scene.pause(2, 22)
    await scene.stage.ship(await Order.get(external_id=f"TM-{number}"))


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
