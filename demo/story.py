"""Six weeks of the demo market: who bought what when, and how it went. The same dice give the same story every time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from demo import (
    floor,
    lives,
    lives_after,
    lives_in_review,
    lives_of_money,
    lives_on_the_road,
    lives_short,
    mishaps,
    second_thoughts,
)
from demo.director import Life
from demo.ground import EARLY_BIRD, EARLY_BIRDS, FEAST, SPRING, WELCOME
from demo.scene import Scene
from demo.stage import Basket, Buyer, Stage
from demo.stockroom import HAMPER
from domain.access import Viewer
from domain.market import Market
from domain.orders.checkout import Destination
from models.catalog import ProductStatus, Variant
from models.inventory import StockLevel

SEED = 20_260_301
DAYS = 45  # how long ago the market opened
BUSY_HOURS = (8, 22)  # o'clock in UTC+8: hardly anybody buys groceries at night
CHINA = timedelta(hours=8)

LEFT_OUT = frozenset(
    {"lin", "aliya"}
)  # the main customer has a story of her own, and where Aliya lives nobody delivers

Way = Callable[[Scene], Life]

# How many orders went which way, placed between so many days ago and so many days ago.
CAST: tuple[tuple[Way, int, float, float], ...] = (
    (lives.goes_well, 48, 44, 16),
    (lives.goes_well, 17, 16, 4),
    (lives.goes_well_after_a_failed_try, 9, 43, 6),
    (lives.comes_in_two_parcels, 9, 42, 5),
    (lives.is_forgotten, 9, 44, 0.2),
    (lives.is_canceled_unpaid, 7, 44, 0.2),
    (lives.is_canceled_paid, 7, 44, 0.5),
    (lives.is_canceled_by_staff, 4, 40, 0.5),
    (lives.is_canceled_and_hard_to_refund, 2, 30, 5),
    (lives_of_money.is_paid_late, 3, 40, 6),
    (lives_of_money.is_paid_twice, 3, 40, 6),
    (lives_of_money.is_paid_wrongly, 1, 12, 8),
    (lives_of_money.loses_a_unit, 8, 42, 8),
    (lives_of_money.is_refunded_in_two_parts, 4, 40, 9),
    (lives_of_money.is_refunded_whole, 3, 40, 9),
    (lives_of_money.loses_a_line_before_shipping, 3, 35, 3),
    (lives_of_money.is_being_refunded, 2, 6, 5),
    (lives_on_the_road.is_held_up, 2, 3, 1.8),
    (lives_on_the_road.gets_lost, 1, 6, 5),
    (lives_on_the_road.breaks_on_the_way, 1, 5, 4),
    (lives_on_the_road.is_refused_at_the_door, 1, 6, 5),
    (lives_on_the_road.falls_silent, 1, 5, 4),
    (lives_on_the_road.arrives_at_the_second_attempt, 2, 9, 5),
    (second_thoughts.takes_something_out, 3, 30, 2),
    (second_thoughts.thinks_again_before_paying, 2, 30, 2),
    (second_thoughts.adds_something, 3, 30, 2),
    (second_thoughts.forgets_the_difference, 1, 12, 3),
    (second_thoughts.waits_for_the_difference, 2, 0.012, 0.006),
    (second_thoughts.is_fetched_back, 2, 9, 3),
    (lives.was_just_received, 5, 4.5, 3.8),
    (lives.was_just_delivered, 9, 3.5, 2.5),
    (lives.is_on_its_way, 6, 0.9, 0.1),
    (lives.is_on_its_way_with_others, 9, 2.5, 0.2),
    (lives.waits_for_the_second_parcel, 6, 1.2, 0.3),
    (lives.waits_for_the_picker, 12, 0.8, 0.02),
    (floor.waits_on_a_pick_list, 2, 0.3, 0.1),
    (floor.is_being_picked, 3, 0.3, 0.1),
    (floor.lies_packed, 2, 0.3, 0.1),
    (floor.waits_for_the_van, 2, 0.4, 0.2),
    (floor.left_by_manifest, 3, 0.6, 0.3),
    (mishaps.is_late_and_urged, 2, 1.4, 1.1),
    (mishaps.was_late_and_compensated, 2, 30, 6),
    (mishaps.is_lost, 2, 0.45, 0.35),
    (mishaps.is_lost_and_looked_into, 1, 0.45, 0.35),
    (mishaps.was_lost_and_sent_again, 2, 30, 7),
    (mishaps.was_lost_and_refunded, 1, 30, 4),
    (mishaps.is_damaged, 2, 0.6, 0.45),
    (mishaps.is_refused, 1, 0.6, 0.45),
    (mishaps.came_back, 2, 2, 1.6),
    (mishaps.was_received_back, 1, 2, 1.6),
    (lives_in_review.passes_review, 2, 40, 3),
    (lives_in_review.is_turned_down, 2, 40, 1),
    (lives_in_review.comes_from_a_marketplace, 2, 30, 2),
    (lives_in_review.waits_for_review, 2, 0.1, 0.02),
    (lives_in_review.waits_for_review, 1, 0.6, 0.3),  # overdue
    (lives_in_review.is_being_reviewed, 1, 0.005, 0.003),
    (lives_after.asks_for_its_money, 2, 7.5, 6.5),
    (lives_after.asks_for_a_compensation, 1, 7.5, 6.5),
    (lives_after.thinks_better_of_it, 1, 20, 6),
    (lives_after.was_given_its_money, 2, 30, 6),
    (lives_after.is_to_be_sent_back, 1, 8, 7),
    (lives_after.is_to_be_sent_back, 1, 25, 16),  # the goods never came
    (lives_after.is_on_its_way_back, 1, 9, 8),
    (lives_after.has_come_back, 2, 30, 9),
    (lives_after.is_turned_down_and_appeals, 1, 9, 8),
    (lives_after.is_turned_down, 1, 20, 7),
    (lives.waits_for_money, 6, 0.014, 0.002),
    (lives.waits_after_a_failed_try, 2, 0.012, 0.004),
    (lives.is_canceled_and_hard_to_refund, 1, 0.02, 0.018),  # its refund has failed and waits for the next try
    (floor.lies_picked, 1, 0.3, 0.1),
    (floor.comes_off_its_list, 1, 0.3, 0.1),
    (lives_in_review.is_withdrawn, 1, 20, 2),
)

# The one whom an explorer is at first: something under every tab.
MAIN_CAST: tuple[tuple[Way, float], ...] = (
    (lives.goes_well, 38),
    (lives_of_money.is_refunded_in_two_parts, 33),
    (lives.goes_well_after_a_failed_try, 27),
    (lives.is_canceled_paid, 21),
    (lives.is_forgotten, 13),
    (lives.was_just_received, 5),
    (lives_of_money.is_being_refunded, 6),
    (second_thoughts.becomes_one_of_two, 4.5),
    (lives.was_just_delivered, 3),
    (lives.waits_for_the_second_parcel, 0.9),
    (lives.is_on_its_way_with_others, 0.9),
    (mishaps.is_lost, 0.44),
    (lives.is_on_its_way, 0.4),
    (lives.waits_for_the_picker, 0.7),  # the oldest that she waits for: to be urged
    (lives.waits_for_money, 0.003),
)

# Who finds that the last of something was broken, and how many days ago. The first is the main customer.
SHORT_CAST: tuple[tuple[Way, float], ...] = (
    (lives_short.is_short, 0.15),
    (lives_short.is_short, 0.4),
    (lives_short.is_short_and_nobody_knows_until_when, 0.25),
    (lives_short.is_short_and_waits, 1.5),
    (lives_short.is_short_and_comes_in_parts, 2),
    (lives_short.is_short_and_does_without, 6),
    (lives_short.is_short_for_some_hours, 9),
    (lives_short.is_short_and_says_nothing, 12),
)

OF_SEVERAL_LINES = {
    second_thoughts.takes_something_out,
    lives.comes_in_two_parcels,
    lives.waits_for_the_second_parcel,
    lives_of_money.is_refunded_in_two_parts,
    lives_of_money.loses_a_line_before_shipping,
    floor.is_being_picked,
}

NOTES = (
    "请放在门口，谢谢。",
    "到了先打电话。",
    "麻烦挑熟一点的，今晚就吃。",
    "送给外婆的，请包得好看一些。",
    "Please leave it with the porter.",
    "Ring twice, the bell is shy.",
    "不要塑料袋。",
)

# Recipient | phone | e-mail | province | city | district | street
GUEST_TABLE = """
顾南 | +8613800138801 | gunan@example.com | 上海市 | 上海市 | 杨浦区 | 风车坊 3 号 1 单元 401 室
Mia Lindgren | +8613800138802 | mia@example.com | 上海市 | 上海市 | 黄浦区 | 铜铃里 12 号 6 楼
苗圃 | +8613800138803 |  | 四川省 | 成都市 | 青羊区 | 茶渍巷 5 号 2 栋 303 室
Jonas Weber | +8613800138804 | jonas@example.com | 北京市 | 北京市 | 东城区 | 猫耳胡同 20 号
田禾 | +8613800138805 | tianhe@example.com | 江苏省 | 常州市 | 天宁区 | 渔篓街 77 号 4 幢 1102 室
骆冰 | +8613800138806 |  | 湖北省 | 武汉市 | 江汉区 | 热汤巷 9 号 701 室
"""


@dataclass(slots=True)
class Goods:
    """What can be bought without emptying a shelf, and how well liked each is."""

    variants: Sequence[UUID]
    prices: dict[UUID, int]
    likings: Sequence[float]
    scarce: list[tuple[UUID, int]] = field(default_factory=list)
    hampers: list[UUID] = field(default_factory=list)

    def basket(self, dice: Random, *, least_lines: int = 1) -> Basket:
        """A few things, none of them twice."""
        lines = max(least_lines, dice.choices((1, 2, 3, 4, 5), (30, 30, 22, 12, 6))[0])
        chosen = dict.fromkeys(dice.choices(self.variants, cum_weights=self.likings, k=lines * 3))
        return [(variant, dice.choices((1, 2, 3, 4), (60, 25, 10, 5))[0]) for variant in list(chosen)[:lines]]

    def cost(self, basket: Basket) -> int:
        """Minor units."""
        return sum(self.prices[variant] * quantity for variant, quantity in basket)


async def goods_on_sale() -> Goods:
    """The active variants by SKU, with the well stocked ones for everyday purchases."""
    units: dict[UUID, int] = {}
    for variant, on_hand in await StockLevel.all().values_list("variant_id", "on_hand"):
        units[variant] = units.get(variant, 0) + on_hand
    shipped = Variant.filter(is_active=True, product__status=ProductStatus.ACTIVE, product__is_service=False)
    on_sale = await shipped.order_by("sku")
    plenty = [variant for variant in on_sale if units.get(variant.id, 0) >= 60]
    Random(SEED).shuffle(plenty)
    return Goods(
        variants=[variant.id for variant in plenty],
        prices={variant.id: variant.price for variant in on_sale},
        likings=list(accumulate(1 / (8 + place) ** 0.7 for place in range(len(plenty)))),
        hampers=[variant.id for variant in on_sale if variant.sku == HAMPER],
        scarce=[(variant.id, units[variant.id]) for variant in on_sale if 1 <= units.get(variant.id, 0) <= 3],
    )


def guests(market: Market) -> list[Buyer]:
    """People who buy without an account."""
    return [_guest(market, [cell.strip() for cell in line.split("|")]) for line in GUEST_TABLE.strip().splitlines()]


def _guest(market: Market, cells: Sequence[str]) -> Buyer:
    recipient, phone, email, province, city, district, street = cells
    key = f"guest-{phone[-3:]}"
    return Buyer(
        key=key,
        viewer=Viewer(market=market, cart_token=f"demo-{key}", locale="en" if recipient.isascii() else "zh-CN"),
        destination=Destination(
            recipient=recipient, phone=phone, province=province, city=city, district=district, street=street
        ),
        email=email or None,
    )


def enter_everybody(stage: Stage, goods: Goods, *, main: Buyer, crowd: Sequence[Buyer], now: datetime) -> int:
    """Have everybody begin at their time; gives how many orders that makes."""
    scenes = 0
    for at, way, scene in [
        *_of_main_customer(stage, goods, main, now),
        *_of_crowd(stage, goods, crowd, now),
        *_of_early_birds(stage, goods, crowd, now),
        *_of_the_last_piece(stage, goods, crowd, now),
        *_of_hampers(stage, goods, crowd, now),
        *_of_the_broken(stage, goods, [main, *crowd[3:]], now),
    ]:
        stage.director.enter(at, way(scene))
        scenes += 1
    return scenes


Entrance = tuple[datetime, Way, Scene]


def _of_main_customer(stage: Stage, goods: Goods, main: Buyer, now: datetime) -> Iterator[Entrance]:
    for number, (way, days) in enumerate(MAIN_CAST):
        key = f"demo:{main.key}:{number}"
        dice = Random(f"{SEED} {key}")
        yield (
            now - timedelta(days=days),
            way,
            Scene(stage=stage, buyer=main, basket=goods.basket(dice, least_lines=2), dice=dice, key=key),
        )


def _of_crowd(stage: Stage, goods: Goods, crowd: Sequence[Buyer], now: datetime) -> Iterator[Entrance]:
    number = 0
    for way, times, earliest, latest in CAST:
        for _ in range(times):
            number += 1
            key = f"demo:crowd:{number}"
            dice = Random(f"{SEED} {key}")
            at = _waking(now - timedelta(days=dice.uniform(latest, earliest)), dice, now=now)
            basket = goods.basket(dice, least_lines=2 if way in OF_SEVERAL_LINES else 1)
            yield (
                at,
                way,
                Scene(
                    stage=stage,
                    buyer=dice.choice(crowd),
                    basket=basket,
                    dice=dice,
                    key=key,
                    coupon=_coupon(goods.cost(basket), dice, opened_days=(at - now).days + DAYS),
                    note=dice.choice(NOTES) if dice.random() < 0.15 else "",
                ),
            )


def _of_early_birds(stage: Stage, goods: Goods, crowd: Sequence[Buyer], now: datetime) -> Iterator[Entrance]:
    """The first customers use the coupon up."""
    for number in range(EARLY_BIRDS):
        key = f"demo:early:{number}"
        dice = Random(f"{SEED} {key}")
        basket = [(variant, 4) for variant, _ in goods.basket(dice, least_lines=2)]
        yield (
            now - timedelta(days=DAYS - 0.4, hours=-number),
            lives.goes_well,
            Scene(stage=stage, buyer=crowd[number], basket=basket, dice=dice, key=key, coupon=EARLY_BIRD),
        )


def _of_the_last_piece(stage: Stage, goods: Goods, crowd: Sequence[Buyer], now: datetime) -> Iterator[Entrance]:
    """Somebody pays too late for what another one has bought meanwhile, so the money goes back."""
    for number, (variant, units) in enumerate(goods.scarce[:2]):
        at = now - timedelta(days=18 - 9 * number)
        for part, (way, minutes) in enumerate(((lives_of_money.is_paid_late, 0), (lives.goes_well, 40))):
            key = f"demo:last:{number}:{part}"
            yield (
                at + timedelta(minutes=minutes),
                way,
                Scene(
                    stage=stage,
                    buyer=crowd[7 + 2 * number + part],
                    basket=[(variant, units)],
                    dice=Random(f"{SEED} {key}"),
                    key=key,
                ),
            )


def _of_hampers(stage: Stage, goods: Goods, crowd: Sequence[Buyer], now: datetime) -> Iterator[Entrance]:
    """Some give a hamper away: one line in the order, three kinds of fruit in the parcel."""
    for number, (way, days) in enumerate(((lives.goes_well, 11), (lives.waits_for_the_picker, 0.3))):
        key = f"demo:hamper:{number}"
        for variant in goods.hampers:
            yield (
                now - timedelta(days=days),
                way,
                Scene(
                    stage=stage, buyer=crowd[14 + number], basket=[(variant, 2)], dice=Random(f"{SEED} {key}"), key=key
                ),
            )


def _of_the_broken(stage: Stage, goods: Goods, buyers: Sequence[Buyer], now: datetime) -> Iterator[Entrance]:
    """Each buys all that there is of something, and a thing that there is plenty of."""
    last = [(variant, units) for variant, units in goods.scarce if units > 1][-len(SHORT_CAST) :]
    for number, ((way, days), scarce) in enumerate(zip(SHORT_CAST, last, strict=True)):
        key = f"demo:short:{number}"
        dice = Random(f"{SEED} {key}")
        basket = [scarce, goods.basket(dice)[0]]
        at = now - timedelta(days=days)
        yield at, way, Scene(stage=stage, buyer=buyers[number], basket=basket, dice=dice, key=key)


def _waking(at: datetime, dice: Random, *, now: datetime) -> datetime:
    """The same moment, or for one in the small hours some time of the day before. The last days stay as they are."""
    first, last = BUSY_HOURS
    hour = (at + CHINA).hour
    if first <= hour < last or now - at < timedelta(days=5):
        return at
    return at - timedelta(hours=(hour - last) % 24 + dice.uniform(1, 10))


def _coupon(cost: int, dice: Random, *, opened_days: int) -> str | None:
    if dice.random() > 0.4:
        return None
    if cost >= 19_900:
        return FEAST
    if cost >= 7_900 and opened_days < 19:
        return SPRING
    return WELCOME if cost >= 5_900 else None
