"""What an explorer may have the carrier simulator do with a parcel. Demo mode only."""

from uuid import UUID

from adapters.carriers.simulator import CarrierSimulator
from domain.access import Permission, Viewer
from domain.fulfillment.carriers import connected
from domain.fulfillment.visible import visible
from kit import clock
from kit.errors import Refused
from models.fulfillment import CarrierFault, Parcel


async def simulate(viewer: Viewer, parcel_id: UUID, fault: CarrierFault, *, reports: bool = False) -> Parcel:
    """Let `fault` happen to a parcel at the carrier; the market learns of it by asking, or by being told."""
    if not viewer.market.policy.demo:
        raise Refused("DEMO_ONLY")
    viewer.require(Permission.SEE_ORDERS)
    parcel = await visible(viewer).filter(id=parcel_id).first()
    if parcel is None:
        raise Refused("NOT_FOUND", path=("parcelId",), what="parcel")
    carrier = connected(viewer, parcel.carrier)
    if not isinstance(carrier, CarrierSimulator):
        raise Refused("NOT_SIMULATED", path=("parcelId",))
    try:
        await carrier.let(parcel.waybill, fault, now=clock.now(), reports=reports)
    except LookupError:
        raise Refused("NOT_SIMULATED", path=("parcelId",)) from None
    await viewer.market.bus.wake()
    return parcel
