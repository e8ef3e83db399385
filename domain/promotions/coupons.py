"""Coupons: who may use one on what, counting each use once, giving it back when the order comes to nothing."""

from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from kit import clock
from kit.errors import Refused
from kit.money import Money
from kit.validate import clean_text
from models.promotions import Coupon, CouponUse, CouponUseState

LONGEST_CODE = 40


def customer_key(*, user_id: UUID | None = None, phone_hash: str | None = None) -> str | None:
    """Names the buyer for the limit per customer: the person, else the hash of a guest's phone; None while unknown."""
    if user_id is not None:
        return f"user:{user_id}"
    return f"phone:{phone_hash}" if phone_hash else None


def visible(viewer: Viewer) -> QuerySet[Coupon]:
    """Coupons as rows are for those who make them; shoppers only ever name a code."""
    return Coupon.all() if viewer.may(Permission.EDIT_COUPONS) else Coupon.filter(id__in=[])


async def find(viewer: Viewer, code: str) -> Coupon:
    """The coupon that can be used now; refuses one that is unknown, not yet or no longer valid, or used up."""
    typed = clean_text(code.upper(), maximum=LONGEST_CODE)  # in this order: ß has two capitals
    coupon = await Coupon.get_or_none(code=typed, is_active=True)
    if coupon is None:
        raise Refused("COUPON_UNKNOWN")
    now = clock.now()
    if coupon.starts_at is not None and now < coupon.starts_at:
        raise Refused("COUPON_NOT_YET", coupon=coupon, starts_at=coupon.starts_at)
    if coupon.ends_at is not None and now >= coupon.ends_at:
        raise Refused("COUPON_EXPIRED", coupon=coupon, ended_at=coupon.ends_at)
    if coupon.use_limit is not None and coupon.used >= coupon.use_limit:
        raise Refused("COUPON_USED_UP", coupon=coupon)
    return coupon


async def check(viewer: Viewer, code: str, *, subtotal: int, customer_key: str | None) -> Coupon:
    """The coupon, if it can be used by this buyer on goods of `subtotal` minor units."""
    coupon = await find(viewer, code)
    if coupon.customer_key is not None and customer_key is not None and coupon.customer_key != customer_key:
        raise Refused("COUPON_UNKNOWN")  # somebody else's
    if subtotal < coupon.threshold:
        currency = viewer.market.policy.currency
        raise Refused(
            "COUPON_THRESHOLD",
            coupon=coupon,
            threshold=Money(coupon.threshold, currency),
            subtotal=Money(subtotal, currency),
        )
    if customer_key is not None and await _uses(coupon, customer_key) >= coupon.limit_per_customer:
        raise Refused("COUPON_LIMIT", coupon=coupon, limit=coupon.limit_per_customer)
    return coupon


async def use(viewer: Viewer, *, coupon: Coupon, order_id: UUID, customer_key: str) -> CouponUse:
    """Count a use by an order, in the caller's transaction. Racing buyers wait for each other on the coupon's row."""
    if not await _count_up(coupon.id):
        raise Refused("COUPON_USED_UP", coupon=coupon)
    if await _uses(coupon, customer_key) >= coupon.limit_per_customer:  # read after the row is ours
        raise Refused("COUPON_LIMIT", coupon=coupon, limit=coupon.limit_per_customer)
    return await CouponUse.create(coupon=coupon, order_id=order_id, customer_key=customer_key, created_at=clock.now())


async def give_back(order_id: UUID) -> None:
    """The order came to nothing: its coupon, if it used one, can be used again. In the caller's transaction."""
    use = await CouponUse.get_or_none(order_id=order_id)
    if use is None:
        return
    mine = CouponUse.filter(id=use.id, state=CouponUseState.USED)
    if await mine.update(state=CouponUseState.GIVEN_BACK):
        await Coupon.filter(id=use.coupon_id).update(used=F("used") - 1)


async def hand_over(order_id: UUID, *, to: UUID) -> None:
    """The use of a coupon by one order counts for another that took its goods over."""
    await CouponUse.filter(order_id=order_id, state=CouponUseState.USED).update(order_id=to)


async def take_again(viewer: Viewer, order_id: UUID) -> bool:
    """The order lives on after all: count its use again, unless others have used the coupon up; False then."""
    use = await CouponUse.get_or_none(order_id=order_id, state=CouponUseState.GIVEN_BACK)
    if use is None or not await _count_up(use.coupon_id):
        return False
    await CouponUse.filter(id=use.id).update(state=CouponUseState.USED)
    return True


async def _count_up(coupon_id: UUID) -> int:
    left = Coupon.filter(Q(use_limit=None) | Q(use_limit__gt=F("used")), id=coupon_id, is_active=True)
    return await left.update(used=F("used") + 1)


async def _uses(coupon: Coupon, customer_key: str) -> int:
    counted = CouponUse.filter(coupon_id=coupon.id, customer_key=customer_key, state=CouponUseState.USED)
    return await counted.count()
