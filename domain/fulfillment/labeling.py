"""The label on a packed package: its carrier is asked once however often the printer jams."""

import hashlib
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.access import Permission, Viewer
from domain.fulfillment import bookings, packing
from domain.fulfillment.carriers import Label, clean_waybill, from_warehouse, label, to_customer
from domain.fulfillment.visible import visible_packages
from domain.orders.visible import visible as visible_orders
from kit.errors import Refusals, Refused
from models.fulfillment import CarrierCode, Parcel
from models.inventory import Warehouse
from models.warehouse import Package, PackageState


async def book(viewer: Viewer, package_id: UUID, *, carrier: CarrierCode, waybill: str | None = None) -> Package:
    """Have a carrier accept a packed package and keep the waybill. A labeled one keeps the label that it has.

    The carrier is asked before anything is written, under a key that the package itself gives: after a crash between
    the two, the same call gets the same label.
    """
    viewer.require(Permission.SHIP)
    package = await visible_packages(viewer).get_or_none(id=package_id)
    if package is None:
        raise Refused("NOT_FOUND", path=("packageId",), what="package")
    if package.state == PackageState.LABELED:
        return _as_asked(package, carrier, waybill)
    if package.state != PackageState.PACKED:
        raise Refused("PACKAGE_CLOSED", path=("packageId",), state=package.state.value)
    waybill = clean_waybill(waybill)
    if waybill is not None and await Parcel.exists(carrier=carrier, waybill=waybill):
        raise Refused("WAYBILL_TAKEN", path=("waybill",))
    given = await _ask(viewer, package, carrier, waybill)
    try:
        return await _keep(viewer, package_id, carrier, given)
    except (Refused, Refusals):
        await _give_back(viewer, given)
        raise
    except IntegrityError:
        await _give_back(viewer, given)
        raise Refused("WAYBILL_TAKEN", path=("waybill",)) from None


async def _give_back(viewer: Viewer, given: Label) -> None:
    """The package was opened or labeled otherwise meanwhile: nobody is to pay for a label that nobody uses."""
    if given.booking_id is not None:
        async with viewer.market.change():
            await bookings.let_go([given.booking_id])


def _as_asked(package: Package, carrier: CarrierCode, waybill: str | None) -> Package:
    """A label that is there already, unless another one was asked for: then the package is unpacked first."""
    if package.carrier != carrier or (waybill and clean_waybill(waybill) != package.waybill):
        raise Refused("PACKAGE_LABELED", path=("packageId",), waybill=package.waybill)
    return package


async def _ask(viewer: Viewer, package: Package, carrier: CarrierCode, waybill: str | None) -> Label:
    order = await visible_orders(viewer).get(id=package.order_id)
    house = await Warehouse.get(id=package.warehouse_id)
    return await label(
        viewer,
        carrier,
        request_key=request_key(package.id, carrier),
        waybill=waybill,
        sender=from_warehouse(viewer, house),
        receiver=to_customer(order),
        weight_grams=package.weight_grams,
        order_id=order.id,
    )


def request_key(package_id: UUID, carrier: CarrierCode) -> str:
    """Names the booking of a package at its carrier, the same for every try and every member of staff."""
    return hashlib.sha256(f"package/{package_id}/{carrier.value}".encode()).hexdigest()


async def _keep(viewer: Viewer, package_id: UUID, carrier: CarrierCode, given: Label) -> Package:
    async with viewer.market.change():
        _, package = await packing.locked(viewer, package_id)
        if package.state == PackageState.LABELED:
            return _as_asked(package, carrier, given.waybill)
        packing.enter(package, PackageState.LABELED)
        if given.booking_id is not None:
            await bookings.use(given.booking_id)
        package.booking_id = given.booking_id
        package.carrier, package.waybill, package.estimated_at = carrier, given.waybill, given.estimated_at
        await package.save(update_fields=["state", "carrier", "waybill", "estimated_at", "booking_id"])
        return package
