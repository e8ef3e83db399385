"""Which goods share a package: cold ones apart, fragile ones apart and padded, none too heavy to lift. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.warehouse import PackageKind

ORDER = (PackageKind.COLD, PackageKind.FRAGILE, PackageKind.AMBIENT)  # as they are packed


@dataclass(frozen=True, slots=True)
class Goods:
    """Picked units of one pick task, with what packing must know of them."""

    task_id: UUID
    quantity: int
    weight_grams: int
    is_cold: bool
    is_fragile: bool

    @property
    def kind(self) -> PackageKind:
        """Cold goods stay cold even when they are fragile."""
        if self.is_cold:
            return PackageKind.COLD
        return PackageKind.FRAGILE if self.is_fragile else PackageKind.AMBIENT


@dataclass(frozen=True, slots=True)
class Box:
    """A package as proposed: units by pick task."""

    kind: PackageKind
    is_fragile: bool
    weight_grams: int
    units: tuple[tuple[UUID, int], ...]


def proposed(goods: Sequence[Goods], *, most_grams: int) -> list[Box]:
    """Packages for all units, in a few boxes of each kind.

    Heavier units go first, each into the first box that still bears it; a unit that is too heavy for any box gets one
    of its own.
    """
    boxes: list[Box] = []
    for kind in ORDER:
        fitting = [one for one in goods if one.kind == kind and one.quantity > 0]
        boxes += _filled(kind, sorted(fitting, key=lambda one: -one.weight_grams), most_grams)
    return boxes


def _filled(kind: PackageKind, goods: Sequence[Goods], most_grams: int) -> list[Box]:
    open_boxes: list[dict[UUID, int]] = []
    weights: list[int] = []
    fragile: list[bool] = []
    for one in goods:
        left = one.quantity
        place = 0
        while left:
            if place == len(open_boxes):
                open_boxes.append({})
                weights.append(0)
                fragile.append(False)
            fits = left if not one.weight_grams else (most_grams - weights[place]) // one.weight_grams
            units = min(left, max(fits, 0 if open_boxes[place] else 1))
            if units:
                open_boxes[place][one.task_id] = open_boxes[place].get(one.task_id, 0) + units
                weights[place] += units * one.weight_grams
                fragile[place] = fragile[place] or one.is_fragile
                left -= units
            place += 1
    return [
        Box(kind, is_fragile, weight, tuple(units.items()))
        for units, weight, is_fragile in zip(open_boxes, weights, fragile, strict=True)
    ]


def fits(kind: PackageKind, goods: Goods) -> bool:
    """Whether goods may lie in a package of this kind. Sturdy goods may share padding; nothing warm lies with cold."""
    if goods.is_cold or kind == PackageKind.COLD:
        return goods.is_cold and kind == PackageKind.COLD
    return kind == PackageKind.FRAGILE or not goods.is_fragile
