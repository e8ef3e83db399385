"""Changes of orders for tests, asked for through the API."""

from collections.abc import Mapping
from typing import Any

from adapters.payments.simulator import Outcome
from domain.access import Viewer
from domain.payments import demo
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import ids
from models.catalog import Product
from models.orders import Order, OrderChangeRequest
from tests.api import Api
from tests.factories.catalog import variant_of

FIGURES = "toPay refund shippingRefund difference totalBefore totalAfter"
MONEY = f"{FIGURES}".replace(" ", " { minorUnits } ") + " { minorUnits }"
CHANGE = f"""mutation ($input: OrderChangeInput!) {{ orderChange(input: $input) {{
  change {{ id state payBy {MONEY} }} order {{ state total {{ minorUnits }} version }}
  userErrors {{ code path ... on ChangeAwaitsPayment {{ payBy }} }} warnings {{ code }} }} }}"""
PREVIEW = f"""mutation ($input: OrderChangePreviewInput!) {{ orderChangePreview(input: $input) {{
  plan {{ {MONEY} subtotal {{ minorUnits }} discount {{ minorUnits }} shipping {{ minorUnits }}
    added {{ title quantity total {{ minorUnits }} }} removed {{ quantity line {{ id }} }}
    adjustments {{ kind amount {{ minorUnits }} }} slot {{ id }} }}
  userErrors {{ code path }} warnings {{ code }} }} }}"""
PAY = """mutation ($input: OrderChangePayInput!) { orderChangePay(input: $input) {
  payment { id state amount { minorUnits } payUrl } userErrors { code path } } }"""
GIVE_UP = """mutation ($input: OrderChangeCancelInput!) { orderChangeCancel(input: $input) {
  change { state } userErrors { code path } } }"""
CANCEL_LINES = f"""mutation ($input: OrderLinesCancelInput!) {{ orderLinesCancel(input: $input) {{
  change {{ id state {MONEY} }} order {{ state }} userErrors {{ code path }} }} }}"""
HANGZHOU = {
    "recipient": "林晓雨",
    "phone": "+8613800138000",
    "province": "浙江省",
    "city": "杭州市",
    "street": "西湖路 2 号",
}


async def add(product: Product, quantity: int = 1) -> dict[str, Any]:
    """A line of the input that adds units of a product's first variant."""
    return {"variantId": ids.to_public("Variant", (await variant_of(product)).id), "quantity": quantity}


def remove(line: Any, quantity: int = 1) -> dict[str, Any]:
    """A line of the input that takes units of an order line out."""
    return {"orderLineId": ids.to_public("OrderLine", line.id), "quantity": quantity}


async def ask(api: Api, order: Order, viewer: Viewer, **wish: Any) -> dict[str, Any]:
    """The answer to `orderChange`."""
    asked = {"orderId": ids.to_public("Order", order.id), "idempotencyKey": ids.token(), **wish}
    answer: dict[str, Any] = (await api(CHANGE, as_=viewer, input=asked))["orderChange"]
    return answer


async def look(api: Api, order: Order, viewer: Viewer, **wish: Any) -> dict[str, Any]:
    """The answer to `orderChangePreview`."""
    asked = {"orderId": ids.to_public("Order", order.id), **wish}
    answer: dict[str, Any] = (await api(PREVIEW, as_=viewer, input=asked))["orderChangePreview"]
    return answer


async def cancel_lines(api: Api, order: Order, viewer: Viewer, *lines: Mapping[str, Any], **given: Any) -> Any:
    """The answer to `orderLinesCancel`."""
    asked = {"orderId": ids.to_public("Order", order.id), "idempotencyKey": ids.token(), "reason": "CHANGED_MIND"}
    return (await api(CANCEL_LINES, as_=viewer, input={**asked, "lines": lines, **given}))["orderLinesCancel"]


async def start_paying(api: Api, change: str, viewer: Viewer, *, key: str = "") -> dict[str, Any]:
    """The answer to `orderChangePay`."""
    wish = {"changeId": change, "method": "SIMULATOR", "idempotencyKey": key or ids.token()}
    answer: dict[str, Any] = (await api(PAY, as_=viewer, input=wish))["orderChangePay"]
    return answer


async def pay_difference(api: Api, change: str, viewer: Viewer) -> None:
    """Pay it at the simulator, and let everything that follows happen."""
    answer = await start_paying(api, change, viewer)
    assert answer["userErrors"] == []
    await at_simulator(viewer, answer["payment"]["id"])


async def at_simulator(viewer: Viewer, payment_id: str) -> None:
    """The customer pays what was started; its callback and what follows are taken in."""
    key = ids.key_of("Payment", payment_id)
    await demo.simulate(viewer, key, Outcome.SUCCEED)
    await run_due(viewer.market, HANDLERS)


def figures(of: Mapping[str, Any]) -> tuple[int, ...]:
    """To pay, refund, of it shipping, difference, total before, total after."""
    return tuple(int(of[name]["minorUnits"]) for name in FIGURES.split())


async def the_change() -> OrderChangeRequest:
    """The only change there is."""
    return await OrderChangeRequest.get()
