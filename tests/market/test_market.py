from datetime import timedelta

from domain.access import Viewer
from domain.market import Market
from kit import clock
from models.jobs import MarketClock
from tests.api import Api

ADVANCE = """mutation ($seconds: Int!) {
  demoClockAdvance(input: {seconds: $seconds}) {
    now userErrors { __typename code path ... on OutOfRange { minimum maximum } }
  }
}"""


async def test_the_market_tells_its_currency_and_languages(api: Api) -> None:
    data = await api("{ market { name currency locales isDemo } }")
    assert data["market"] == {"name": "Jishi", "currency": "CNY", "locales": ["ZH_CN", "EN"], "isDemo": True}


async def test_the_demo_clock_moves_on(api: Api) -> None:
    before = clock.now()
    data = await api(ADVANCE, seconds=3600)
    assert data["demoClockAdvance"]["userErrors"] == []
    assert clock.now() - before >= timedelta(hours=1)


async def test_the_demo_clock_never_goes_back(api: Api) -> None:
    data = await api(ADVANCE, seconds=-1)
    assert data["demoClockAdvance"] == {
        "now": None,
        "userErrors": [
            {"__typename": "OutOfRange", "code": "OUT_OF_RANGE", "path": ["seconds"], "minimum": 1, "maximum": 34560000}
        ],
    }
    assert clock.offset() == timedelta(0)


async def test_the_demo_clock_ends_a_hundred_years_ahead(api: Api, market: Market) -> None:
    century = 36_500 * 86_400
    await MarketClock.create(name="market", seconds_ahead=century - 60)
    answer = (await api(ADVANCE, seconds=61))["demoClockAdvance"]
    assert [(error["code"], error["maximum"]) for error in answer["userErrors"]] == [("OUT_OF_RANGE", 60)]
    assert (await MarketClock.get()).seconds_ahead == century - 60
    assert (await api(ADVANCE, seconds=60))["demoClockAdvance"]["userErrors"] == []


async def test_an_unknown_node_is_null_and_no_error(api: Api, visitor: Viewer) -> None:
    assert (await api('{ node(id: "nonsense") { id } }', as_=visitor))["node"] is None
