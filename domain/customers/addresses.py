"""The address book: complete, validated addresses, exactly one of them the default as long as there is any."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import F

from domain.access import Viewer
from domain.customers.contacts import clean_phone
from domain.customers.regions import clean_province
from domain.customers.visible import visible_addresses
from kit import clock
from kit.errors import Refused
from kit.validate import Check, clean_all, clean_text
from models.customers import Address, User

REQUIRED: Final = ("recipient", "phone", "province", "city", "street")  # 东莞 and a few others have no districts


def _postal_code(value: str, *, path: tuple[str, ...]) -> str:
    code = clean_text(value, path=path, maximum=12).upper()
    if not all(mark.isascii() and (mark.isalnum() or mark in " -") for mark in code):
        raise Refused("POSTAL_CODE_INVALID", path=path)
    return code


CHECKS: Final[dict[str, Check]] = {
    "recipient": partial(clean_text, minimum=1, maximum=60),
    "phone": clean_phone,
    "province": clean_province,
    "city": partial(clean_text, minimum=1, maximum=40),
    "district": partial(clean_text, maximum=40),
    "street": partial(clean_text, minimum=2, maximum=200),
    "postal_code": _postal_code,
    "label": partial(clean_text, maximum=30),
}


def clean_address(given: Mapping[str, str], *path: str) -> dict[str, Any]:
    """A complete address as it is stored; all that is wrong with it is told at once, under `path`."""
    return clean_all({**dict.fromkeys(REQUIRED, ""), **given}, CHECKS, *path)


async def create(viewer: Viewer, *, is_default: bool = False, **given: str) -> Address:
    """Add an address. The first one is the default whatever is asked."""
    user_id = viewer.require_user()
    cleaned = clean_address(given)
    limit = viewer.market.policy.saved_addresses
    async with viewer.market.change():
        await _hold_book(user_id)
        others = await Address.filter(user_id=user_id).count()
        if others >= limit:
            raise Refused("TOO_MANY_ADDRESSES", maximum=limit)
        address = await Address.create(user_id=user_id, created_at=clock.now(), **cleaned)
        if is_default or not others:
            await _make_default(address)
        return address


async def update(
    viewer: Viewer,
    address_id: UUID,
    *,
    is_default: bool | None = None,
    expected_version: int | None = None,
    **given: str,
) -> Address:
    """Change what is given. `is_default=True` takes the mark from the address that has it; it cannot be taken away."""
    user_id = viewer.require_user()
    cleaned = clean_all(given, CHECKS)
    async with viewer.market.change():
        await _hold_book(user_id)
        address = await _own(viewer, address_id)
        if expected_version is not None and expected_version != address.version:
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=address)
        await address.update_from_dict({**cleaned, "version": address.version + 1}).save()
        if is_default:
            await _make_default(address)
        return address


async def delete(viewer: Viewer, address_id: UUID) -> UUID:
    """Take an address out of the book. If it was the default, the newest of the others becomes it."""
    user_id = viewer.require_user()
    async with viewer.market.change():
        await _hold_book(user_id)
        address = await _own(viewer, address_id)
        await address.delete()
        heir = await Address.filter(user_id=user_id).order_by("-created_at", "-id").first()
        if address.is_default and heir is not None:
            await _make_default(heir)
        return address_id


async def _own(viewer: Viewer, address_id: UUID) -> Address:
    address = await visible_addresses(viewer).get_or_none(id=address_id)
    if address is None:
        raise Refused("NOT_FOUND", path=("addressId",), what="address")
    return address


async def _hold_book(user_id: UUID) -> None:
    """Two devices change one book one after the other, so that one default stays one."""
    await User.filter(id=user_id).select_for_update().get()


async def _make_default(address: Address) -> None:
    others = Address.filter(user_id=address.user_id, is_default=True, id__not=address.id)
    await others.update(is_default=False, version=F("version") + 1)
    address.is_default = True
    await address.save(update_fields=["is_default"])


def as_stored(address: Address) -> dict[str, Any]:
    """The fields that an order keeps of it."""
    return {name: getattr(address, name) for name in (*REQUIRED, "district", "postal_code")}
