"""What carriers take for a parcel by weight and zone: what allocation compares, not what customers pay."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.inventory.places import Region, zone
from kit.errors import Refused, refuse_all
from kit.money import LARGEST_AMOUNT
from models.database import transaction
from models.inventory import CarrierTariff, TariffZone, Warehouse

EVERYWHERE = "*"  # the province of a tariff that holds for all that have none of their own
HEAVIEST_GRAMS = 1_000_000


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All tariffs by zone and province."""

    rows: Mapping[tuple[TariffZone, str], Sequence[CarrierTariff]]

    def from_warehouse(self, warehouse: Warehouse, to: Region, *, km: int | None) -> Callable[[int], int | None]:
        """The fee of the cheapest carrier from there by weight; None where no tariff covers the way."""
        way = zone(warehouse, to, km=km)
        by_carrier = {row.carrier: row for row in self.rows.get((way, EVERYWHERE), ())}
        by_carrier |= {row.carrier: row for row in self.rows.get((way, to.province), ())}

        def cheapest(grams: int) -> int | None:
            return min((fee(row, grams) for row in by_carrier.values()), default=None)

        return cheapest


def fee(tariff: CarrierTariff, grams: int) -> int:
    """The first weight, then each started step; minor units."""
    steps = -(-max(0, grams - tariff.first_grams) // tariff.step_grams)
    total: int = tariff.first_fee + steps * tariff.step_fee
    return total


async def all_tariffs() -> Tariffs:
    """One statement."""
    rows: dict[tuple[TariffZone, str], list[CarrierTariff]] = {}
    for row in await CarrierTariff.all():
        rows.setdefault((row.zone, row.province), []).append(row)
    return Tariffs(rows)


def visible_tariffs(viewer: Viewer) -> QuerySet[CarrierTariff]:
    """For those who see stock."""
    return CarrierTariff.all() if viewer.may(Permission.SEE_STOCK) else CarrierTariff.filter(id__in=[])


async def set_tariff(
    viewer: Viewer,
    *,
    carrier: str,
    zone: TariffZone,
    province: str = EVERYWHERE,
    first_grams: int,
    first_fee: int,
    step_grams: int,
    step_fee: int,
) -> CarrierTariff:
    """Write down what a carrier takes in a zone, for one province or for all that have no tariff of their own."""
    viewer.require(Permission.EDIT_STOCK)
    bounds = {
        "firstGrams": (first_grams, 0, HEAVIEST_GRAMS),
        "firstFeeMinorUnits": (first_fee, 0, LARGEST_AMOUNT),
        "stepGrams": (step_grams, 1, HEAVIEST_GRAMS),
        "stepFeeMinorUnits": (step_fee, 0, LARGEST_AMOUNT),
    }
    refuse_all(
        [
            Refused("OUT_OF_RANGE", path=(name,), minimum=least, maximum=most)
            for name, (value, least, most) in bounds.items()
            if not least <= value <= most
        ]
    )
    figures = {"first_grams": first_grams, "first_fee": first_fee, "step_grams": step_grams, "step_fee": step_fee}
    async with transaction():
        await CarrierTariff.bulk_create(
            [CarrierTariff(carrier=carrier, zone=zone, province=province, **figures)],
            on_conflict=["carrier", "zone", "province"],
            update_fields=list(figures),
        )
        return await CarrierTariff.get(carrier=carrier, zone=zone, province=province)


async def remove_tariff(viewer: Viewer, tariff_id: UUID) -> None:
    """Take a tariff away; one that is not there stays away."""
    viewer.require(Permission.EDIT_STOCK)
    await CarrierTariff.filter(id=tariff_id).delete()
