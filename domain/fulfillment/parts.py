"""Bundles on a pick list: each part is taken from its own bin, and a bundle is in hand when all of its parts are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.fulfillment import bins
from domain.inventory.bundles import Parts
from kit.errors import Refused
from models.catalog import Variant
from models.warehouse import PickPart, PickTask, StorageBin


@dataclass(slots=True)
class Stop:
    """One stop of a walk: everything of a variant that one bin gives."""

    zone: str
    bin: str
    variant_id: UUID
    units: int = 0
    picked: int = 0
    tasks: list[PickTask] = field(default_factory=list)


async def write_down(tasks: Iterable[PickTask], made_of: Mapping[UUID, Parts]) -> None:
    """The parts of new tasks, each with the place where it lies now; `made_of` is by bundle."""
    of_bundles = [(task, made_of[task.bundle_id]) for task in tasks if task.bundle_id is not None]
    if not of_bundles:
        return
    variants = {variant_id for _, parts in of_bundles for variant_id, _ in parts}
    rows = await StorageBin.filter(warehouse_id=of_bundles[0][0].warehouse_id, variant_id__in=variants)
    places = {row.variant_id: row for row in rows}
    await PickPart.bulk_create(
        PickPart(
            task_id=task.id,
            variant_id=variant_id,
            zone=places[variant_id].zone if variant_id in places else "",
            bin=places[variant_id].code if variant_id in places else "",
            each=each,
            units=task.units * each,
        )
        for task, parts in of_bundles
        for variant_id, each in parts
    )


async def by_task(task_ids: Sequence[UUID]) -> dict[UUID, list[PickPart]]:
    """The parts of tasks that the viewer has already been shown, in the order of the walk."""
    found: dict[UUID, list[PickPart]] = {key: [] for key in task_ids}
    for part in await PickPart.filter(task_id__in=list(task_ids)).order_by("task_id", "zone", "bin", "variant_id"):
        found[part.task_id].append(part)
    return found


async def of(task: PickTask) -> list[PickPart]:
    """The parts of a locked task, locked; nothing for what is no bundle."""
    if task.bundle_id is None:
        return []
    return await PickPart.filter(task_id=task.id).order_by("id").select_for_update()


async def scanned(parts: Sequence[PickPart], barcode: str) -> PickPart:
    """The part that a scanner read. WRONG_ITEM for anything else, the bundle's own code among it."""
    variants = {row.id: row for row in await Variant.filter(id__in=[part.variant_id for part in parts])}
    for part in parts:
        if bins.names(barcode, variants[part.variant_id]):
            return part
    missing = next((part for part in parts if part.picked < part.units), parts[0])
    expected = variants[missing.variant_id]
    raise Refused("WRONG_ITEM", path=("barcode",), expected=expected, sku=expected.sku or "", scanned=barcode)


async def variants_of(tasks: Sequence[PickTask]) -> dict[UUID, list[UUID]]:
    """What each task is about: its variant, and those of the parts when that is a bundle."""
    made_of = {task.id: [task.variant_id] for task in tasks}
    bundles = [task.id for task in tasks if task.bundle_id is not None]
    for part in await PickPart.filter(task_id__in=bundles) if bundles else ():
        made_of[part.task_id].append(part.variant_id)
    return made_of


def whole(parts: Sequence[PickPart]) -> int:
    """How many bundles the picked parts make."""
    return min(part.picked // part.each for part in parts)


async def follow(task: PickTask) -> None:
    """Ask for the parts of as many bundles as a locked task asks for now; what is in hand beyond them goes back."""
    for part in await of(task):
        part.units = task.units * part.each
        if part.picked > part.units:
            part.put_back += part.picked - part.units
            part.picked = part.units
        await part.save(update_fields=["units", "picked", "put_back"])


def walk(tasks: Sequence[PickTask], parts: Mapping[UUID, Sequence[PickPart]]) -> list[Stop]:
    """What is to be taken where, zone by zone and bin by bin; `parts` are by task."""
    stops: dict[tuple[str, str, UUID], Stop] = {}
    for task in tasks:
        takes: Sequence[PickTask | PickPart] = [task] if task.bundle_id is None else parts[task.id]
        for one in takes:
            place = (one.zone, one.bin, one.variant_id)
            stop = stops.setdefault(place, Stop(*place))
            stop.units += one.units
            stop.picked += one.picked
            stop.tasks.append(task)
    return [stops[place] for place in sorted(stops)]
