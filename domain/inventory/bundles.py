"""Bundles: sold as one line, on the shelves as their parts. Each unit of a bundle leaves from one warehouse."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.inventory.levels import LARGEST_PART, follow_in_stock
from kit import clock
from kit.errors import Refused, refuse_all
from models.catalog import Variant
from models.database import persistent, transaction
from models.inventory import Bundle, BundlePart, Reservation, StockLevel

MOST_PARTS = 20  # different variants in one bundle

Parts = tuple[tuple[UUID, int], ...]  # variant, units of it in one unit of the bundle


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is asked for."""

    variant_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Composition:
    """What one unit of a variant is on the shelves; `bundle_id` is None for what is no bundle."""

    parts: Parts
    bundle_id: UUID | None = None


def visible_parts() -> QuerySet[BundlePart]:
    """The parts of what is sold as a bundle now; everybody may know them."""
    return BundlePart.filter(bundle__is_current=True)


async def compositions(variant_ids: Collection[UUID]) -> dict[UUID, Composition]:
    """What each variant is made of now. One statement."""
    found: dict[UUID, Composition] = {key: Composition(((key, 1),)) for key in variant_ids}
    rows = await visible_parts().filter(bundle__variant_id__in=list(found)).select_related("bundle").order_by("id")
    parts: dict[UUID, list[BundlePart]] = {}
    for row in rows:
        parts.setdefault(row.bundle.variant_id, []).append(row)
    for key, of_bundle in parts.items():
        made_of = tuple((row.variant_id, row.quantity) for row in of_bundle)
        found[key] = Composition(made_of, of_bundle[0].bundle_id)
    return found


async def parts_of(promises: Iterable[Reservation]) -> dict[UUID, Parts]:
    """What was promised of each bundle that these promises are for, as it was put together then."""
    return await parts_in_bundles({promise.bundle_id for promise in promises if promise.bundle_id is not None})


async def parts_in_bundles(bundle_ids: Collection[UUID]) -> dict[UUID, Parts]:
    """What each of these is put together from, also those that are sold no more."""
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    if bundle_ids:
        for row in await BundlePart.filter(bundle_id__in=list(bundle_ids)).order_by("id"):
            found.setdefault(row.bundle_id, []).append((row.variant_id, row.quantity))
    return {bundle_id: tuple(parts) for bundle_id, parts in found.items()}


async def pieces(promises: Sequence[Reservation]) -> dict[tuple[UUID, UUID], int]:
    """What these promises are on the shelves: units by (warehouse, variant), bundles taken apart."""
    parts = await parts_of(promises)
    units: Counter[tuple[UUID, UUID]] = Counter()
    for promise in promises:
        for variant_id, count in parts_in(promise, parts):
            units[promise.warehouse_id, variant_id] += promise.quantity * count
    return dict(units)


def parts_in(promise: Reservation, parts: Mapping[UUID, Parts]) -> Parts:
    """The variants that one unit of a promise is made of."""
    return ((promise.variant_id, 1),) if promise.bundle_id is None else parts[promise.bundle_id]


@persistent
async def set_parts(viewer: Viewer, variant_id: UUID, parts: Sequence[Part]) -> Variant:
    """Say what a variant is put together from; no parts at all make it an ordinary variant again.

    Promises that are held keep what they were promised. A bundle has no stock of its own, and no bundle in it.
    """
    viewer.require(Permission.EDIT_STOCK)
    async with transaction():
        variant = await Variant.filter(id=variant_id).select_for_update().first()
        if variant is None:
            raise Refused("NOT_FOUND", path=("variantId",), what="variant")
        await _check(variant_id, parts)
        await Bundle.filter(variant_id=variant_id, is_current=True).update(is_current=False)
        if parts:
            bundle = await Bundle.create(variant_id=variant_id, created_at=clock.now())
            await BundlePart.bulk_create(
                BundlePart(bundle_id=bundle.id, variant_id=part.variant_id, quantity=part.quantity) for part in parts
            )
        await follow_in_stock([variant.product_id])
    return variant


async def _check(variant_id: UUID, parts: Sequence[Part]) -> None:
    problems = []
    if len(parts) > MOST_PARTS:
        raise Refused("OUT_OF_RANGE", path=("parts",), minimum=0, maximum=MOST_PARTS)
    keys = [part.variant_id for part in parts]
    there = {row.id for row in await Variant.filter(id__in=keys)}
    nested = set(await visible_parts().filter(bundle__variant_id__in=keys).values_list("bundle__variant_id", flat=True))
    for index, part in enumerate(parts):
        path = ("parts", str(index))
        if part.variant_id not in there:
            problems.append(Refused("NOT_FOUND", path=(*path, "variantId"), what="variant"))
        elif part.variant_id == variant_id or part.variant_id in nested:
            problems.append(Refused("BUNDLE_IN_BUNDLE", path=(*path, "variantId")))
        elif part.variant_id in keys[:index]:
            problems.append(Refused("PART_NAMED_TWICE", path=(*path, "variantId")))
        if not 1 <= part.quantity <= LARGEST_PART:
            problems.append(Refused("OUT_OF_RANGE", path=(*path, "quantity"), minimum=1, maximum=LARGEST_PART))
    if parts and await visible_parts().filter(variant_id=variant_id).exists():
        problems.append(Refused("BUNDLE_IN_BUNDLE", path=("variantId",)))
    if parts and await StockLevel.filter(variant_id=variant_id, on_hand__gt=0).exists():
        problems.append(Refused("BUNDLE_HAS_STOCK", path=("variantId",)))
    refuse_all(problems)


async def refuse_counts(variant_ids: Collection[UUID], *, path: tuple[str, ...] = ()) -> None:
    """A bundle lies nowhere: its parts are counted. Refuses BUNDLE_IS_NOT_COUNTED."""
    if await Bundle.filter(variant_id__in=list(variant_ids), is_current=True).exists():
        raise Refused("BUNDLE_IS_NOT_COUNTED", path=path)
