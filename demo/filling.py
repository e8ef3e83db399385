"""Fills the market in one transaction: ground, shelves, people, and six weeks of trade on a clock that is moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.bus import InProcessBus
from adapters.carriers.simulator import CarrierSimulator
from adapters.messages import DatabaseInbox
from adapters.payments.external import ExternalPayments
from adapters.payments.simulator import PaymentSimulator
from demo import floor, ground, last_mile, shelves, stockroom, story
from demo.director import Director, set_clock
from demo.loopback import Loopback
from demo.opening import mark_open
from demo.people import CUSTOMERS, MAIN_CUSTOMER, STAFF
from demo.residents import Resident, residents, settle
from demo.stage import Stage, buying
from domain import effects, events
from domain.delivery import slots
from domain.fulfillment.states import ENDED
from domain.market import Market
from jobs.registry import HANDLERS
from kit import clock, crypto
from models.database import transaction
from models.fulfillment import CarrierCode, Parcel, SimulatedParcel, TrackingEvent
from settings import Settings

Say = Callable[[str], None]

CALLBACK_SECONDS = 1.5


@dataclass(frozen=True)
class Unhurried:
    """How fast parcels travel in the story. In the live demo it takes seconds."""

    demo: bool = True
    simulator_parcel_seconds: float = 8 * 3600.0


class StoryCarrier(CarrierSimulator):
    """Asked once between two scans, which is as often as there is news."""

    @property
    def pause(self) -> timedelta:
        return self.step


async def fill(settings: Settings, *, say: Say = print) -> None:
    """All or nothing. The database is open and empty; the clock is the machine's again afterwards."""
    market = market_for_loading(settings)
    now = clock.machine()
    opening = now - timedelta(days=story.DAYS)
    try:
        async with transaction():
            set_clock(opening)
            people = await furnish(market, now=now, say=say)
            await _trade(market, people, now=now, say=say)
            await _quicken_parcels(timedelta(seconds=settings.simulator_parcel_seconds))
            await mark_open(clock.machine())
        while await events.publish():
            pass
    finally:
        clock.set_offset(timedelta(0))


async def furnish(market: Market, *, now: datetime, say: Say = print) -> Mapping[str, Resident]:
    """Everything but the trade, dated as the clock stands: warehouses, tariffs, coupons, people, goods with pictures."""
    await ground.lay(clock.now(), now=now)
    await settle(market, at=clock.now())
    people = await residents(market, [*CUSTOMERS, *STAFF])
    say(f"{len(CUSTOMERS)} customers and {len(STAFF)} members of staff have moved in.")
    products = await shelves.fill(market, people["catalog"].viewer)
    await stockroom.put_together(people["catalog"].viewer)
    await floor.label_bins()
    say(f"{products} products lie on the shelves of two warehouses, each with its picture.")
    return people


async def _trade(market: Market, people: Mapping[str, Resident], *, now: datetime, say: Say) -> None:
    director = Director(market, HANDLERS)
    stage = Stage(market, director, staff=people)
    goods = await story.goods_on_sale()
    await last_mile.offer_service()  # now, so that nobody buys it with the groceries
    buyers = {person.key: buying(people[person.key]) for person in CUSTOMERS}
    crowd = [*(buyer for key, buyer in buyers.items() if key not in story.LEFT_OUT), *story.guests(market)]
    count = story.enter_everybody(stage, goods, main=buyers[MAIN_CUSTOMER.key], crowd=crowd, now=now)
    count += last_mile.enter(
        stage,
        main=buyers[MAIN_CUSTOMER.key],
        neighbours=[buyers[key] for key in last_mile.NEARBY],
        basket_of=goods.basket,
        now=now,
    )
    say(f"{count} orders of the last {story.DAYS} days are placed, paid and shipped; this takes a moment.")
    await director.play(until=now)
    await director.move_to(clock.machine())
    await slots.make_ahead(market)
    await stockroom.arrange(people["picker"].viewer)


async def _quicken_parcels(step: timedelta) -> None:
    """Who watches the market from now on sees each parcel on its way move on within seconds, one after the other."""
    underway = Parcel.filter(carrier=CarrierCode.SIMULATOR).exclude(state__in=ENDED).order_by("shipped_at")
    for place, parcel in enumerate(await underway):
        told = await TrackingEvent.filter(parcel_id=parcel.id).count()
        next_stop = clock.now() + step * (1 + place / 2)
        await SimulatedParcel.filter(waybill=parcel.waybill).update(booked_at=next_stop - step * told)
        await effects.at("parcel.track", parcel.id, next_stop)


def market_for_loading(settings: Settings) -> Market:
    """A market of this process alone: callbacks take no network, and parcels travel for days."""
    bus, loopback = InProcessBus(), Loopback()
    secret = settings.simulator_secret or crypto.derive(settings.keys[0], "payment simulator").hex()
    simulator = PaymentSimulator(
        url=settings.url, secret=secret, callback_seconds=CALLBACK_SECONDS, bus=bus, transport=loopback
    )
    loopback.market = Market(
        policy=settings,
        bus=bus,
        messages=DatabaseInbox(),
        providers={simulator.code: simulator, ExternalPayments.code: ExternalPayments()},
        carriers={StoryCarrier.code: StoryCarrier(Unhurried())},
    )
    return loopback.market
