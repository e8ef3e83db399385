"""Where a warehouse keeps what, and the code that a scanner reads on it."""

from uuid import UUID

from domain.access import Permission, Viewer
from kit.errors import Refused, refuse_all
from kit.validate import clean_text
from models.catalog import Variant
from models.database import persistent
from models.inventory import Warehouse
from models.warehouse import StorageBin

LONGEST_ZONE, LONGEST_BIN = 10, 20  # characters
SHORTEST_CODE, LONGEST_CODE = 4, 60
EAN_DIGITS = 13


@persistent
async def put(
    viewer: Viewer, *, warehouse_id: UUID, variant_id: UUID, zone: str, code: str, barcode: str | None = None
) -> StorageBin:
    """Say where a warehouse keeps a variant, and what its label reads. Saying it again changes nothing."""
    viewer.require(Permission.EDIT_STOCK)
    zone = clean_text(zone.upper(), path=("zone",), minimum=1, maximum=LONGEST_ZONE)
    code = clean_text(code.upper(), path=("bin",), minimum=1, maximum=LONGEST_BIN)
    barcode = None if barcode is None else clean_barcode(barcode)
    async with viewer.market.change():
        await _check(warehouse_id, variant_id)
        await StorageBin.bulk_create(
            [StorageBin(warehouse_id=warehouse_id, variant_id=variant_id, zone=zone, code=code)],
            on_conflict=["warehouse_id", "variant_id"],
            update_fields=["zone", "code"],
        )
        if barcode is not None:
            await _label(variant_id, barcode)
        return await StorageBin.get(warehouse_id=warehouse_id, variant_id=variant_id)


async def _check(warehouse_id: UUID, variant_id: UUID) -> None:
    problems = []
    if not await Warehouse.exists(id=warehouse_id):
        problems.append(Refused("NOT_FOUND", path=("warehouseId",), what="warehouse"))
    if not await Variant.exists(id=variant_id):
        problems.append(Refused("NOT_FOUND", path=("variantId",), what="variant"))
    refuse_all(problems)


async def _label(variant_id: UUID, barcode: str) -> None:
    """One code names one thing, else a scan would prove nothing."""
    if await Variant.filter(barcode=barcode).exclude(id=variant_id).exists():
        raise Refused("BARCODE_TAKEN", path=("barcode",), barcode=barcode)
    await Variant.filter(id=variant_id).update(barcode=barcode)


def clean_barcode(barcode: str) -> str:
    """A code as scanned; thirteen digits must be an EAN-13 whose check digit fits."""
    text = clean_text(barcode, path=("barcode",), maximum=LONGEST_CODE, minimum=SHORTEST_CODE)
    if not text.isascii() or not text.isprintable():
        raise Refused("BARCODE_INVALID", path=("barcode",))
    if text.isdigit() and len(text) == EAN_DIGITS and not is_ean(text):
        raise Refused("BARCODE_INVALID", path=("barcode",))
    return text


def is_ean(digits: str) -> bool:
    """Whether the last of thirteen digits follows from the others: weights 1, 3, 1, 3 … sum to a multiple of ten."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def names(code: str, variant: Variant) -> bool:
    """Whether a scanned code is this variant's: its barcode, or its SKU in letters of either case."""
    read = code.strip()
    return bool(read) and (read == variant.barcode or read.upper() == (variant.sku or "").upper())
