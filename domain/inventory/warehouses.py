"""Opening, changing and closing warehouses. A closed one sells nothing; what it holds can move to the others."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain import effects
from domain.access import Permission, Viewer
from domain.customers.regions import clean_province
from domain.inventory.levels import IN_STOCK, locked, serve_waiting
from domain.inventory.places import DEGREE
from kit.errors import Refused, gathered, refuse_all
from models.catalog import Variant
from models.database import persistent
from models.inventory import Backorder, Reservation, ReservationState, StockLevel, Warehouse

CLOSED_OR_OPENED = "inventory.warehouse_turned"  # its products may be out of stock, or back
REALLOCATE = "order.reallocate"
MOST_REGIONS = 400
LONGEST_CITY = 40
LARGEST_PRIORITY = 1000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")


async def create(viewer: Viewer, *, code: str, **given: Any) -> Warehouse:
    """Open a warehouse; all problems of the input are refused at once."""
    viewer.require(Permission.EDIT_STOCK)
    code = code.strip().upper()
    problems: list[Refused] = []
    if not _CODE.fullmatch(code):
        problems.append(Refused("WAREHOUSE_CODE_INVALID", path=("code",)))
    columns = _checked(given, problems)
    refuse_all(problems)
    try:
        async with viewer.market.change():
            return await Warehouse.create(code=code, **columns)
    except IntegrityError:
        raise Refused("WAREHOUSE_CODE_TAKEN", path=("code",)) from None


@persistent
async def update(viewer: Viewer, warehouse_id: UUID, *, expected_version: int | None = None, **given: Any) -> Warehouse:
    """Change what is given; the rest stays. Orders that are placed keep their warehouses."""
    async with viewer.market.change():
        warehouse = await _locked(viewer, warehouse_id, expected_version)
        problems: list[Refused] = []
        columns = _checked(given, problems)
        refuse_all(problems)
        return await _save(warehouse, columns)


@persistent
async def close(
    viewer: Viewer, warehouse_id: UUID, *, why: str = "", reallocate: bool = False, expected_version: int | None = None
) -> Warehouse:
    """Sell nothing from it any more. With `reallocate` other warehouses take over what it holds for orders."""
    async with viewer.market.change():
        warehouse = await _locked(viewer, warehouse_id, expected_version)
        if warehouse.is_active:
            await _save(warehouse, {"is_active": False, "closed_why": why})
            await effects.soon(CLOSED_OR_OPENED, warehouse.id)
        if reallocate:
            for order_id in await _orders_held(warehouse.id):
                await effects.soon(REALLOCATE, order_id)
        return warehouse


@persistent
async def reopen(viewer: Viewer, warehouse_id: UUID, *, expected_version: int | None = None) -> Warehouse:
    """Sell from it again."""
    async with viewer.market.change():
        warehouse = await _locked(viewer, warehouse_id, expected_version)
        if not warehouse.is_active:
            await _save(warehouse, {"is_active": True, "closed_why": ""})
            await effects.soon(CLOSED_OR_OPENED, warehouse.id)
        return warehouse


async def turned(viewer: Viewer, warehouse_id: UUID) -> None:
    """Have every product that lies there look again whether it is in stock; who waits for what is back is served."""
    variants = await StockLevel.filter(warehouse_id=warehouse_id).values_list("variant_id", flat=True)
    for product_id in {row.product_id for row in await Variant.filter(id__in=list(variants)).only("product_id")}:
        await effects.soon(IN_STOCK, product_id)
    awaited = await Backorder.filter(variant_id__in=list(variants)).distinct().values_list("variant_id", flat=True)
    if awaited:
        levels = await locked(StockLevel.filter(warehouse_id=warehouse_id, variant_id__in=list(awaited)))
        await serve_waiting(viewer, levels)


async def _orders_held(warehouse_id: UUID) -> list[UUID]:
    held = Reservation.filter(warehouse_id=warehouse_id, state=ReservationState.HELD).order_by("order_id")
    return [UUID(str(order_id)) for order_id in dict.fromkeys(await held.values_list("order_id", flat=True))]


async def _locked(viewer: Viewer, warehouse_id: UUID, expected_version: int | None) -> Warehouse:
    viewer.require(Permission.EDIT_STOCK)
    warehouse = await Warehouse.filter(id=warehouse_id).select_for_update().first()
    if warehouse is None:
        raise Refused("NOT_FOUND", path=("warehouseId",), what="warehouse")
    if expected_version is not None and expected_version != warehouse.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=warehouse)
    return warehouse


async def _save(warehouse: Warehouse, columns: Mapping[str, Any]) -> Warehouse:
    for name, value in columns.items():
        setattr(warehouse, name, value)
    warehouse.version += 1
    await warehouse.save(update_fields=[*columns, "version"])
    return warehouse


def _checked(given: Mapping[str, Any], problems: list[Refused]) -> dict[str, Any]:
    """The columns of what is given, cleaned; `latitude` and `longitude` come in degrees, together."""
    columns = dict(given)
    if "province" in columns:
        with gathered(problems):
            columns["province"] = clean_province(columns["province"], path=("province",))
    if "name" in columns and not columns["name"]:
        problems.append(Refused("REQUIRED", path=("name",)))
    if "city" in columns and not columns["city"]:
        problems.append(Refused("REQUIRED", path=("city",)))
    if not 0 <= columns.get("priority", 0) <= LARGEST_PRIORITY:
        problems.append(Refused("OUT_OF_RANGE", path=("priority",), minimum=0, maximum=LARGEST_PRIORITY))
    if "regions" in columns:
        columns["regions"] = _regions(columns["regions"], problems)
    position = columns.pop("position", None)
    if position is not None:
        columns |= _position(*position, problems=problems)
    return columns


def _position(latitude: float, longitude: float, *, problems: list[Refused]) -> dict[str, int]:
    for name, degrees, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not -most <= degrees <= most:
            problems.append(Refused("OUT_OF_RANGE", path=("position", name), minimum=-most, maximum=most))
            return {}
    return {"latitude": round(latitude * DEGREE), "longitude": round(longitude * DEGREE)}


def _regions(names: list[str], problems: list[Refused]) -> list[str]:
    """Provinces by their full name, cities as they are written."""
    if len(names) > MOST_REGIONS:
        problems.append(Refused("OUT_OF_RANGE", path=("regions",), minimum=0, maximum=MOST_REGIONS))
        return []
    cleaned: list[str] = []
    for index, name in enumerate(names):
        if not name or len(name) > LONGEST_CITY:
            problems.append(Refused("REGION_INVALID", path=("regions", str(index)), maximum=LONGEST_CITY))
            continue
        try:
            cleaned.append(clean_province(name))
        except Refused:
            cleaned.append(name)
    return list(dict.fromkeys(cleaned))
