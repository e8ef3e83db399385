"""The invariant of stock: levels, movements, promises, expected deliveries and transfers tell one story."""

from dataclasses import dataclass
from uuid import UUID

from models.database import connection


@dataclass(frozen=True, slots=True)
class Broken:
    """A place whose sums do not agree: its level, what the movements say, and what rows that are open say."""

    warehouse_id: UUID
    variant_id: UUID
    on_hand: int
    reserved: int
    incoming: int
    in_transit: int
    moved_on_hand: int
    moved_reserved: int
    moved_incoming: int
    moved_in_transit: int
    held: int
    expected: int
    sent: int


_COLUMNS = tuple(name for name in Broken.__slots__ if not name.endswith("_id"))


def _entries(table: str, **columns: str) -> str:
    shown = ", ".join(f"{columns.get(name, '0')} AS {name}" for name in _COLUMNS)
    place = columns.get("place", "warehouse_id, variant_id")
    return f"SELECT {place}, {shown} FROM {table}"


_SUMS = f"""
SELECT warehouse_id, variant_id, {", ".join(f"SUM({name}) AS {name}" for name in _COLUMNS)}
FROM (
  {_entries("stock_level", on_hand="on_hand", reserved="reserved", incoming="incoming", in_transit="in_transit")}
  UNION ALL {
    _entries(
        "stock_movement",
        moved_on_hand="on_hand_change",
        moved_reserved="reserved_change",
        moved_incoming="incoming_change",
        moved_in_transit="in_transit_change",
    )
}
  UNION ALL {_entries("reservation WHERE state = 'HELD' AND bundle_id IS NULL", held="quantity")}
  UNION ALL {
    _entries(
        "reservation r JOIN bundle_part p ON p.bundle_id = r.bundle_id WHERE r.state = 'HELD'",
        place="r.warehouse_id, p.variant_id",
        held="r.quantity * p.quantity",
    )
}
  UNION ALL {
    _entries(
        "expected_delivery WHERE units > received + called_off",
        expected="units - received - called_off",
    )
}
  UNION ALL {
    _entries(
        "stock_transfer_line l JOIN stock_transfer t ON t.id = l.transfer_id",
        place="t.target_id, l.variant_id",
        sent="l.units - l.received - l.missing",
    )
}
) AS entries
GROUP BY warehouse_id, variant_id
HAVING SUM(on_hand) <> SUM(moved_on_hand)
    OR SUM(reserved) <> SUM(moved_reserved) OR SUM(reserved) <> SUM(held)
    OR SUM(incoming) <> SUM(moved_incoming) OR SUM(incoming) <> SUM(expected)
    OR SUM(in_transit) <> SUM(moved_in_transit) OR SUM(in_transit) <> SUM(sent)
"""


async def broken_sums() -> list[Broken]:
    """Places where these disagree; there are none. One statement, one moment."""
    rows = await connection().execute_query_dict(_SUMS)
    return [
        Broken(
            UUID(str(row["warehouse_id"])),
            UUID(str(row["variant_id"])),
            *(int(row[column]) for column in _COLUMNS),
        )
        for row in rows
    ]
