"""Goods on their way between warehouses: free units leave, arrive, and what does not arrive is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.access import Permission, Viewer
from domain.inventory import bundles
from domain.inventory.levels import Change, locked, move, place_of
from domain.inventory.stock import LARGEST_COUNT
from kit import clock, ids
from kit.errors import Refused, refuse_all
from models.catalog import Variant
from models.inventory import MovementKind, StockLevel, StockTransfer, StockTransferLine, TransferState, Warehouse

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a variant, as they are asked for."""

    variant_id: UUID
    quantity: int


async def send(
    viewer: Viewer, *, source_id: UUID, target_id: UUID, lines: Sequence[Units], note: str = ""
) -> StockTransfer:
    """Units that are not promised leave one warehouse for another; in the caller's transaction."""
    viewer.require(Permission.EDIT_STOCK)
    await _check(source_id, target_id, lines)
    levels = {place_of(level): level for level in await _levels(source_id, target_id, lines)}
    problems = []
    for index, one in enumerate(lines):
        level = levels[source_id, one.variant_id]
        if level.available < one.quantity:
            path = ("lines", str(index), "quantity")
            problems.append(Refused("STOCK_PROMISED", path=path, reserved=level.reserved, on_hand=level.on_hand))
    refuse_all(problems)
    transfer = await StockTransfer.create(
        number=f"T{ids.readable(10)}", source_id=source_id, target_id=target_id, note=note, sent_at=clock.now()
    )
    await StockTransferLine.bulk_create(
        StockTransferLine(transfer_id=transfer.id, variant_id=one.variant_id, units=one.quantity) for one in lines
    )
    changes = {(source_id, one.variant_id): Change(on_hand=-one.quantity) for one in lines}
    changes |= {(target_id, one.variant_id): Change(in_transit=one.quantity) for one in lines}
    await move(viewer, MovementKind.SEND, list(levels.values()), changes, document_id=transfer.id, reason=note)
    return transfer


async def receive(viewer: Viewer, transfer_id: UUID, *, arrived: Mapping[UUID, int] | None = None) -> StockTransfer:
    """A transfer is here, in the caller's transaction: units by variant, None for all. The rest is written off."""
    viewer.require(Permission.EDIT_STOCK)
    transfer = await StockTransfer.filter(id=transfer_id).select_for_update().first()
    if transfer is None:
        raise Refused("NOT_FOUND", path=("transferId",), what="transfer")
    if transfer.state != TransferState.SENT:
        raise Refused("TRANSFER_OVER", path=("transferId",))
    lines = await StockTransferLine.filter(transfer_id=transfer.id).order_by("id")
    _check_arrived(lines, arrived)
    levels = await locked(
        StockLevel.filter(warehouse_id=transfer.target_id, variant_id__in=[line.variant_id for line in lines])
    )
    for line in lines:
        line.received = line.units if arrived is None else arrived.get(line.variant_id, 0)
        line.missing = line.units - line.received
    await StockTransferLine.bulk_update(lines, fields=["received", "missing"])
    for kind, column in ((MovementKind.ARRIVE, "received"), (MovementKind.MISS, "missing")):
        changes = {}
        for line in lines:
            if units := getattr(line, column):
                came = units if kind == MovementKind.ARRIVE else 0
                changes[transfer.target_id, line.variant_id] = Change(on_hand=came, in_transit=-units)
        if changes:
            await move(viewer, kind, levels, changes, document_id=transfer.id)
    transfer.state, transfer.received_at = TransferState.RECEIVED, clock.now()
    await transfer.save(update_fields=["state", "received_at"])
    return transfer


async def _check(source_id: UUID, target_id: UUID, lines: Sequence[Units]) -> None:
    problems = []
    houses = {row.id: row for row in await Warehouse.filter(id__in=[source_id, target_id])}
    if source_id not in houses:
        problems.append(Refused("NOT_FOUND", path=("fromWarehouseId",), what="warehouse"))
    if target_id not in houses:
        problems.append(Refused("NOT_FOUND", path=("toWarehouseId",), what="warehouse"))
    elif source_id == target_id:
        problems.append(Refused("SAME_WAREHOUSE", path=("toWarehouseId",)))
    elif not houses[target_id].is_active:
        problems.append(Refused("WAREHOUSE_CLOSED", path=("toWarehouseId",)))
    if not 1 <= len(lines) <= MOST_LINES:
        problems.append(Refused("OUT_OF_RANGE", path=("lines",), minimum=1, maximum=MOST_LINES))
        refuse_all(problems)
    keys = [one.variant_id for one in lines]
    there = {row.id for row in await Variant.filter(id__in=keys)}
    for index, one in enumerate(lines):
        if one.variant_id not in there:
            problems.append(Refused("NOT_FOUND", path=("lines", str(index), "variantId"), what="variant"))
        elif one.variant_id in keys[:index]:
            problems.append(Refused("PART_NAMED_TWICE", path=("lines", str(index), "variantId")))
        if not 1 <= one.quantity <= LARGEST_COUNT:
            path = ("lines", str(index), "quantity")
            problems.append(Refused("OUT_OF_RANGE", path=path, minimum=1, maximum=LARGEST_COUNT))
    refuse_all(problems)
    await bundles.refuse_counts(keys, path=("lines",))


def _check_arrived(lines: Sequence[StockTransferLine], arrived: Mapping[UUID, int] | None) -> None:
    if arrived is None:
        return
    sent = {line.variant_id: line.units for line in lines}
    problems = []
    for index, (variant_id, units) in enumerate(arrived.items()):
        if variant_id not in sent:
            problems.append(Refused("NOT_FOUND", path=("lines", str(index), "variantId"), what="variant"))
        elif not 0 <= units <= sent[variant_id]:
            path = ("lines", str(index), "quantity")
            problems.append(Refused("OUT_OF_RANGE", path=path, minimum=0, maximum=sent[variant_id]))
    refuse_all(problems)


async def _levels(source_id: UUID, target_id: UUID, lines: Sequence[Units]) -> list[StockLevel]:
    """The levels of both ends, locked in key order; empty ones are made where there were none."""
    keys = [one.variant_id for one in lines]
    await StockLevel.bulk_create(
        [StockLevel(warehouse_id=place, variant_id=key) for place in (source_id, target_id) for key in sorted(keys)],
        ignore_conflicts=True,
    )
    return await locked(StockLevel.filter(warehouse_id__in=[source_id, target_id], variant_id__in=keys))
