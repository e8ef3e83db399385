"""Promised goods in packages: what is packed stays promised, and nobody gives it back unopened."""

from collections.abc import Callable, Mapping
from uuid import UUID

from tortoise.expressions import F

from kit.errors import Refused
from models.inventory import Reservation, ReservationState

Free = Callable[[Reservation], int]


async def pack(*, order_id: UUID, warehouse_id: UUID, units: Mapping[UUID, int]) -> None:
    """Put promised units of order lines into a package. NOT_RESERVED where too few are held there."""
    await _count(order_id, warehouse_id, units, free=lambda row: row.quantity - row.packed, change=1)


async def unpack(*, order_id: UUID, warehouse_id: UUID, units: Mapping[UUID, int]) -> None:
    """Take units of order lines out of a package; they stay promised."""
    await _count(order_id, warehouse_id, units, free=lambda row: row.packed, change=-1)


async def _count(order_id: UUID, warehouse_id: UUID, units: Mapping[UUID, int], *, free: Free, change: int) -> None:
    held = Reservation.filter(order_id=order_id, warehouse_id=warehouse_id, state=ReservationState.HELD)
    promises = await held.order_by("id").select_for_update()
    for line_id, asked in units.items():
        own = [row for row in promises if row.order_line_id == line_id and free(row)]
        there = sum(free(row) for row in own)
        if not 0 <= asked <= there:
            raise Refused("NOT_RESERVED", requested=asked, held=there)
        for row in own:
            part = min(asked, free(row))
            if part:
                await Reservation.filter(id=row.id).update(packed=F("packed") + change * part)
                asked -= part
