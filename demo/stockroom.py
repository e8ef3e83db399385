"""Behind the shelves of the demo market: a hamper, and deliveries, transfers and stocktakes in every state."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from domain.access import Viewer
from domain.inventory import bundles, incoming, stock, stocktaking, transfers
from domain.inventory.bundles import Part
from domain.inventory.transfers import Units
from kit import clock
from models.catalog import Variant
from models.inventory import AdjustmentReason, CarrierTariff, StockLevel, TariffZone, Warehouse

HAMPER = "GIFT-ORCHARD-HAMPER"
IN_THE_HAMPER = (("APL-FUJI-1KG", 2), ("PER-AUTUMN-MOON-4PK", 1), ("MAN-SUGAR-1500G", 1))

# Carrier | zone | first fee, fee of each further kilogram, fen.
CARRIER_TARIFFS = (
    ("sf", TariffZone.LOCAL, 1300, 200),
    ("sf", TariffZone.REGIONAL, 1800, 500),
    ("sf", TariffZone.NATIONAL, 2300, 900),
    ("sf", TariffZone.REMOTE, 2600, 1800),
    ("zto", TariffZone.LOCAL, 700, 150),
    ("zto", TariffZone.REGIONAL, 900, 300),
    ("zto", TariffZone.NATIONAL, 1200, 600),
    ("zto", TariffZone.REMOTE, 2200, 1500),
)


def carrier_tariffs() -> list[CarrierTariff]:
    """What carriers take of the shop, which allocation compares."""
    return [
        CarrierTariff(carrier=carrier, zone=zone, first_fee=first, step_fee=step)
        for carrier, zone, first, step in CARRIER_TARIFFS
    ]


async def put_together(clerk: Viewer) -> None:
    """The hamper is sold as one line and lies on the shelves as fruit."""
    rows = {row.sku: row for row in await Variant.filter(sku__in=[HAMPER, *(sku for sku, _ in IN_THE_HAMPER)])}
    await bundles.set_parts(clerk, rows[HAMPER].id, [Part(rows[sku].id, units) for sku, units in IN_THE_HAMPER])


async def arrange(clerk: Viewer) -> None:
    """What goes on in the stockroom today."""
    houses = {row.code: row for row in await Warehouse.all()}
    plenty = await _well_stocked(houses["SH"])
    empty = await StockLevel.filter(on_hand=0, warehouse_id=houses["SH"].id).order_by("variant_id").limit(2)
    await _deliveries(clerk, houses, [level.variant_id for level in empty], [one.variant_id for one in plenty])
    await _transfers(clerk, houses, plenty)
    await _stocktakes(clerk, houses, plenty)
    broken = plenty[6]
    await stock.adjust(
        clerk,
        variant_id=broken.variant_id,
        warehouse_id=broken.warehouse_id,
        change=-2,
        cause=AdjustmentReason.DAMAGED,
        reason="dropped from the ladder",
    )


async def _well_stocked(house: Warehouse) -> list[StockLevel]:
    levels = await StockLevel.filter(warehouse_id=house.id, on_hand__gt=100).order_by("variant_id").limit(40)
    return [level for level in levels if level.available > 50][:10]


async def _deliveries(
    clerk: Viewer, houses: Mapping[str, Warehouse], empty: Sequence[UUID], plenty: Sequence[UUID]
) -> None:
    """One is awaited for what is sold out, one is half here, one has come, one was called off."""
    today, house = clock.now().date(), houses["SH"].id
    made = []
    for place, variant_id in enumerate([*empty, *plenty[:3]]):
        made.append(
            await incoming.expect(
                clerk,
                variant_id=variant_id,
                warehouse_id=house,
                units=60,
                expected_on=today + timedelta(days=1 + place),
                note=f"PO-{2601 + place}",
            )
        )
    await incoming.receive(clerk, made[-3].id, units=25)
    await incoming.receive(clerk, made[-2].id, units=60)
    await incoming.call_off(clerk, made[-1].id)


async def _transfers(clerk: Viewer, houses: Mapping[str, Warehouse], plenty: Sequence[StockLevel]) -> None:
    """One arrived with a unit missing, one is on the road."""
    ends = {"source_id": houses["SH"].id, "target_id": houses["CD"].id}
    arrived = await transfers.send(clerk, **ends, lines=[Units(plenty[3].variant_id, 12)], note="weekly truck")
    await transfers.receive(clerk, arrived.id, arrived={plenty[3].variant_id: 11})
    lines = [Units(level.variant_id, 10) for level in plenty[4:6]]
    await transfers.send(clerk, **ends, lines=lines, note="weekly truck")


async def _stocktakes(clerk: Viewer, houses: Mapping[str, Warehouse], plenty: Sequence[StockLevel]) -> None:
    """One was applied, one was given up, one is open."""
    for place, level in enumerate(plenty[7:10]):
        fresh = await StockLevel.get(id=level.id)
        taken = await stocktaking.start(clerk, houses["SH"].id, note=f"aisle {place + 1}")
        await stocktaking.count(clerk, taken.id, [Units(level.variant_id, fresh.on_hand + 1 - place)])
        if place == 0:
            await stocktaking.apply(clerk, taken.id)
        elif place == 1:
            await stocktaking.cancel(clerk, taken.id)
