"""Reads imported files on, and keeps the search index and stock marks in step with what changed elsewhere."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from domain import effects
from domain.access import Viewer, system
from domain.catalog import imports, index, saving, taxonomy, uploads
from domain.inventory import counting
from domain.inventory.allocation import Place
from domain.market import Market
from jobs.inventory import in_stock
from kit.errors import Refused
from models.database import transaction
from models.inventory import StockLevel, Warehouse

SLICE_SECONDS = 25.0  # half of what a job may take
REASON = "catalog import"


async def read_import(market: Market, import_id: UUID) -> None:
    """Read a slice of a file; ask to be called again while more is left."""
    done = await imports.read_on(system(market), import_id, put_stock=put_stock, seconds=SLICE_SECONDS)
    if not done:
        async with market.change():
            await effects.soon(imports.RUN, import_id)


async def put_stock(viewer: Viewer, counted: Mapping[UUID, Mapping[str, int]]) -> None:
    """Write down what a file says of each variant by warehouse; the code "" stands for the one that ships first."""
    warehouses = {row.code: row for row in await Warehouse.all()}
    active = [row for row in warehouses.values() if row.is_active]
    counts: dict[Place, int] = {}
    for variant_id, by_code in counted.items():
        for code, count in by_code.items():
            first = min(active, key=lambda row: (row.priority, row.code), default=None)
            warehouse = warehouses.get(code) if code else first
            if warehouse is None:
                raise Refused("UNKNOWN_WAREHOUSE", warehouse=code) if code else Refused("NO_WAREHOUSE")
            counts[warehouse.id, variant_id] = count
    await counting.set_on_hand(viewer, counts, reason=REASON)


async def stock_of(variant_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Units on the shelves by variant and warehouse code, for exports."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = await StockLevel.filter(variant_id__in=list(variant_ids)).select_related("warehouse")
    for row in sorted(rows, key=lambda one: (one.warehouse.priority, one.warehouse.code)):
        found[row.variant_id][row.warehouse.code] = row.on_hand
    return found


async def category_changed(market: Market, category_id: UUID) -> None:
    async with transaction():
        await index.reindex_category(category_id)


async def brand_changed(market: Market, brand_id: UUID) -> None:
    async with transaction():
        await index.reindex_brand(brand_id)


HANDLERS = {
    imports.RUN: read_import,
    taxonomy.CATEGORY_CHANGED: category_changed,
    taxonomy.BRAND_CHANGED: brand_changed,
    saving.IN_STOCK: in_stock,
    uploads.GONE: uploads.forget,
}
