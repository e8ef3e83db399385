import pytest

from domain.access import Viewer
from domain.fulfillment import labeling, manifests, packing
from domain.market import Market
from kit.errors import Refusals, Refused
from kit.ids import token
from models.fulfillment import BookingState, CarrierBooking, CarrierCode, Parcel, ParcelLine, SimulatedParcel
from models.orders import Order, OrderState, ReviewState
from models.outbox import Event
from models.warehouse import Manifest, ManifestState, Package, PackageState, Wave, WaveState
from tests.api import Api
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.fulfillment import Unreliable, later, lines_of, make_paid, public, run, with_carrier
from tests.factories.inventory import counts
from tests.factories.warehouse import house, make_labeled, make_picked, make_wave, pack, scan, tasks_of

CLOSE = """mutation ($input: ManifestCloseInput!) {
  manifestClose(input: $input) {
    manifest { state packages { state waybill parcel { waybill lines { quantity } order { state } } } }
    userErrors { code path }
  }
}"""


async def make_manifest(picker: Viewer, carrier: CarrierCode = CarrierCode.SIMULATOR) -> Manifest:
    return await manifests.create(picker, (await house()).id, carrier, key=token())


async def test_a_label_is_booked_once_however_often_it_is_asked_for(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    await make_picked(picker)
    [package] = await pack(picker, order)
    carrier = Unreliable(market)
    at_work = with_carrier(picker, carrier)
    first = await labeling.book(at_work, package.id, carrier=CarrierCode.SIMULATOR)
    again = await labeling.book(at_work, package.id, carrier=CarrierCode.SIMULATOR)
    assert (first.state, first.waybill) == (PackageState.LABELED, again.waybill)
    assert carrier.booked == [(first.waybill, 1000)]
    with pytest.raises(Refused, match="PACKAGE_LABELED"):
        await labeling.book(picker, package.id, carrier=CarrierCode.SF_EXPRESS, waybill="SF1234567890")


async def test_a_label_that_was_booked_before_a_crash_is_the_one_that_is_kept(
    market: Market, customer: Viewer, picker: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await make_paid(customer)
    await make_picked(picker)
    [package] = await pack(picker, order)
    carrier = Unreliable(market)
    at_work = with_carrier(picker, carrier)

    async def power_cut(*_: object) -> None:
        raise ConnectionError("the lights went out")

    with monkeypatch.context() as dark:
        dark.setattr("domain.fulfillment.labeling._keep", power_cut)
        with pytest.raises(ConnectionError):
            await labeling.book(at_work, package.id, carrier=CarrierCode.SIMULATOR)
    assert (await Package.get(id=package.id)).state == PackageState.PACKED
    labeled = await labeling.book(at_work, package.id, carrier=CarrierCode.SIMULATOR)
    assert [waybill for waybill, _ in carrier.booked] == [labeled.waybill]
    assert await SimulatedParcel.all().count() == 1


async def test_the_label_of_a_package_that_is_opened_again_goes_back_to_its_carrier(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    [package] = await make_labeled(picker, [order])
    booking = await CarrierBooking.get(id=package.booking_id)
    assert (booking.state, booking.waybill) == (BookingState.USED, package.waybill)
    await packing.unpack(picker, package.id)
    await run(market)
    assert (await CarrierBooking.get(id=booking.id)).state == BookingState.VOIDED
    [again] = await pack(picker, order)
    labeled = await labeling.book(picker, again.id, carrier=CarrierCode.SIMULATOR)
    assert labeled.waybill not in (None, package.waybill)


async def test_a_carrier_that_does_not_answer_leaves_the_package_unlabeled(
    market: Market, customer: Viewer, picker: Viewer
) -> None:
    order = await make_paid(customer)
    await make_picked(picker)
    [package] = await pack(picker, order)
    carrier = Unreliable(market)
    carrier.is_down = True
    with pytest.raises(Refused, match="CARRIER_UNAVAILABLE"):
        await labeling.book(with_carrier(picker, carrier), package.id, carrier=CarrierCode.SIMULATOR)
    assert (await Package.get(id=package.id)).state == PackageState.PACKED


async def test_closing_a_manifest_ships_all_its_packages_at_once(
    api: Api, market: Market, customer: Viewer, other_customer: Viewer, picker: Viewer
) -> None:
    tea = await make_product(slug="tea", stock={"SH": 10})
    ice = await make_product(slug="ice", stock={"SH": 10}, cold_chain=True)
    first, second = await make_paid(customer, {tea: 2, ice: 1}), await make_paid(other_customer, {tea: 3})
    packages = await make_labeled(picker, [first, second])
    manifest = await make_manifest(picker)
    for package in packages:
        for code in (package.waybill or "", package.number):  # scanned twice, by either label
            await manifests.add(picker, manifest.id, scan=code.lower())
    asked = {"manifestId": public("Manifest", manifest.id), "idempotencyKey": "close"}
    payload = (await api(CLOSE, as_=picker, input=asked))["manifestClose"]

    assert payload["userErrors"] == []
    assert payload["manifest"]["state"] == "CLOSED"
    assert len(payload["manifest"]["packages"]) == 3
    for package in payload["manifest"]["packages"]:
        assert package["state"] == "HANDED_OVER"
        assert package["parcel"]["waybill"] == package["waybill"]
        assert package["parcel"]["order"]["state"] == "SHIPPED"
    assert await counts(await variant_of(tea)) == (5, 0)
    assert await counts(await variant_of(ice)) == (9, 0)
    assert [(await Order.get(id=order.id)).packed for order in (first, second)] == [0, 0]
    assert [line.shipped for line in await lines_of(first)] == [2, 1]
    assert (await Wave.get()).state == WaveState.DONE
    assert {parcel.shipment_id for parcel in await Parcel.all()} == {manifest.id}
    kinds = [event.kind for event in await Event.filter(stream_id=first.id).order_by("sequence")]
    assert kinds[-3:] == ["parcel.shipped", "parcel.shipped", "order.shipped"]

    assert (await api(CLOSE, as_=picker, input=asked))["manifestClose"] == payload
    assert (await manifests.close(picker, manifest.id, key="again")).state == ManifestState.CLOSED
    assert await Parcel.all().count() == 3
    await later(market, hours=1)
    assert (await Order.get(id=second.id)).state == OrderState.DELIVERED


async def test_a_part_of_an_order_leaves_and_the_rest_stays_open(customer: Viewer, picker: Viewer) -> None:
    order = await make_paid(customer, {await make_product(): 3})
    wave = await make_wave(picker)
    await scan(picker, (await tasks_of(wave))[0], 2)
    [package] = await pack(picker, order)
    await labeling.book(picker, package.id, carrier=CarrierCode.SIMULATOR)
    manifest = await make_manifest(picker)
    await manifests.add(picker, manifest.id, scan=package.number)
    await manifests.close(picker, manifest.id, key="close")
    assert (await Order.get(id=order.id)).state == OrderState.PARTIALLY_SHIPPED
    assert [part.quantity for part in await ParcelLine.all()] == [2]
    assert (await Wave.get(id=wave.id)).state == WaveState.PICKING
    await scan(picker, (await tasks_of(wave))[0])
    assert len(await pack(picker, order)) == 1


async def test_only_labeled_packages_of_the_same_carrier_and_warehouse_go_onto_a_manifest(
    customer: Viewer, other_customer: Viewer, picker: Viewer
) -> None:
    first, second = await make_paid(customer), await make_paid(other_customer)
    await make_picked(picker)
    [bare], [by_sf] = await pack(picker, first), await pack(picker, second)
    await labeling.book(picker, by_sf.id, carrier=CarrierCode.SF_EXPRESS, waybill="SF1234567890")
    manifest = await make_manifest(picker)
    await make_warehouse("HZ")
    elsewhere = await manifests.create(picker, (await house("HZ")).id, CarrierCode.SIMULATOR, key="hz")
    for place, code, refusal in (
        (manifest, bare.number, "NOT_LABELED"),
        (manifest, by_sf.number, "OTHER_CARRIER"),
        (manifest, "B0000000", "NOT_FOUND"),
        (elsewhere, bare.number, "NOT_FOUND"),
    ):
        with pytest.raises(Refused, match=refusal):
            await manifests.add(picker, place.id, scan=code)
    assert await Package.filter(manifest_id__isnull=False).count() == 0
    with pytest.raises(Refused, match="MANIFEST_EMPTY"):
        await manifests.close(picker, manifest.id, key="close")


async def test_a_package_is_on_one_list_and_can_be_taken_off(customer: Viewer, picker: Viewer) -> None:
    [package] = await make_labeled(picker, [await make_paid(customer)])
    one, two = await make_manifest(picker), await make_manifest(picker)
    await manifests.add(picker, one.id, scan=package.number)
    with pytest.raises(Refused, match="ON_OTHER_MANIFEST"):
        await manifests.add(picker, two.id, scan=package.number)
    await manifests.remove(picker, one.id, scan=package.number)
    await manifests.add(picker, two.id, scan=package.number)
    await manifests.close(picker, two.id, key="close")
    with pytest.raises(Refused, match="PACKAGE_GONE"):
        await packing.unpack(picker, package.id)
    with pytest.raises(Refused, match="MANIFEST_CLOSED"):
        await manifests.remove(picker, two.id, scan=package.number)


async def test_a_package_that_is_unpacked_leaves_its_list(customer: Viewer, picker: Viewer) -> None:
    [package] = await make_labeled(picker, [await make_paid(customer)])
    manifest = await make_manifest(picker)
    await manifests.add(picker, manifest.id, scan=package.number)
    await packing.unpack(picker, package.id)
    with pytest.raises(Refused, match="MANIFEST_EMPTY"):
        await manifests.close(picker, manifest.id, key="close")


async def test_one_order_that_may_not_go_keeps_the_whole_list_back(
    customer: Viewer, other_customer: Viewer, picker: Viewer
) -> None:
    first, second = await make_paid(customer), await make_paid(other_customer)
    manifest_packages = await make_labeled(picker, [first, second])
    manifest = await make_manifest(picker)
    for package in manifest_packages:
        await manifests.add(picker, manifest.id, scan=package.number)
    await Order.filter(id=second.id).update(review=ReviewState.PENDING)
    with pytest.raises((Refused, Refusals), match="ORDER_IN_REVIEW"):
        await manifests.close(picker, manifest.id, key="close")
    assert await Parcel.all().count() == 0
    assert (await Manifest.get(id=manifest.id)).state == ManifestState.OPEN
    assert {package.state for package in await Package.all()} == {PackageState.LABELED}


async def test_customers_do_not_hand_over(customer: Viewer, picker: Viewer) -> None:
    [package] = await make_labeled(picker, [await make_paid(customer)])
    manifest = await make_manifest(picker)
    for call in (
        manifests.create(customer, manifest.warehouse_id, CarrierCode.SIMULATOR, key="a"),
        manifests.add(customer, manifest.id, scan=package.number),
        manifests.close(customer, manifest.id, key="b"),
        labeling.book(customer, package.id, carrier=CarrierCode.SIMULATOR),
    ):
        with pytest.raises(Refused, match="FORBIDDEN"):
            await call
    assert await Parcel.all().count() == 0
