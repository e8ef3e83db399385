import pytest

from domain.access import Viewer
from domain.orders import timeline
from domain.orders.states import BuyerStatus, buyer_status
from models.orders import Order, OrderState
from tests.factories.catalog import make_product
from tests.factories.orders import place_order


async def test_every_order_lies_on_exactly_the_shelf_that_its_status_names(customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 100})
    for state in OrderState:
        for refunded in (0, 100):
            order = await place_order(customer, apples)
            captured = 0 if state in (OrderState.PENDING_PAYMENT, OrderState.EXPIRED) else order.total
            await Order.filter(id=order.id).update(state=state, captured=captured, refunded=min(refunded, captured))
    for order in await Order.all():
        shelves = {
            status for status in BuyerStatus if await timeline.on_shelves(Order.filter(id=order.id), [status]).exists()
        }
        assert shelves == {buyer_status(order)}
    await Order.all().update(captured=0, refunded=0)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (OrderState.PENDING_PAYMENT, BuyerStatus.TO_PAY),
        (OrderState.PAID, BuyerStatus.TO_SHIP),
        (OrderState.PARTIALLY_SHIPPED, BuyerStatus.TO_RECEIVE),
        (OrderState.DELIVERED, BuyerStatus.TO_RECEIVE),
        (OrderState.RECEIVED, BuyerStatus.COMPLETED),
        (OrderState.EXPIRED, BuyerStatus.CANCELED),
    ],
)
def test_buyers_have_words_of_their_own_for_states(state: OrderState, status: BuyerStatus) -> None:
    assert buyer_status(Order(state=state, refunded=0)) == status


def test_money_back_before_receipt_leaves_an_order_where_its_buyer_waits_for_it() -> None:
    assert buyer_status(Order(state=OrderState.PAID, refunded=100)) == BuyerStatus.TO_SHIP
    assert buyer_status(Order(state=OrderState.RECEIVED, refunded=100)) == BuyerStatus.AFTER_SALES
