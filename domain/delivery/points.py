"""Pickup points: where they are, when they are open, and how long parcels wait there."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.customers.contacts import clean_phone
from domain.delivery.places import city_key, clean_city, clean_region
from domain.delivery.regions import check_range
from kit.errors import Refused, gathered, refuse_all
from kit.text import Localized
from kit.validate import clean_text
from models.delivery import PickupPoint

LONGEST_CODE, LONGEST_NAME, LONGEST_STREET, LONGEST_DISTRICT = 20, 60, 200, 40
LONGEST_WAIT = 60  # days
DAY = 24 * 60  # minutes
LIMITS: Mapping[str, tuple[int, int]] = {
    "opens_minute": (0, DAY - 1),
    "closes_minute": (1, DAY),
    "days_to_collect": (1, LONGEST_WAIT),
    "latitude_e6": (-90_000_000, 90_000_000),
    "longitude_e6": (-180_000_000, 180_000_000),
}


def visible(viewer: Viewer) -> QuerySet[PickupPoint]:
    """The open ones for everybody, all of them for staff who edit them."""
    return PickupPoint.all() if viewer.may(Permission.EDIT_DELIVERY) else PickupPoint.filter(is_active=True)


async def named(point_ids: Collection[UUID]) -> list[PickupPoint]:
    """Points that orders have been sent to, whether or not they are still open."""
    return await PickupPoint.filter(id__in=list(point_ids))


def near(viewer: Viewer, *, province: str | None, city: str | None) -> QuerySet[PickupPoint]:
    """Those of a province or one city of it."""
    points = visible(viewer)
    if province is None:
        return points
    points = points.filter(province=province)
    return points if city is None else points.filter(city_key=city_key(province, city[:LONGEST_NAME]))


async def find(point_id: UUID, *, path: tuple[str, ...]) -> PickupPoint:
    """A point that parcels can be sent to now; refuses PICKUP_POINT_CLOSED."""
    point = await PickupPoint.get_or_none(id=point_id)
    if point is None:
        raise Refused("NOT_FOUND", path=path, what="pickup point")
    if not point.is_active:
        raise Refused("PICKUP_POINT_CLOSED", path=path)
    return point


def address_of(point: PickupPoint, *, recipient: str, phone: str) -> dict[str, str]:
    """Where a carrier brings the parcel of somebody who collects it there."""
    return {
        "recipient": recipient,
        "phone": phone,
        "province": point.province,
        "city": point.city,
        "district": point.district,
        "street": point.street,
    }


async def create(viewer: Viewer, *, code: str, province: str, city: str, **given: Any) -> PickupPoint:
    """Open a new point."""
    viewer.require(Permission.EDIT_DELIVERY)
    refused: list[Refused] = []
    place: tuple[str, str, str] = ("", "", "")
    with gathered(refused):
        place = clean_region(province, clean_city(city, path=("city",)))
    columns = _cleaned({"street": "", "name": {}, "opens_minute": 540, "closes_minute": 1260, **given}, refused)
    with gathered(refused):
        _check_hours(columns["opens_minute"], columns["closes_minute"])
    with gathered(refused):
        columns["code"] = clean_text(code.upper(), path=("code",), minimum=1, maximum=LONGEST_CODE)
    refuse_all(refused)
    async with viewer.market.change():
        if await PickupPoint.exists(code=columns["code"]):
            raise Refused("POINT_CODE_TAKEN", path=("code",))
        return await PickupPoint.create(province=place[0], city=place[1], city_key=place[2], **columns)


async def update(viewer: Viewer, point_id: UUID, *, expected_version: int | None = None, **given: Any) -> PickupPoint:
    """Change what is given. A closed point takes no new orders; what lies there can still be collected."""
    viewer.require(Permission.EDIT_DELIVERY)
    refused: list[Refused] = []
    columns = _cleaned(given, refused)
    refuse_all(refused)
    async with viewer.market.change():
        point = await PickupPoint.filter(id=point_id).select_for_update().first()
        if point is None:
            raise Refused("NOT_FOUND", path=("pointId",), what="pickup point")
        if expected_version is not None and expected_version != point.version:
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=point)
        point.update_from_dict({**columns, "version": point.version + 1})
        _check_hours(point.opens_minute, point.closes_minute)
        await point.save()
    return point


def _check_hours(opens: int, closes: int) -> None:
    if closes <= opens:
        raise Refused("OUT_OF_RANGE", path=("closesMinute",), minimum=opens + 1, maximum=DAY)


def _cleaned(given: Mapping[str, Any], refused: list[Refused]) -> dict[str, Any]:
    columns = {name: given[name] for name in (*LIMITS, "is_active") if given.get(name) is not None}
    for name, (minimum, maximum) in LIMITS.items():
        with gathered(refused):
            check_range(columns.get(name), minimum, maximum, name)
    if "name" in given:
        with gathered(refused):
            columns["name"] = _name(given["name"])
    for name, minimum, maximum in (("street", 2, LONGEST_STREET), ("district", 0, LONGEST_DISTRICT)):
        if given.get(name) is not None:
            with gathered(refused):
                columns[name] = clean_text(given[name], path=(name,), minimum=minimum, maximum=maximum)
    if given.get("phone"):
        with gathered(refused):
            columns["phone"] = clean_phone(given["phone"], path=("phone",))
    return columns


def _name(given: Localized) -> Localized:
    if not given:
        raise Refused("REQUIRED", path=("name",))
    return {locale: clean_text(text, path=("name",), minimum=1, maximum=LONGEST_NAME) for locale, text in given.items()}
