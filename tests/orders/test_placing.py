from dataclasses import replace
from typing import Any

import pytest

from domain.access import Viewer
from domain.inventory import stock
from kit import ids
from kit.errors import Refused
from models.inventory import Reservation
from models.orders import Order, OrderLine, OrderState
from models.outbox import Event
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.orders import SHANGHAI, first_variant, make_tariff, place_order

ADDRESS = SHANGHAI.as_json()

PLACE = """mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    order {
      id number state buyerStatus
      subtotal { minorUnits } discount { minorUnits } shipping { minorUnits } total { minorUnits amount currency }
      lines { title quantity total { minorUnits } }
      adjustments { kind label amount { minorUnits } }
    }
    orderToken
    userErrors { __typename code path message ... on InsufficientStock { requested available } }
  }
}"""

PREVIEW = """mutation ($input: CheckoutPreviewInput!) {
  checkoutPreview(input: $input) {
    checkout {
      subtotal { minorUnits } shipping { minorUnits } total { minorUnits } lines { quantity total { minorUnits } }
    }
    userErrors { code path }
  }
}"""


def camel(address: dict[str, str]) -> dict[str, str]:
    return {("postalCode" if name == "postal_code" else name): value for name, value in address.items()}


async def lines_of(*products: Any, quantity: int = 1) -> list[dict[str, Any]]:
    return [
        {"variantId": ids.to_public("Variant", await first_variant(product)), "quantity": quantity}
        for product in products
    ]


async def test_an_order_is_placed_with_its_lines_and_its_price(api: Api, customer: Viewer) -> None:
    await make_tariff()
    apples = await make_product(slug="apples", price=1990)
    data = await api(
        PLACE,
        as_=customer,
        input={
            "lines": await lines_of(apples, quantity=2),
            "destination": {"address": camel(ADDRESS)},
            "idempotencyKey": "one",
        },
    )
    answer = data["orderPlace"]
    assert answer["userErrors"] == []
    assert answer["orderToken"] is None
    order = answer["order"]
    assert order["state"] == "PENDING_PAYMENT"
    assert order["buyerStatus"] == "TO_PAY"
    assert order["subtotal"] == {"minorUnits": 3980}
    assert order["shipping"] == {"minorUnits": 800}
    assert order["total"] == {"minorUnits": 4780, "amount": "47.80", "currency": "CNY"}
    assert [line["quantity"] for line in order["lines"]] == [2]


async def test_a_preview_gives_to_the_cent_what_placing_gives_and_writes_nothing(api: Api, customer: Viewer) -> None:
    await make_tariff()
    apples = await make_product(price=1333, variants=[{"price": 1333, "weight_grams": 2600}])
    wish = {"lines": await lines_of(apples, quantity=3), "destination": {"address": camel(ADDRESS)}}
    previewed = (await api(PREVIEW, as_=customer, input=wish))["checkoutPreview"]
    assert previewed["userErrors"] == []
    assert await Order.all().count() == 0
    assert await Reservation.all().count() == 0
    placed = (await api(PLACE, as_=customer, input={**wish, "idempotencyKey": "k"}))["orderPlace"]["order"]
    assert placed["total"]["minorUnits"] == previewed["checkout"]["total"]["minorUnits"]
    assert placed["shipping"] == previewed["checkout"]["shipping"]


async def test_the_same_key_gives_the_same_order(customer: Viewer) -> None:
    apples = await make_product(stock={"SH": 10})
    first = await place_order(customer, apples, key="same")
    second = await place_order(customer, apples, key="same")
    assert first.id == second.id
    assert await Order.all().count() == 1
    assert await stock.available([await first_variant(apples)]) == {await first_variant(apples): 9}


async def test_the_same_key_with_another_input_is_refused(customer: Viewer) -> None:
    apples = await make_product()
    await place_order(customer, {apples: 1}, key="same")
    with pytest.raises(Refused) as refused:
        await place_order(customer, {apples: 2}, key="same")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert await Order.all().count() == 1


async def test_two_customers_may_use_the_same_key(customer: Viewer, other_customer: Viewer) -> None:
    apples = await make_product()
    first = await place_order(customer, apples, key="same")
    second = await place_order(other_customer, apples, key="same")
    assert first.id != second.id


async def test_placing_holds_stock_for_all_lines_or_for_none(api: Api, customer: Viewer) -> None:
    await make_tariff()
    plenty = await make_product(stock={"SH": 10})
    scarce = await make_product(stock={"SH": 1})
    answer = (
        await api(
            PLACE,
            as_=customer,
            input={
                "lines": [*await lines_of(plenty, quantity=2), *await lines_of(scarce, quantity=2)],
                "destination": {"address": camel(ADDRESS)},
                "idempotencyKey": "k",
            },
        )
    )["orderPlace"]
    assert answer["order"] is None
    assert [
        (error["__typename"], error["path"], error["requested"], error["available"]) for error in answer["userErrors"]
    ] == [("InsufficientStock", ["lines", "1"], 2, 1)]
    assert await Order.all().count() == 0
    assert await Reservation.all().count() == 0


async def test_two_lines_of_one_variant_are_summed_for_the_stock_check(api: Api, customer: Viewer) -> None:
    await make_tariff()
    apples = await make_product(stock={"SH": 3})
    answer = (
        await api(
            PLACE,
            as_=customer,
            input={
                "lines": [*await lines_of(apples, quantity=2), *await lines_of(apples, quantity=2)],
                "destination": {"address": camel(ADDRESS)},
                "idempotencyKey": "k",
            },
        )
    )["orderPlace"]
    assert [(error["code"], error["requested"]) for error in answer["userErrors"]] == [("INSUFFICIENT_STOCK", 4)]


