"""What goes where: the terms of each city, what of an order cannot be delivered there, and editing both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.delivery.places import EVERYWHERE, city_key, clean_region
from kit.errors import Refused, gathered, refuse_all
from models.catalog import Product, Variant
from models.delivery import DeliveryMode, DeliveryRegion

LONGEST_ROAD = 60  # days


class Obstacle(StrEnum):
    """Why goods cannot be delivered to a place in a way."""

    REGION = "REGION"
    MODE = "MODE"
    COLD_CHAIN = "COLD_CHAIN"
    FRAGILE = "FRAGILE"
    SERVICE = "SERVICE"


WHY: Mapping[Obstacle, str] = {
    Obstacle.REGION: "nothing is delivered there",
    Obstacle.MODE: "this way of delivery is not offered there",
    Obstacle.COLD_CHAIN: "perishable goods would not stay cold",
    Obstacle.FRAGILE: "fragile goods would not arrive whole",
    Obstacle.SERVICE: "a service is booked on its own, at a time and a place",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a region offers; the defaults hold where staff have written nothing down."""

    delivers: bool = True
    modes: frozenset[DeliveryMode] = frozenset({DeliveryMode.HOME, DeliveryMode.PICKUP})
    cold_chain: bool = True
    fragile: bool = True
    days_min: int = 1
    days_max: int = 3
    cut_off_hour: int = 16

    @property
    def offered(self) -> frozenset[DeliveryMode]:
        """The ways of delivery that work there at all."""
        return self.modes if self.delivers else frozenset()


@dataclass(frozen=True, slots=True)
class Goods:
    """A line as far as its delivery is concerned, and where the input names it."""

    variant: Variant
    product: Product
    path: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------------------------ the rule


def obstacle(terms: Terms, mode: DeliveryMode, product: Product) -> Obstacle | None:
    """What keeps a product from being delivered in this way; None when nothing does."""
    if product.is_service != (mode == DeliveryMode.SERVICE):
        return Obstacle.SERVICE
    if not terms.delivers:
        return Obstacle.REGION
    if mode not in terms.modes:
        return Obstacle.MODE
    if product.cold_chain and not terms.cold_chain and mode != DeliveryMode.COURIER:
        return Obstacle.COLD_CHAIN  # the shop's own courier is there before anything melts
    if product.fragile and not terms.fragile and mode not in (DeliveryMode.COURIER, DeliveryMode.PICKUP):
        return Obstacle.FRAGILE
    return None


def ways_out(terms: Terms, product: Product) -> list[DeliveryMode]:
    """The ways in which the product could be delivered there."""
    return [mode for mode in DeliveryMode if obstacle(terms, mode, product) is None]


def problems(terms: Terms, mode: DeliveryMode, goods: Iterable[Goods]) -> list[Refused]:
    """Every line that cannot be delivered, why, and what would work instead."""
    found = []
    for one in goods:
        why = obstacle(terms, mode, one.product)
        if why is not None:
            found.append(
                Refused(
                    "CANNOT_BE_DELIVERED",
                    path=one.path,
                    variant=one.variant,
                    product=one.product.title,
                    obstacle=why,
                    why=WHY[why],
                    ways_out=ways_out(terms, one.product),
                )
            )
    return found


def terms_among(regions: Iterable[DeliveryRegion], province: str, city: str) -> Terms:
    """The terms of the most particular row for a city: its own, that of its province, that of the country."""
    rows = {(row.province, row.city_key): row for row in regions}
    for place in ((province, city_key(province, city)), (province, EVERYWHERE), (EVERYWHERE, EVERYWHERE)):
        if place in rows:
            return terms_of(rows[place])
    return Terms()


def terms_of(row: DeliveryRegion) -> Terms:
    """What a row says. A mode that this version does not know is none."""
    return Terms(
        delivers=row.delivers,
        modes=frozenset(mode for mode in DeliveryMode if mode.value in row.modes),
        cold_chain=row.cold_chain,
        fragile=row.fragile,
        days_min=row.days_min,
        days_max=row.days_max,
        cut_off_hour=row.cut_off_hour,
    )


async def terms_for(province: str, city: str) -> Terms:
    """The terms of a city. One statement."""
    keys = [city_key(province, city), EVERYWHERE]
    return terms_among(
        await DeliveryRegion.filter(province__in=[province, EVERYWHERE], city_key__in=keys), province, city
    )


# -------------------------------------------------------------------------------------------------------------- editing


def listed(province: str | None = None) -> QuerySet[DeliveryRegion]:
    """The regions, for everybody to see."""
    return DeliveryRegion.all() if province is None else DeliveryRegion.filter(Q(province=province))


async def save(
    viewer: Viewer, *, province: str, city: str, expected_version: int | None = None, **given: Any
) -> DeliveryRegion:
    """Write down what a city is offered; what is left out of a new row is the default, of a known one stays."""
    viewer.require(Permission.EDIT_DELIVERY)
    _check(given)
    columns = dict(given)
    if "modes" in given:
        columns["modes"] = sorted({mode.value for mode in given["modes"]})
    known_province, named, key = clean_region(province, city)
    async with viewer.market.change():
        fresh = DeliveryRegion(province=known_province, city=named, city_key=key, modes=sorted(Terms().modes))
        await DeliveryRegion.bulk_create([fresh], ignore_conflicts=True)
        row = await DeliveryRegion.filter(province=known_province, city_key=key).select_for_update().get()
        if expected_version is not None and expected_version != row.version:
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=row)
        row.update_from_dict({**columns, "city": named, "version": row.version + (row.id != fresh.id)})
        if row.days_max < row.days_min:
            raise Refused("OUT_OF_RANGE", path=("daysMax",), minimum=row.days_min, maximum=LONGEST_ROAD)
        await row.save()
    return row


async def delete(viewer: Viewer, region_id: UUID) -> UUID:
    """Take a row away; the province's or the country's then holds for that city."""
    viewer.require(Permission.EDIT_DELIVERY)
    async with viewer.market.change():
        if not await DeliveryRegion.filter(id=region_id).delete():
            raise Refused("NOT_FOUND", path=("regionId",), what="delivery region")
    return region_id


LIMITS: Mapping[str, tuple[int, int]] = {
    "days_min": (0, LONGEST_ROAD),
    "days_max": (0, LONGEST_ROAD),
    "cut_off_hour": (0, 23),
}


def _check(given: Mapping[str, Any]) -> None:
    refused: list[Refused] = []
    for name, (minimum, maximum) in LIMITS.items():
        with gathered(refused):
            check_range(given.get(name), minimum, maximum, name)
    refuse_all(refused)


def check_range(value: int | None, minimum: int, maximum: int, *path: str) -> None:
    """Refuse a number that is given and out of range."""
    if value is not None and not minimum <= value <= maximum:
        raise Refused("OUT_OF_RANGE", path=path, minimum=minimum, maximum=maximum)
