"""Canceling through the API: why is kept and shown, and asking again changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

from domain.access import Viewer
from jobs.registry import HANDLERS
from jobs.runner import run_due
from kit import ids
from models.customers import Role
from models.notifications import OutgoingMessage
from models.orders import Order, OrderState
from models.outbox import Event
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.orders import place_order

CANCEL = """mutation ($input: OrderCancelInput!) {
  orderCancel(input: $input) { order { state cancelReason cancelNote } userErrors { code path } }
}"""


async def canceled(api: Api, order: Order, viewer: Viewer, **given: Any) -> dict[str, Any]:
    wish = {"orderId": ids.to_public("Order", order.id), "reason": "OTHER", "idempotencyKey": "k", **given}
    answer: dict[str, Any] = (await api(CANCEL, as_=viewer, input=wish))["orderCancel"]
    return answer


async def test_what_was_written_about_the_reason_is_kept_and_shown(api: Api, customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    answer = await canceled(api, order, customer, reason="TOO_SLOW", note=" I leave\r\ntomorrow. ")
    assert answer["userErrors"] == []
    assert answer["order"] == {"state": "CANCELED", "cancelReason": "TOO_SLOW", "cancelNote": "I leave\ntomorrow."}


async def test_a_note_that_cannot_be_kept_cancels_nothing(api: Api, customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    for note, code in (("x" * 501, "TOO_LONG"), ("\u202e", "UNREADABLE_TEXT")):
        answer = await canceled(api, order, customer, note=note)
        assert answer == {"order": None, "userErrors": [{"code": code, "path": ["note"]}]}
    assert (await Order.get(id=order.id)).state == OrderState.PENDING_PAYMENT


async def test_a_client_that_lost_the_answer_asks_again_and_gets_it(api: Api, customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    first, second = await canceled(api, order, customer), await canceled(api, order, customer)
    assert first == second
    assert second["order"]["state"] == "CANCELED"
    assert await Event.filter(stream_id=order.id, kind="order.canceled").count() == 1
    another = await canceled(api, order, customer, idempotencyKey="another")
    assert [error["code"] for error in another["userErrors"]] == ["ORDER_ALREADY_CANCELED"]


async def test_a_customer_is_told_when_the_shop_cancels_but_not_when_they_do_so_themselves(
    api: Api, customer: Viewer, staff: Callable[..., Awaitable[Viewer]]
) -> None:
    own, by_the_shop = [await place_order(customer, await make_product()) for _ in range(2)]
    await canceled(api, own, customer)
    await canceled(api, by_the_shop, await staff(Role.SERVICE_AGENT))
    await run_due(customer.market, HANDLERS)
    assert [message.template for message in await OutgoingMessage.all()] == ["order_canceled_by_shop"]
