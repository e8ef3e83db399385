"""How many units can be sold now. What has parts can be sold as often as one warehouse has all of them together."""

from collections.abc import Collection
from uuid import UUID

from models.database import select

_FREE = """
SELECT variant_id, SUM(units) AS units FROM (
  SELECT l.variant_id AS variant_id, l.on_hand - l.reserved AS units
    FROM stock_level l JOIN warehouse w ON w.id = l.warehouse_id
   WHERE w.is_active AND l.variant_id IN ({keys})
     AND NOT EXISTS (SELECT 1 FROM bundle o WHERE o.variant_id = l.variant_id AND o.is_current)
  UNION ALL
  SELECT b.variant_id, MIN(COALESCE((l.on_hand - l.reserved) / p.quantity, 0))
    FROM bundle b JOIN bundle_part p ON p.bundle_id = b.id JOIN warehouse w ON w.is_active
    LEFT JOIN stock_level l ON l.variant_id = p.variant_id AND l.warehouse_id = w.id
   WHERE b.is_current AND b.variant_id IN ({keys})
   GROUP BY b.variant_id, w.id
) AS places GROUP BY variant_id
"""

ASKED_AT_ONCE = 1000  # variants in one statement


async def available(variant_ids: Collection[UUID]) -> dict[UUID, int]:
    """Units that can be sold now, over all active warehouses; 0 for a variant without stock. One statement."""
    free = dict.fromkeys(variant_ids, 0)
    keys = list(free)
    for start in range(0, len(keys), ASKED_AT_ONCE):
        some = keys[start : start + ASKED_AT_ONCE]
        rows = await select(_FREE.format(keys=", ".join("?" * len(some))), *some, *some)
        free.update({UUID(str(row["variant_id"])): int(row["units"]) for row in rows})
    return free
