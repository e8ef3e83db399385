"""What carriers would take for an order."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from adapters.carriers.carrier import Ability, Carrier, CarrierError, CarrierRefused, Place, PlainCarrier, Quote
from adapters.carriers.simulator import CarrierSimulator
from domain.access import Viewer
from domain.market import Market
from kit import clock
from models.customers import Role
from models.fulfillment import CarrierBooking, CarrierCode
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.fulfillment import make_paid, public, ship

MakeStaff = Callable[..., Awaitable[Viewer]]

QUOTES = """query ($id: ID!) { carrierQuotes(orderId: $id) {
  carrier carrierName parcels fee { amount currency } fastestDays slowestDays problem { code retryable }
} }"""
CARRIERS = "{ carriers { code name isConnected can } }"


class Pricing(CarrierSimulator):
    """Names the price that it was told to, or does not."""

    def __init__(self, market: Market, code: CarrierCode, *answers: int | Exception, seconds: float = 0) -> None:
        super().__init__(market.policy)  # type: ignore[arg-type]  # the settings of a test are a pace, too
        self.code = code.value
        self.answers = list(answers)
        self.seconds = seconds

    async def quote(self, *, sender: Place, receiver: Place, weight_grams: int, now: datetime) -> Quote:
        await asyncio.sleep(self.seconds)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Quote(fee=answer, currency="CNY", fastest_days=1, slowest_days=3)


def asking(viewer: Viewer, *carriers: Pricing, seconds: float = 5.0) -> Viewer:
    known: Mapping[str, Carrier] = {carrier.code: carrier for carrier in carriers}
    policy = viewer.market.policy.model_copy(update={"carrier_seconds": seconds})  # type: ignore[attr-defined]  # settings
    return viewer.but(market=replace(viewer.market, carriers=known, policy=policy))


@pytest.fixture
async def picker(staff: MakeStaff) -> Viewer:
    return await staff(Role.WAREHOUSE_PICKER)


async def test_the_cheapest_comes_first_and_those_without_a_price_last(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    viewer = asking(
        picker,
        Pricing(market, CarrierCode.SF_EXPRESS, 2300),
        Pricing(market, CarrierCode.ZTO, 900),
        Pricing(market, CarrierCode.JD_LOGISTICS, CarrierRefused("too heavy")),
        Pricing(market, CarrierCode.EMS, CarrierError("no route to host")),
    )
    offers = (await api(QUOTES, as_=viewer, id=public("Order", order.id)))["carrierQuotes"]
    assert [(offer["carrier"], offer["fee"], offer["problem"]) for offer in offers] == [
        ("ZTO", {"amount": "9.00", "currency": "CNY"}, None),
        ("SF_EXPRESS", {"amount": "23.00", "currency": "CNY"}, None),
        ("EMS", None, {"code": "CARRIER_UNAVAILABLE", "retryable": True}),
        ("JD_LOGISTICS", None, {"code": "CARRIER_REFUSED", "retryable": False}),
        ("SIMULATOR", None, {"code": "CARRIER_OFF", "retryable": False}),
        ("YTO", None, {"code": "CARRIER_OFF", "retryable": False}),
    ]
    assert (offers[0]["fastestDays"], offers[0]["slowestDays"], offers[0]["carrierName"]) == (1, 3, "ZTO Express")
    assert await CarrierBooking.all().count() == 0


async def test_a_carrier_that_takes_too_long_holds_nobody_up(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    slow = Pricing(market, CarrierCode.SF_EXPRESS, 100, seconds=30)
    viewer = asking(picker, slow, Pricing(market, CarrierCode.ZTO, 900), seconds=0.05)
    offers = (await api(QUOTES, as_=viewer, id=public("Order", order.id)))["carrierQuotes"]
    assert offers[0]["carrier"] == "ZTO"
    assert next(offer["problem"]["code"] for offer in offers if offer["carrier"] == "SF_EXPRESS") == (
        "CARRIER_UNAVAILABLE"
    )


async def test_the_price_is_for_the_parcels_of_all_warehouses(
    api: Api, market: Market, customer: Viewer, picker: Viewer
) -> None:
    await make_paid(customer)  # opens the second warehouse
    product = await make_product(stock={"SH": 1, "HZ": 2})
    order = await make_paid(customer, {product: 3})
    viewer = asking(picker, Pricing(market, CarrierCode.ZTO, 900, 500))
    offers = (await api(QUOTES, as_=viewer, id=public("Order", order.id)))["carrierQuotes"]
    assert (offers[0]["parcels"], offers[0]["fee"]["amount"]) == (2, "14.00")


async def test_nothing_is_quoted_for_an_order_that_is_on_its_way(api: Api, customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer)
    await ship(picker, order)
    result = await api.raw(QUOTES, as_=picker, id=public("Order", order.id))
    assert result.errors is not None
    assert result.errors[0].code == "NOTHING_TO_SHIP"


async def test_prices_are_for_those_who_ship(
    api: Api, customer: Viewer, other_customer: Viewer, visitor: Viewer, staff: MakeStaff
) -> None:
    order = await make_paid(customer)
    for viewer, code in (
        (customer, "FORBIDDEN"),
        (other_customer, "FORBIDDEN"),
        (visitor, "UNAUTHENTICATED"),
        (await staff(Role.COURIER), "FORBIDDEN"),
    ):
        result = await api.raw(QUOTES, as_=viewer, id=public("Order", order.id))
        assert result.errors is not None
        assert result.errors[0].code == code


async def test_staff_see_which_carriers_the_market_speaks_to(api: Api, customer: Viewer, picker: Viewer) -> None:
    known = (await api(CARRIERS, as_=picker))["carriers"]
    assert [one["code"] for one in known if one["isConnected"]] == ["SIMULATOR"]
    assert known[0] == {
        "code": "SIMULATOR",
        "name": "Simulated Express",
        "isConnected": True,
        "can": ["QUOTE", "BOOK", "CANCEL", "INTERCEPT", "PUSH"],
    }
    assert [one["can"] for one in known[1:]] == [[]] * (len(CarrierCode) - 1)
    result = await api.raw(CARRIERS, as_=customer)
    assert result.errors is not None
    assert result.errors[0].code == "FORBIDDEN"


async def test_what_a_carrier_does_not_offer_is_refused_clearly() -> None:
    plain = PlainCarrier()
    assert plain.can == frozenset[Ability]()
    with pytest.raises(CarrierRefused, match="QUOTE"):
        await plain.quote(sender=Place("", ""), receiver=Place("", ""), weight_grams=1, now=clock.now())
    with pytest.raises(CarrierRefused, match="CANCEL"):
        await plain.cancel(waybill="", reference="", now=clock.now())
    with pytest.raises(CarrierRefused, match="PUSH"):
        plain.read_push(body=b"", headers={})
