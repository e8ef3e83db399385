"""Carts: found by person or by a guest's token, changed under their row's lock, so that no device's change is lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import Viewer
from domain.catalog.variants import sellable
from domain.promotions import coupons
from kit import clock, ids
from kit.crypto import token_hash
from kit.errors import Refused, refuse_all
from models.carts import Cart, CartLine
from models.catalog import Variant
from models.database import transaction


@dataclass(frozen=True, slots=True)
class Addition:
    """Units of a variant to put in, and where the caller's input asks for them."""

    variant_id: UUID
    quantity: int
    path: tuple[str, ...] = ()


def visible(viewer: Viewer) -> QuerySet[Cart]:
    """The viewer's own cart, if there is one: the person's, else the one that the guest's token opens."""
    if viewer.user_id is not None:
        return Cart.filter(user_id=viewer.user_id)
    return Cart.filter(token_hash=token_hash(viewer.cart_token)) if viewer.cart_token else Cart.filter(id__in=[])


def visible_lines(viewer: Viewer) -> QuerySet[CartLine]:
    """The lines of the viewer's own cart."""
    if viewer.user_id is not None:
        return CartLine.filter(cart__user_id=viewer.user_id)
    if not viewer.cart_token:
        return CartLine.filter(id__in=[])
    return CartLine.filter(cart__token_hash=token_hash(viewer.cart_token))


async def find(viewer: Viewer) -> Cart | None:
    """The viewer's cart; None before anything was put in."""
    return await visible(viewer).first()


# ---------------------------------------------------------------------------------------------------------- editing


async def add(viewer: Viewer, additions: Sequence[Addition]) -> Cart:
    """Put units in, on top of what is there. A visitor without a cart gets one, whose `token` is told this once."""
    _check_additions(viewer, additions)
    async with transaction():
        cart = await _open(viewer)
        there = {line.variant_id: line.quantity for line in await CartLine.filter(cart_id=cart.id)}
        wanted = {addition.variant_id for addition in additions}
        variants = {variant.id: variant for variant in await sellable().filter(id__in=wanted)}
        refuse_all(_cannot_add(viewer, additions, variants, there))
        for addition in additions:
            there[addition.variant_id] = there.get(addition.variant_id, 0) + addition.quantity
        await _put(cart, {variants[addition.variant_id]: there[addition.variant_id] for addition in additions})
        return await _changed(cart)


async def update(
    viewer: Viewer,
    *,
    line_id: UUID,
    quantity: int | None = None,
    selected: bool | None = None,
    variant_id: UUID | None = None,
    expected_version: int | None = None,
) -> Cart:
    """Change a line. Another variant of the product takes its place; a line that has it already joins this one."""
    if quantity is not None:
        _check_quantity(viewer, quantity, path=("quantity",))
    async with transaction():
        cart = await _mine(viewer, expected_version)
        line = await CartLine.get_or_none(id=line_id, cart_id=cart.id).select_related("variant")
        if line is None:
            raise Refused("NOT_FOUND", path=("lineId",), what="cart line")
        if quantity is not None:
            line.quantity = quantity
        if selected is not None:
            line.selected = selected
        if variant_id is not None and variant_id != line.variant_id:
            await _change_variant(viewer, line, variant_id)
        line.price_seen = line.variant.price
        await line.save(update_fields=["quantity", "selected", "variant_id", "price_seen"])
        return await _changed(cart)


async def remove(viewer: Viewer, line_ids: Sequence[UUID], *, expected_version: int | None = None) -> Cart:
    """Take lines out."""
    async with transaction():
        cart = await _mine(viewer, expected_version)
        there = {line.id for line in await CartLine.filter(cart_id=cart.id)}
        missing = [index for index, line_id in enumerate(line_ids) if line_id not in there]
        refuse_all([Refused("NOT_FOUND", path=("lineIds", str(index)), what="cart line") for index in missing])
        await CartLine.filter(cart_id=cart.id, id__in=list(line_ids)).delete()
        return await _changed(cart)


async def clear(viewer: Viewer, *, expected_version: int | None = None) -> Cart:
    """Take everything out, the coupon too."""
    async with transaction():
        cart = await _mine(viewer, expected_version)
        await CartLine.filter(cart_id=cart.id).delete()
        cart.coupon_code = None
        return await _changed(cart)


async def set_coupon(viewer: Viewer, code: str | None, *, expected_version: int | None = None) -> Cart:
    """Keep a valid coupon for checkout; None takes it off. Whether these goods reach its threshold is told live."""
    try:
        coupon = None if code is None else await coupons.find(viewer, code)
    except Refused as refused:
        raise refused.at("couponCode") from None
    async with transaction():
        cart = await _open(viewer)
        _check_version(cart, expected_version)
        cart.coupon_code = coupon.code if coupon else None
        return await _changed(cart)


async def merge(viewer: Viewer, *, guest_token: str | None) -> Cart:
    """Bring a guest's cart into the signed-in person's, losing nothing; afterwards the guest's token opens nothing.

    Without such a cart, or called again, it changes nothing. Quantities add up, even past what one order may hold: the
    line then warns. The limit on the number of lines does not hold here either.
    """
    viewer.require_user()
    async with transaction():
        mine = await _open(viewer)
        theirs = await _locked(viewer.but(user_id=None, cart_token=guest_token))
        if theirs is None:
            return mine
        known = {line.variant_id: line for line in await CartLine.filter(cart_id=mine.id)}
        for line in await CartLine.filter(cart_id=theirs.id):
            same = known.get(line.variant_id)
            if same is None:
                line.cart_id = mine.id
                await line.save(update_fields=["cart_id"])
            else:
                same.quantity += line.quantity
                same.selected = same.selected or line.selected
                await same.save(update_fields=["quantity", "selected"])
        mine.coupon_code = mine.coupon_code or theirs.coupon_code
        await theirs.delete()
        return await _changed(mine)


