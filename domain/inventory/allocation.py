"""Which warehouse gives what: in as few parcels as can be, the nearest first. Pure."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from uuid import UUID

Place = tuple[UUID, UUID]  # warehouse, variant

MOST_PARCELS_COMPARED = 3  # beyond three parcels one more hardly differs, and the combinations grow fast


def allocate(wanted: Mapping[UUID, int], free: Mapping[Place, int], ranked: Sequence[UUID]) -> dict[Place, int]:
    """Units of each wanted variant by warehouse. `ranked` names the warehouses, the one to prefer first.

    The smallest group of warehouses that has everything serves; of two such groups the one that ranks first. The caller
    has made sure that all of them together have enough.
    """
    useful = [warehouse for warehouse in ranked if any(free.get((warehouse, variant), 0) > 0 for variant in wanted)]
    for size in range(1, min(MOST_PARCELS_COMPARED, len(useful)) + 1):
        for chosen in combinations(useful, size):
            if _has_all(chosen, wanted, free):
                return _take(chosen, wanted, free)
    return _take(useful, wanted, free)


def _has_all(chosen: Sequence[UUID], wanted: Mapping[UUID, int], free: Mapping[Place, int]) -> bool:
    return all(
        sum(free.get((warehouse, variant), 0) for warehouse in chosen) >= units for variant, units in wanted.items()
    )


def _take(chosen: Sequence[UUID], wanted: Mapping[UUID, int], free: Mapping[Place, int]) -> dict[Place, int]:
    shares: dict[Place, int] = {}
    for variant, units in wanted.items():
        for warehouse in chosen:
            part = min(units, free.get((warehouse, variant), 0))
            if part > 0:
                shares[warehouse, variant] = part
                units -= part
    return shares
