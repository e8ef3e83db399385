"""Warehouses and what moves into, between and within them, for staff: deliveries, transfers, stocktakes."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

import strawberry

from domain.idempotency import once
from domain.inventory import incoming, stock, stocktaking, transfers, warehouses
from domain.inventory.places import DEGREE
from domain.inventory.transfers import Units
from domain.inventory.visible import visible_counts, visible_deliveries, visible_stocktakes, visible_transfers
from kit import ids
from kit.errors import Refused
from kit.paging import Page, Sort, page, window
from kit.text import Localized
from kit.validate import clean_text
from loaders import inventory as loaders
from models.inventory import (
    ExpectedDelivery,
    Stocktake,
    StocktakeCount,
    StockTransfer,
    StockTransferLine,
    Warehouse,
)
from resolvers.answers import Answer
from resolvers.context import Info

BY_DAY = Sort("stock.deliveries", ("expected_on",))
NEWEST_TRANSFERS = Sort("stock.transfers", ("sent_at",), descending=True)
NEWEST_STOCKTAKES = Sort("stock.stocktakes", ("started_at",), descending=True)
AS_COUNTED = Sort("stock.counts", ("counted_at",))
LONGEST_NAME = 120
LONGEST_CITY = 40


class UnitsWish(Protocol):
    """A line of the input."""

    variant_id: str
    quantity: int


class PositionWish(Protocol):
    """Degrees."""

    latitude: float
    longitude: float


# -------------------------------------------------------------------------------------------------------- warehouses


def latitude(root: strawberry.Parent[Warehouse]) -> float | None:
    return None if root.latitude is None else root.latitude / DEGREE


def longitude(root: strawberry.Parent[Warehouse]) -> float | None:
    return None if root.longitude is None else root.longitude / DEGREE


async def warehouse_create(info: Info, *, code: str, **given: Any) -> Answer:
    return Answer(warehouse=await warehouses.create(info.context.viewer, code=code[:100], **_cleaned(**given)))


async def warehouse_update(
    info: Info, *, warehouse_id: str, expected_version: int | None = None, **given: Any
) -> Answer:
    changed = await warehouses.update(
        info.context.viewer, _warehouse(warehouse_id), expected_version=expected_version, **_cleaned(**given)
    )
    return Answer(warehouse=changed)


async def warehouse_close(info: Info, *, warehouse_id: str, why: str = "", **given: Any) -> Answer:
    noted = clean_text(why, path=("why",), maximum=stock.LONGEST_REASON)
    return Answer(warehouse=await warehouses.close(info.context.viewer, _warehouse(warehouse_id), why=noted, **given))


async def warehouse_reopen(info: Info, *, warehouse_id: str, **given: Any) -> Answer:
    return Answer(warehouse=await warehouses.reopen(info.context.viewer, _warehouse(warehouse_id), **given))


def _cleaned(
    *,
    name: Localized | None = None,
    city: str | None = None,
    regions: Sequence[str] | None = None,
    position: PositionWish | None = None,
    **others: Any,
) -> dict[str, Any]:
    """What is given, as text that can be stored; what is null counts as left out."""
    given = {column: value for column, value in others.items() if value is not None}
    if name is not None:
        texts = {locale: clean_text(text, path=("name",), maximum=LONGEST_NAME) for locale, text in name.items()}
        given["name"] = {locale: text for locale, text in texts.items() if text}
    if city is not None:
        given["city"] = clean_text(city, path=("city",), maximum=LONGEST_CITY)
    if regions is not None:
        given["regions"] = [clean_text(one, path=("regions",), maximum=LONGEST_NAME) for one in regions]
    if position is not None:
        given["position"] = (position.latitude, position.longitude)
    return given


# ------------------------------------------------------------------------------------------------ expected deliveries


async def deliveries(
    info: Info,
    *,
    variant_id: str | None = None,
    warehouse_id: str | None = None,
    is_open: bool | None = None,
    **edges: Any,
) -> Page[ExpectedDelivery]:
    rows = visible_deliveries(info.context.viewer)
    if variant_id:
        rows = rows.filter(variant_id=ids.key_of("Variant", variant_id, "variantId"))
    if warehouse_id:
        rows = rows.filter(warehouse_id=_warehouse(warehouse_id))
    if is_open is not None:
        rows = rows.filter(state__in=incoming.OPEN) if is_open else rows.exclude(state__in=incoming.OPEN)
    return await page(rows, sort=BY_DAY, window=window(**edges))


async def expected_delivery_create(
    info: Info,
    *,
    idempotency_key: str,
    variant_id: str,
    warehouse_id: str,
    units: int,
    expected_on: date,
    note: str = "",
) -> Answer:
    facts = {
        "variant_id": ids.key_of("Variant", variant_id, "variantId"),
        "warehouse_id": _warehouse(warehouse_id),
        "units": units,
        "expected_on": expected_on,
        "note": clean_text(note, path=("note",), maximum=stock.LONGEST_REASON),
    }
    return await _delivery(info, "expectedDeliveryCreate", idempotency_key, incoming.expect, facts)


async def expected_delivery_receive(
    info: Info, *, idempotency_key: str, delivery_id: str, units: int, is_last: bool = False
) -> Answer:
    facts = {"delivery_id": _delivery_key(delivery_id), "units": units, "is_last": is_last}
    return await _delivery(info, "expectedDeliveryReceive", idempotency_key, incoming.receive, facts)


async def expected_delivery_cancel(info: Info, *, idempotency_key: str, delivery_id: str) -> Answer:
    facts = {"delivery_id": _delivery_key(delivery_id)}
    return await _delivery(info, "expectedDeliveryCancel", idempotency_key, incoming.call_off, facts)


async def expected_delivery_postpone(
    info: Info, *, idempotency_key: str, delivery_id: str, expected_on: date
) -> Answer:
    facts = {"delivery_id": _delivery_key(delivery_id), "expected_on": expected_on}
    return await _delivery(info, "expectedDeliveryPostpone", idempotency_key, incoming.postpone, facts)


async def _delivery(
    info: Info,
    operation: str,
    key: str,
    action: Callable[..., Awaitable[ExpectedDelivery]],
    facts: dict[str, Any],
) -> Answer:
    viewer = info.context.viewer

    async def work() -> UUID:
        return (await action(viewer, **facts)).id

    delivery_id = await once(viewer, operation, key, asked=facts, work=work)
    return Answer(delivery=_seen(await visible_deliveries(viewer).get_or_none(id=delivery_id)))


def _delivery_key(public_id: str) -> UUID:
    return ids.key_of("ExpectedDelivery", public_id, "deliveryId")


# ---------------------------------------------------------------------------------------------------------- transfers


async def stock_transfers(info: Info, **edges: Any) -> Page[StockTransfer]:
    return await page(visible_transfers(info.context.viewer), sort=NEWEST_TRANSFERS, window=window(**edges))


async def transfer_source(root: strawberry.Parent[StockTransfer], info: Info) -> Warehouse | None:
    return await info.context.load(loaders.warehouses_by_id, root.source_id)


async def transfer_target(root: strawberry.Parent[StockTransfer], info: Info) -> Warehouse | None:
    return await info.context.load(loaders.warehouses_by_id, root.target_id)


async def transfer_lines(root: strawberry.Parent[StockTransfer], info: Info) -> list[StockTransferLine]:
    return await info.context.load(loaders.lines_by_transfer, root.id)


async def stock_transfer_send(
    info: Info,
    *,
    idempotency_key: str,
    from_warehouse_id: str,
    to_warehouse_id: str,
    lines: Sequence[UnitsWish],
    note: str = "",
) -> Answer:
    viewer = info.context.viewer
    facts = {
        "source_id": _warehouse(from_warehouse_id, "fromWarehouseId"),
        "target_id": _warehouse(to_warehouse_id, "toWarehouseId"),
        "lines": _units(lines, "lines"),
        "note": clean_text(note, path=("note",), maximum=stock.LONGEST_REASON),
    }

    async def work() -> UUID:
        return (await transfers.send(viewer, **facts)).id  # type: ignore[arg-type]  # names and types are those above

    transfer_id = await once(viewer, "stockTransferSend", idempotency_key, asked=facts, work=work)
    return Answer(transfer=_seen(await visible_transfers(viewer).get_or_none(id=transfer_id)))


async def stock_transfer_receive(
    info: Info, *, idempotency_key: str, transfer_id: str, arrived: Sequence[UnitsWish] | None = None
) -> Answer:
    viewer, key = info.context.viewer, ids.key_of("StockTransfer", transfer_id, "transferId")
    counts = None if arrived is None else {one.variant_id: one.quantity for one in _units(arrived, "arrived")}

    async def work() -> UUID:
        return (await transfers.receive(viewer, key, arrived=counts)).id

    asked = {"transfer": key, "arrived": None if counts is None else sorted((str(k), n) for k, n in counts.items())}
    await once(viewer, "stockTransferReceive", idempotency_key, asked=asked, work=work)
    return Answer(transfer=_seen(await visible_transfers(viewer).get_or_none(id=key)))


# --------------------------------------------------------------------------------------------------------- stocktakes


async def stocktakes(info: Info, **edges: Any) -> Page[Stocktake]:
    return await page(visible_stocktakes(info.context.viewer), sort=NEWEST_STOCKTAKES, window=window(**edges))


async def stocktake_counts(root: strawberry.Parent[Stocktake], info: Info, **edges: Any) -> Page[StocktakeCount]:
    rows = visible_counts(info.context.viewer).filter(stocktake_id=root.id)
    return await page(rows, sort=AS_COUNTED, window=window(**edges))


def difference(root: strawberry.Parent[StocktakeCount]) -> int:
    return root.counted - root.on_hand


async def stocktake_start(info: Info, *, warehouse_id: str, note: str = "") -> Answer:
    noted = clean_text(note, path=("note",), maximum=stock.LONGEST_REASON)
    return Answer(stocktake=await stocktaking.start(info.context.viewer, _warehouse(warehouse_id), note=noted))


async def stocktake_count(info: Info, *, stocktake_id: str, counts: Sequence[UnitsWish]) -> Answer:
    counted = _units(counts, "counts")
    return Answer(stocktake=await stocktaking.count(info.context.viewer, _stocktake(stocktake_id), counted))


async def stocktake_apply(info: Info, *, idempotency_key: str, stocktake_id: str) -> Answer:
    viewer, key = info.context.viewer, _stocktake(stocktake_id)

    async def work() -> UUID:
        return (await stocktaking.apply(viewer, key)).id

    await once(viewer, "stocktakeApply", idempotency_key, asked=key, work=work)
    return Answer(stocktake=_seen(await visible_stocktakes(viewer).get_or_none(id=key)))


async def stocktake_cancel(info: Info, *, stocktake_id: str) -> Answer:
    return Answer(stocktake=await stocktaking.cancel(info.context.viewer, _stocktake(stocktake_id)))


def _stocktake(public_id: str) -> UUID:
    return ids.key_of("Stocktake", public_id, "stocktakeId")


def _warehouse(public_id: str, name: str = "warehouseId") -> UUID:
    return ids.key_of("Warehouse", public_id, name)


def _units(wishes: Sequence[UnitsWish], name: str) -> list[Units]:
    keys = ids.keys_of("Variant", [one.variant_id for one in wishes], name, "variantId")
    return [Units(key, one.quantity) for key, one in zip(keys, wishes, strict=True)]


def _seen(row: Any) -> Any:
    """What was done is shown to whoever may still see it: a repeated call may come from one whose role has ended."""
    if row is None:
        raise Refused("FORBIDDEN")
    return row