async def test_all_problems_are_told_at_once(api: Api, customer: Viewer) -> None:
    await make_tariff(delivers=False)
    scarce = await make_product(stock={"SH": 0})
    answer = (
        await api(
            PLACE,
            as_=customer,
            input={
                "lines": await lines_of(scarce),
                "destination": {"address": camel(ADDRESS)},
                "couponCode": "nonsense",
                "idempotencyKey": "k",
            },
        )
    )["orderPlace"]
    assert {(error["code"], *(error["path"] or ())) for error in answer["userErrors"]} == {
        ("INSUFFICIENT_STOCK", "lines", "0"),
        ("NOT_DELIVERABLE", "destination"),
        ("COUPON_UNKNOWN", "couponCode"),
    }


async def test_an_incomplete_address_is_refused_field_by_field(api: Api, customer: Viewer) -> None:
    apples = await make_product()
    answer = (
        await api(
            PLACE,
            as_=customer,
            input={
                "lines": await lines_of(apples),
                "destination": {"address": camel({**ADDRESS, "recipient": "", "phone": "12"})},
                "idempotencyKey": "k",
            },
        )
    )["orderPlace"]
    assert {tuple(error["path"]) for error in answer["userErrors"]} == {
        ("destination", "address", "recipient"),
        ("destination", "address", "phone"),
    }


async def test_another_total_than_the_buyer_has_seen_is_refused(api: Api, customer: Viewer) -> None:
    await make_tariff()
    apples = await make_product(price=1000)
    answer = (
        await api(
            PLACE,
            as_=customer,
            input={
                "lines": await lines_of(apples),
                "destination": {"address": camel(ADDRESS)},
                "expectedTotalMinorUnits": 1000,
                "idempotencyKey": "k",
            },
        )
    )["orderPlace"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("TOTAL_CHANGED", ["expectedTotalMinorUnits"])
    ]


async def test_a_guest_gets_a_token_for_the_order(api: Api) -> None:
    await make_tariff()
    apples = await make_product()
    answer = (
        await api(
            PLACE,
            input={
                "lines": await lines_of(apples),
                "destination": {"address": camel(ADDRESS)},
                "idempotencyKey": "guest",
            },
        )
    )["orderPlace"]
    assert answer["userErrors"] == []
    assert len(answer["orderToken"]) > 100


async def test_a_typed_address_needs_no_district_and_no_postal_code(api: Api, customer: Viewer) -> None:
    await make_tariff()
    address = {name: value for name, value in camel(ADDRESS).items() if name not in ("district", "postalCode")}
    wish = {"lines": await lines_of(await make_product()), "destination": {"address": address}, "idempotencyKey": "k"}
    assert (await api(PLACE, as_=customer, input=wish))["orderPlace"]["userErrors"] == []
    assert (await Order.get()).address["district"] == ""


async def test_the_figures_of_an_absurd_wish_can_still_be_read(api: Api, customer: Viewer) -> None:
    await make_tariff()
    apples = await make_product(price=1000, stock={"SH": 5})
    wish = {"lines": await lines_of(apples, apples, quantity=2**31 - 1), "destination": {"address": camel(ADDRESS)}}
    previewed = (await api(PREVIEW, as_=customer, input=wish))["checkoutPreview"]
    assert [error["code"] for error in previewed["userErrors"]] == [
        "OUT_OF_RANGE",
        "OUT_OF_RANGE",
        "INSUFFICIENT_STOCK",
    ]
    assert previewed["checkout"]["subtotal"] == {"minorUnits": 2 * 999 * 1000}


async def test_all_ids_that_are_none_are_told_at_once(api: Api, customer: Viewer) -> None:
    nonsense = [{"variantId": name, "quantity": 1} for name in ("one", "two")]
    previewed = (await api(PREVIEW, as_=customer, input={"lines": nonsense}))["checkoutPreview"]
    assert [(error["code"], error["path"]) for error in previewed["userErrors"]] == [
        ("INVALID_ID", ["lines", "0", "variantId"]),
        ("INVALID_ID", ["lines", "1", "variantId"]),
    ]


async def test_whatever_is_wrong_with_the_form_is_told_at_once(api: Api, customer: Viewer) -> None:
    nowhere = {"recipient": "", "phone": "12", "province": "Atlantis", "city": "x", "street": "y z"}
    form = {
        "lines": [{"variantId": "one", "quantity": 1}],
        "destination": {"address": nowhere},
        "email": "nobody",
        "note": "n" * 501,
        "idempotencyKey": "k",
    }
    answer = (await api(PLACE, as_=customer, input=form))["orderPlace"]
    assert [".".join(error["path"]) for error in answer["userErrors"]] == [
        "lines.0.variantId",
        "destination.address.recipient",
        "destination.address.phone",
        "destination.address.province",
        "email",
        "note",
    ]


async def test_a_guest_who_comes_from_another_address_repeats_a_call_all_the_same(visitor: Viewer) -> None:
    apples = await make_product()
    first = await place_order(visitor, apples, key="same")
    elsewhere = visitor.but(address="198.51.100.7", order_id=first.id)
    assert (await place_order(elsewhere, apples, key="same")).id == first.id
    neighbour = replace(SHANGHAI, phone="+8613800138001")
    assert (await place_order(visitor, apples, key="same", destination=neighbour)).id != first.id
    assert await Order.all().count() == 2


async def test_placing_is_the_first_event_of_an_order(customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    events = await Event.filter(stream_id=order.id)
    assert [(event.sequence, event.kind) for event in events] == [(1, "order.placed")]
    assert order.state == OrderState.PENDING_PAYMENT
    assert await OrderLine.filter(order_id=order.id).count() == 1
