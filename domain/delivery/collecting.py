"""The code that opens the counter of a pickup point: made when goods arrive, tried a few times, used once."""

import secrets
import unicodedata
from datetime import timedelta

from tortoise.expressions import F

from domain.access import Viewer
from domain.market import Policy
from kit import clock
from kit.crypto import same
from kit.errors import Refused
from models.delivery import Delivery, PickupPoint

DIGITS = 6
LONGEST_TYPED = 40
DEFAULT_DAYS = 7


async def arrive(policy: Policy, delivery: Delivery) -> None:
    """Goods of a locked order lie at its counter: from now on they can be collected, with a code."""
    point = await PickupPoint.get_or_none(id=delivery.pickup_point_id)
    if delivery.pickup_code is None:
        _new_code(delivery)
    delivery.arrived_at = delivery.arrived_at or clock.now()
    delivery.collect_by = clock.now() + timedelta(days=point.days_to_collect if point else DEFAULT_DAYS)
    delivery.collected_at = None
    await delivery.save(
        update_fields=["pickup_code", "code_tries", "codes_made", "arrived_at", "collect_by", "collected_at"]
    )


async def renew(policy: Policy, delivery: Delivery) -> None:
    """Another code in place of one that was lost or tried too often; refuses once an order has had enough of them."""
    if delivery.pickup_code is None:
        raise Refused("NOTHING_AT_COUNTER", path=("orderId",))
    if delivery.codes_made >= policy.pickup_codes:
        raise Refused("TOO_MANY_CODES", path=("orderId",), maximum=policy.pickup_codes)
    _new_code(delivery)
    await delivery.save(update_fields=["pickup_code", "code_tries", "codes_made"])


async def give_code(delivery: Delivery) -> None:
    """A code for the customer to show to the courier."""
    _new_code(delivery)
    await delivery.save(update_fields=["pickup_code", "code_tries", "codes_made"])


async def check(viewer: Viewer, delivery: Delivery | None, code: str) -> Delivery:
    """The delivery, if this is its code. Every try counts, so call it outside of a transaction that may fail."""
    if delivery is not None and delivery.pickup_code is None and delivery.collected_at is not None:
        raise Refused("ALREADY_COLLECTED", path=("code",))
    if delivery is None or delivery.pickup_code is None or not await _count_try(viewer, delivery):
        raise Refused("PICKUP_CODE_INVALID", path=("code",))
    typed = "".join(mark for mark in unicodedata.normalize("NFKC", code[:LONGEST_TYPED]) if mark in "0123456789")
    if not same(delivery.pickup_code, typed):
        raise Refused("PICKUP_CODE_INVALID", path=("code",))
    return delivery


async def close(delivery: Delivery, *, collected: bool) -> None:
    """Nothing of a locked order lies at its counter any more: it was collected, or nobody came."""
    delivery.pickup_code = None
    if collected:
        delivery.collected_at = clock.now()
    else:
        delivery.given_up_at = clock.now()
    await delivery.save(update_fields=["pickup_code", "collected_at", "given_up_at"])


def _new_code(delivery: Delivery) -> None:
    delivery.pickup_code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    delivery.code_tries = 0
    delivery.codes_made += 1


async def _count_try(viewer: Viewer, delivery: Delivery) -> int:
    tries = Delivery.filter(id=delivery.id, code_tries__lt=viewer.market.policy.pickup_code_tries)
    return await tries.update(code_tries=F("code_tries") + 1)
