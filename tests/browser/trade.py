"""A few days of trade for a stocked market, by the demo's own lives: something for every step behind the main job."""

from collections import Counter
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from random import Random
from uuid import UUID

from demo import floor, last_mile, lives, lives_in_review, lives_short, mishaps
from demo.director import Director, set_clock
from demo.filling import market_for_loading
from demo.people import CUSTOMERS, STAFF
from demo.residents import residents
from demo.scene import Scene
from demo.stage import Stage, buying
from demo.story import Way
from domain import events
from domain.delivery import slots
from jobs.registry import HANDLERS
from kit import clock, crypto
from models.database import close_database, open_database, transaction
from models.inventory import StockLevel
from settings import Settings
from tests.live.server import SECRET

LIN, ZHAO = "lin", "zhao"


async def expects_goods(scene: Scene) -> None:
    """A supplier promises more of something for tomorrow."""
    await scene.stage.expect(scene.basket[0][0], 20, days=1)


CAST: tuple[tuple[Way, str, float], ...] = (  # who lives what, begun so many days ago
    (expects_goods, ZHAO, 1.7),
    (lives.waits_for_the_picker, LIN, 1.6),
    (lives.waits_for_the_picker, ZHAO, 1.5),
    (lives.waits_for_the_picker, ZHAO, 1.4),
    (lives.waits_for_the_picker, ZHAO, 1.3),
    (mishaps.is_lost, LIN, 0.44),
    (lives_short.is_short, LIN, 0.4),
    (lives_in_review.waits_for_review, ZHAO, 0.1),
    (last_mile.waits_for_a_rider, ZHAO, 0.03),
)


async def play(database_url: str, folder: Path) -> None:
    """Let `CAST` live up to now."""
    settings = Settings(
        _env_file=None, database_url=database_url, secret_keys=(SECRET,), demo=True, media_root=folder / "media"
    )
    crypto.use_keys(settings.keys)
    await open_database(database_url, pool=settings.database_pool)
    now = clock.machine()
    try:
        async with transaction():
            set_clock(now - timedelta(days=2))
            await floor.label_bins()
            await _live(settings)
        while await events.publish():
            pass
    finally:
        clock.set_offset(timedelta(0))
        await close_database()


async def _live(settings: Settings) -> None:
    now, market = clock.machine(), market_for_loading(settings)
    director = Director(market, HANDLERS)
    people = await residents(market, [*CUSTOMERS, *STAFF])
    stage, goods = Stage(market, director, staff=people), await _in_every_warehouse()
    for number, (way, who, days) in enumerate(CAST):
        dice = Random(number)
        basket = [(dice.choice(goods), 1)]
        if way is lives_short.is_short:
            basket = [await _all_there_is(), *basket]
        scene = Scene(stage=stage, buyer=buying(people[who]), basket=basket, dice=dice, key=f"trade:{number}")
        director.enter(now - timedelta(days=days), way(scene))
    await director.play(until=now)
    await slots.make_ahead(market)


async def _in_every_warehouse() -> list[UUID]:
    """What another warehouse can send when one fails."""
    places = Counter([level.variant_id for level in await StockLevel.filter(on_hand__gte=20).order_by("variant_id")])
    return [variant for variant, count in places.items() if count == 2]


async def _all_there_is() -> tuple[UUID, int]:
    """Every unit of what there is least of."""
    units: Counter[UUID] = Counter()
    for level in await StockLevel.filter(on_hand__gt=0):
        units[level.variant_id] += level.on_hand
    return min(units.items(), key=itemgetter(1))
