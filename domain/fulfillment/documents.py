"""Documents of the warehouse behind addresses that hold for some minutes, drawn when they are fetched."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

from domain.access import Permission, Viewer, system
from domain.fulfillment import papers, parts
from domain.fulfillment.papers import Contents
from domain.fulfillment.visible import visible_manifests, visible_packages, visible_waves
from domain.market import Market
from kit import clock, crypto
from kit.errors import Refused
from models.catalog import Variant
from models.fulfillment import CarrierBooking
from models.inventory import Warehouse
from models.orders import Order, OrderLine
from models.warehouse import Manifest, Package, PackageLine, PackageState, PickTask, TaskState, Wave

PURPOSE = "warehouse documents"
MEDIA_TYPE = "application/pdf"


class DocumentKind(StrEnum):
    """What can be printed."""

    LABEL = "LABEL"
    PACKING_SLIP = "PACKING_SLIP"
    RETURN_SHEET = "RETURN_SHEET"
    PICK_LIST = "PICK_LIST"
    MANIFEST = "MANIFEST"


OF_PACKAGES = (DocumentKind.LABEL, DocumentKind.PACKING_SLIP, DocumentKind.RETURN_SHEET)


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be printed."""

    file_name: str
    body: bytes


async def grant(viewer: Viewer, kind: DocumentKind, subject_id: UUID) -> tuple[str, datetime]:
    """A token for fetching a document, and until when it holds. Whoever has it may fetch, so it is for staff alone."""
    viewer.require(Permission.SHIP)
    await _check(viewer, kind, subject_id)
    until = clock.machine() + timedelta(minutes=viewer.market.policy.export_minutes)
    claims = json.dumps([kind.value, str(subject_id), viewer.locale, int(until.timestamp())]).encode()
    body = crypto.encode_bytes(claims)
    return f"{body}.{crypto.sign(_secret(viewer.market), body.encode())}", until


async def _check(viewer: Viewer, kind: DocumentKind, subject_id: UUID) -> None:
    if kind == DocumentKind.PICK_LIST:
        exists = await visible_waves(viewer).filter(id=subject_id).exists()
    elif kind == DocumentKind.MANIFEST:
        exists = await visible_manifests(viewer).filter(id=subject_id).exists()
    else:
        package = await visible_packages(viewer).get_or_none(id=subject_id)
        exists = package is not None
        if package is not None and kind == DocumentKind.LABEL and package.waybill is None:
            raise Refused("NOT_LABELED", path=("id",), state=package.state.value)
    if not exists:
        raise Refused("NOT_FOUND", path=("id",), what="document")


async def redeem(market: Market, token: str) -> Document | None:
    """The document that a token was given for; None when it was not given by us or has run out."""
    body, _, signature = token.partition(".")
    if not crypto.same(signature, crypto.sign(_secret(market), body.encode())):
        return None
    kind, subject, locale, until = json.loads(crypto.decode_bytes(body))
    if clock.machine().timestamp() >= until:
        return None
    return await draw(market, DocumentKind(kind), UUID(subject), locale=locale)


def _secret(market: Market) -> str:
    return crypto.derive(market.policy.keys[0], PURPOSE).hex()


async def draw(market: Market, kind: DocumentKind, subject_id: UUID, *, locale: str) -> Document:
    """The document as it is now. Drawn in a thread of its own: it takes some tenths of a second."""
    if kind == DocumentKind.PICK_LIST:
        number, paint = await _of_wave(market, subject_id, locale)
    elif kind == DocumentKind.MANIFEST:
        number, paint = await _of_manifest(market, subject_id, locale)
    else:
        number, paint = await _of_package(market, kind, subject_id)
    return Document(f"{kind.value.lower().replace('_', '-')}-{number}.pdf", await asyncio.to_thread(paint))


Paint = partial[bytes]


async def _of_package(market: Market, kind: DocumentKind, package_id: UUID) -> tuple[str, Paint]:
    """Papers that travel with a package are in its buyer's language."""
    contents = await _contents(market, package_id)
    locale, number = contents.order.locale, contents.package.number
    if kind == DocumentKind.LABEL:
        return number, partial(papers.label, contents)
    if kind == DocumentKind.PACKING_SLIP:
        return number, partial(papers.packing_slip, contents, locale=locale)
    return number, partial(papers.return_sheet, contents, locale=locale, days=market.policy.after_sales_days)


async def _contents(market: Market, package_id: UUID) -> Contents:
    package = await visible_packages(system(market)).get(id=package_id)
    order = await Order.get(id=package.order_id)
    siblings = Package.filter(order_id=order.id).exclude(state=PackageState.UNPACKED).order_by("id")
    all_keys = [UUID(str(key)) for key in await siblings.values_list("id", flat=True)]
    parts: dict[UUID, int] = {}
    for part in await PackageLine.filter(package_id=package.id):
        parts[part.order_line_id] = parts.get(part.order_line_id, 0) + part.quantity
    lines = await OrderLine.filter(id__in=list(parts)).order_by("position")
    booking = await CarrierBooking.get_or_none(id=package.booking_id) if package.booking_id else None
    return Contents(
        order=order,
        package=package,
        house=await Warehouse.get(id=package.warehouse_id),
        goods=[(line, parts[line.id]) for line in lines],
        number=all_keys.index(package.id) + 1 if package.id in all_keys else 1,
        count=max(len(all_keys), 1),
        marks=tuple(booking.marks.values()) if booking else (),
    )


async def _of_manifest(market: Market, manifest_id: UUID, locale: str) -> tuple[str, Paint]:
    manifest: Manifest = await visible_manifests(system(market)).get(id=manifest_id)
    house = await Warehouse.get(id=manifest.warehouse_id)
    packages = await Package.filter(manifest_id=manifest.id).order_by("number").select_related("order")
    listed = [(package, package.order.number) for package in packages]
    return manifest.number, partial(papers.manifest_sheet, manifest, house, listed, locale=locale)


async def _of_wave(market: Market, wave_id: UUID, locale: str) -> tuple[str, Paint]:
    wave: Wave = await visible_waves(system(market)).get(id=wave_id)
    house = await Warehouse.get(id=wave.warehouse_id)
    tasks = await PickTask.filter(wave_id=wave.id).exclude(state=TaskState.CANCELED)
    stops = parts.walk(tasks, await parts.by_task([task.id for task in tasks]))
    names = {
        line.variant_id: (papers.name_of(line, locale), line.sku or "")
        for line in await OrderLine.filter(id__in=[task.order_line_id for task in tasks])
    }
    in_bundles = Variant.filter(id__in=[stop.variant_id for stop in stops if stop.variant_id not in names])
    for variant in await in_bundles.select_related("product"):
        names[variant.id] = (papers.name_of(variant, locale), variant.sku or "")
    return wave.number, partial(papers.pick_list, wave, house, stops, names, locale=locale)
