"""Fills the shelves of the demo market: the catalogue through the importer, its stock in one go, its pictures as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from demo.pictures import write_all
from domain.access import Viewer
from domain.catalog import imports, saving
from domain.inventory.levels import follow_in_stock
from domain.market import Market
from kit import clock
from models.catalog import ImportFormat, ImportProblem, Product
from models.inventory import MovementKind, StockLevel, StockMovement, Warehouse
from models.jobs import Timer

CATALOG = Path(__file__).parent / "catalog"
FILES = ("brands.jsonl", "categories.jsonl", "products.jsonl")
REASON = "opening stock"
LISTED_BEFORE = (2, 120)  # days between which a product came into the shop before it opened on the web

Counted = tuple[UUID, Mapping[str, int]]  # a variant, and how many of it by warehouse code


class CatalogRefused(Exception):
    """The committed catalogue does not fit the importer."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """What the painter needs to know of a product."""

    slug: str
    category: str


async def fill(market: Market, manager: Viewer) -> int:
    """Import everything as the catalogue manager; gives how many products there are now."""
    counted: list[Counted] = []

    async def count(viewer: Viewer, units: Mapping[UUID, Mapping[str, int]]) -> None:
        counted.extend(units.items())

    for name in FILES:
        run = await imports.start_file(
            manager, CATALOG / name, format=ImportFormat.JSON_LINES, locale="zh-CN", later=False
        )
        await imports.read_on(manager, run.id, put_stock=count)
        problems = await ImportProblem.filter(run_id=run.id).order_by("row")
        if problems:
            raise CatalogRefused("\n".join(f"{name}:{one.row} {one.column} {one.code} {one.value}" for one in problems))
    await _put(manager, counted)
    products = await Product.all().order_by("slug").select_related("category")
    await _date(products, opened_at=clock.now())
    write_all(
        market.policy.media_root / "demo",
        [Pictured(product.slug, product.category.slug if product.category else "") for product in products],
    )
    return len(products)


async def _put(manager: Viewer, counted: Sequence[Counted]) -> None:
    """All levels and their first movements at once: one by one they would take longer than everything else."""
    places = {row.code: row.id for row in await Warehouse.all()}
    units = [(places[code], variant, count) for variant, counts in counted for code, count in counts.items()]
    await StockLevel.bulk_create(
        StockLevel(warehouse_id=place, variant_id=variant, on_hand=count) for place, variant, count in units
    )
    await StockMovement.bulk_create(
        StockMovement(
            warehouse_id=place,
            variant_id=variant,
            kind=MovementKind.RECEIVE,
            on_hand_change=count,
            actor_id=manager.user_id,
            reason=REASON,
            created_at=clock.now(),
        )
        for place, variant, count in units
        if count
    )
    products = await Product.all().values_list("id", flat=True)
    await follow_in_stock([UUID(str(key)) for key in products])
    await Timer.filter(kind=saving.IN_STOCK).update(done_at=clock.now())


async def _date(products: Sequence[Product], *, opened_at: datetime) -> None:
    """Not everything came on one day."""
    for product in products:
        days = Random(product.slug).uniform(*LISTED_BEFORE)
        product.created_at = product.updated_at = product.listed_at = opened_at - timedelta(days=days)
    await Product.bulk_update(products, fields=["created_at", "updated_at", "listed_at"])
