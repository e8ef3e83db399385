"""Holds of orders that are not paid yet: each has an end, and one customer holds only so many units of a variant."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.access import Viewer
from domain.inventory.planning import Plan, Wanted
from kit import clock
from kit.errors import Refused
from models.catalog import Variant
from models.database import select
from models.inventory import Reservation, ReservationState

FORGOTTEN_AFTER = timedelta(minutes=5)  # past its end: whoever gives up unpaid orders had time enough
FOUND_AT_ONCE = 500

_HELD = """
SELECT variant_id, SUM(units) AS units FROM (
  SELECT variant_id, quantity AS units FROM reservation
   WHERE customer_key = ? AND state = 'HELD' AND bundle_id IS NULL
  UNION ALL
  SELECT p.variant_id, r.quantity * p.quantity
    FROM reservation r JOIN bundle_part p ON p.bundle_id = r.bundle_id
   WHERE r.customer_key = ? AND r.state = 'HELD'
) AS pieces GROUP BY variant_id
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """Until when an unpaid order holds its units, and against whom they count; None for nobody known."""

    until: datetime
    customer_key: str | None


async def beyond_limit(viewer: Viewer, customer_key: str | None, plan: Plan, wanted: Sequence[Wanted]) -> list[Refused]:
    """HOLD_LIMIT for each variant of which the customer would hold too many units, over lines, orders and bundles.

    Exact when the levels of the plan are locked: of two orders at once the second sees what the first holds.
    """
    if customer_key is None:
        return []
    maximum = viewer.market.policy.held_units_per_customer
    rows = await select(_HELD, customer_key, customer_key)
    held = Counter({UUID(str(row["variant_id"])): int(row["units"]) for row in rows})
    short = {piece for key in plan.short for piece, _ in plan.made_of[key].parts}  # told as INSUFFICIENT_STOCK
    wants = {piece: units for piece, units in plan.pieces().items() if piece not in short}
    too_many = {piece: units for piece, units in wants.items() if held[piece] + units > maximum}
    if not too_many:
        return []
    shown = {row.id: row for row in await Variant.filter(id__in=list(too_many))}
    return [
        Refused(
            "HOLD_LIMIT",
            path=_first_path(piece, plan, wanted),
            variant=shown.get(piece),
            requested=units,
            held=held[piece],
            maximum=maximum,
        )
        for piece, units in too_many.items()
    ]


async def forgotten() -> list[UUID]:
    """Orders whose unpaid holds have long ended and are still there."""
    late = Reservation.filter(state=ReservationState.HELD, expires_at__lt=clock.now() - FORGOTTEN_AFTER)
    found = await late.order_by("expires_at").limit(FOUND_AT_ONCE).values_list("order_id", flat=True)
    return [UUID(str(order_id)) for order_id in dict.fromkeys(found)]


def _first_path(piece: UUID, plan: Plan, wanted: Sequence[Wanted]) -> tuple[str, ...]:
    for one in wanted:
        made_of = plan.made_of.get(one.variant_id)
        if made_of is not None and any(part == piece for part, _ in made_of.parts):
            return one.path
    return ()