# --------------------------------------------------------------------------------------------------------- checkout


async def checkout_lines(viewer: Viewer, *, lock: bool = False) -> list[CartLine]:
    """The lines that are selected, oldest first, with their variants and products.

    With `lock`, inside a transaction, no device can change the cart before the order is placed.
    """
    if lock and await _locked(viewer) is None:
        return []  # also when another device makes the cart just now: its lines would not be held
    lines = visible_lines(viewer).filter(selected=True).select_related("variant", "variant__product")
    return await lines.order_by("created_at", "id")


async def coupon_code(viewer: Viewer) -> str | None:
    """The coupon that is kept for checkout."""
    cart = await find(viewer)
    return cart.coupon_code if cart else None


async def take_out(viewer: Viewer, line_ids: Sequence[UUID]) -> None:
    """What has been ordered leaves the cart, in the order's transaction, and the coupon with it."""
    if not line_ids:
        return
    cart = await _locked(viewer)
    if cart is None:
        return
    await CartLine.filter(cart_id=cart.id, id__in=list(line_ids)).delete()
    cart.coupon_code = None
    await _changed(cart)


# --------------------------------------------------------------------------------------------------- the cart's row


async def _locked(viewer: Viewer) -> Cart | None:
    return await visible(viewer).select_for_update().first()


async def _open(viewer: Viewer) -> Cart:
    """The viewer's cart, locked; a new one where there is none."""
    cart = await _locked(viewer)
    if cart is not None:
        return cart
    now = clock.now()
    if viewer.user_id is None:
        token = ids.token()
        cart = await Cart.create(token_hash=token_hash(token), created_at=now, updated_at=now)
        cart.token = token
        return cart
    # Another device may be making it just now: whoever comes second waits here and finds it below.
    await Cart.bulk_create([Cart(user_id=viewer.user_id, created_at=now, updated_at=now)], ignore_conflicts=True)
    return await visible(viewer).select_for_update().get()


async def _mine(viewer: Viewer, expected_version: int | None) -> Cart:
    cart = await _locked(viewer)
    if cart is None:
        raise Refused("NOT_FOUND", what="cart")
    _check_version(cart, expected_version)
    return cart


def _check_version(cart: Cart, expected: int | None) -> None:
    if expected is not None and expected != cart.version:
        raise Refused("VERSION_CONFLICT", path=("expectedVersion",), current=cart)


async def _changed(cart: Cart) -> Cart:
    cart.version += 1
    cart.updated_at = clock.now()
    await cart.save(update_fields=["coupon_code", "version", "updated_at"])
    return cart


# ------------------------------------------------------------------------------------------------------------ lines


def _check_additions(viewer: Viewer, additions: Sequence[Addition]) -> None:
    if not additions:
        raise Refused("REQUIRED", path=("lines",))
    maximum = viewer.market.policy.line_quantity
    refuse_all(
        [
            Refused("OUT_OF_RANGE", path=(*addition.path, "quantity"), minimum=1, maximum=maximum)
            for addition in additions
            if not 1 <= addition.quantity <= maximum
        ]
    )


def _check_quantity(viewer: Viewer, quantity: int, *, path: tuple[str, ...]) -> None:
    maximum = viewer.market.policy.line_quantity
    if not 1 <= quantity <= maximum:
        raise Refused("OUT_OF_RANGE", path=path, minimum=1, maximum=maximum)


def _cannot_add(
    viewer: Viewer, additions: Sequence[Addition], variants: dict[UUID, Variant], there: dict[UUID, int]
) -> list[Refused]:
    """Everything that stands in the way: what is not for sale, too many units, too many lines."""
    policy = viewer.market.policy
    problems, sums = [], Counter(there)
    for addition in additions:
        if addition.variant_id not in variants:
            problems.append(Refused("NOT_FOUND", path=(*addition.path, "variantId"), what="variant"))
            continue
        sums[addition.variant_id] += addition.quantity
        if sums[addition.variant_id] > policy.line_quantity:
            quantity, maximum = sums[addition.variant_id], policy.line_quantity
            path = (*addition.path, "quantity")
            problems.append(Refused("CART_QUANTITY", path=path, quantity=quantity, maximum=maximum))
    if len(sums) > max(policy.cart_lines, len(there)):
        problems.append(Refused("CART_FULL", path=("lines",), maximum=policy.cart_lines))
    return problems


async def _put(cart: Cart, quantities: dict[Variant, int]) -> None:
    """Write lines with these quantities, in one statement; the cart is locked."""
    now = clock.now()
    await CartLine.bulk_create(
        [
            CartLine(cart=cart, variant=variant, quantity=quantity, price_seen=variant.price, created_at=now)
            for variant, quantity in quantities.items()
        ],
        on_conflict=["cart_id", "variant_id"],
        update_fields=["quantity", "selected", "price_seen"],
    )


async def _change_variant(viewer: Viewer, line: CartLine, variant_id: UUID) -> None:
    variant = await sellable().get_or_none(id=variant_id)
    if variant is None:
        raise Refused("NOT_FOUND", path=("variantId",), what="variant")
    if variant.product_id != line.variant.product_id:
        raise Refused("NOT_SAME_PRODUCT", path=("variantId",))
    twin = await CartLine.get_or_none(cart_id=line.cart_id, variant_id=variant_id)
    if twin is not None:
        line.quantity += twin.quantity
        maximum = viewer.market.policy.line_quantity
        if line.quantity > maximum:
            raise Refused("CART_QUANTITY", path=("variantId",), quantity=line.quantity, maximum=maximum)
        await twin.delete()
    line.variant = variant
