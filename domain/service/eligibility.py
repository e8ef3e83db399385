"""What can be asked for a line after it was received: for which reason, for how many units, until when, and why not."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.market import Policy
from domain.service.states import AGAINST, PENDING
from kit import clock
from kit.errors import Refused
from kit.text import Localized
from models.catalog import ReturnExclusion
from models.orders import Order, OrderLine, OrderState
from models.service import ServiceCaseLine, ServiceLineState, ServiceReason, Wish

# What the goods are not to blame for: only against the goods, within the shorter time, and not for all goods.
UNFOUNDED = frozenset({ServiceReason.NO_REASON, ServiceReason.SIZE})
EXCLUSIONS: Mapping[ReturnExclusion, Localized] = {
    ReturnExclusion.FRESH: {"en": "it is fresh and cannot be sold again", "zh-CN": "生鲜商品"},
    ReturnExclusion.MARKED: {"en": "the shop excludes this product", "zh-CN": "商家注明不支持"},
    ReturnExclusion.SERVICE: {"en": "it is a service", "zh-CN": "服务类商品"},
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """What cases have to do with a line: units in live ones or compensated for, and reasons that were turned down."""

    units: int = 0
    turned_down: frozenset[ServiceReason] = frozenset()


async def claimed(line_ids: Collection[UUID]) -> Mapping[UUID, Claimed]:
    """What cases have to do with lines; lines without any are left out."""
    units: Counter[UUID] = Counter()
    turned_down: dict[UUID, set[ServiceReason]] = defaultdict(set)
    for one in await ServiceCaseLine.filter(order_line_id__in=list(line_ids)):
        if one.state in PENDING or (one.state == ServiceLineState.SETTLED and one.wish == Wish.COMPENSATION):
            units[one.order_line_id] += one.quantity
        if one.state in AGAINST:
            turned_down[one.order_line_id].add(one.reason)
    return {key: Claimed(units[key], frozenset(turned_down[key])) for key in {*units, *turned_down}}


def until(policy: Policy, order: Order, reason: ServiceReason) -> datetime | None:
    """Until when something can be asked for this reason; None while receipt is not confirmed, which starts the time."""
    if order.received_at is None:
        return None
    return order.received_at + timedelta(days=policy.return_days if reason in UNFOUNDED else policy.complaint_days)


def free_units(line: OrderLine, known: Claimed) -> int:
    """Units that were received, are not refunded, and that no case is about."""
    refunded_unseen = line.canceled - line.owed  # of what never arrived
    left = line.delivered - max(0, line.refunded - refunded_unseen)
    return max(0, min(left, line.quantity - line.refunded) - known.units)


def check(policy: Policy, order: Order, line: OrderLine, known: Claimed, reason: ServiceReason) -> None:
    """Refuse unless something can be asked for this line now, for this reason."""
    if order.state in (OrderState.CANCELED, OrderState.EXPIRED):
        raise Refused("ORDER_ALREADY_CANCELED")
    if line.delivered == 0:
        raise Refused("NOT_RECEIVED_YET")
    if reason in UNFOUNDED and line.return_exclusion is not None:
        raise not_returnable(line.return_exclusion)
    ends = until(policy, order, reason)
    if ends is not None and clock.now() >= ends:
        raise Refused("SERVICE_TIME_OVER", until=ends)
    if reason in known.turned_down:
        raise Refused("SERVICE_TURNED_DOWN")
    if free_units(line, known) == 0:
        raise Refused("SERVICE_UNDERWAY" if known.units else "LINE_ALREADY_REFUNDED")


def not_returnable(exclusion: ReturnExclusion) -> Refused:
    """The refusal of a return without a reason, as it is announced before buying."""
    return Refused("NOT_RETURNABLE", why=EXCLUSIONS[exclusion])


def wishes(line: OrderLine, reason: ServiceReason) -> tuple[Wish, ...]:
    """What may be wished for this reason: who has no complaint gives the goods back; a service cannot be given back."""
    if reason in UNFOUNDED:
        return (Wish.RETURN_AND_REFUND,)
    if line.return_exclusion == ReturnExclusion.SERVICE:
        return (Wish.REFUND_ONLY, Wish.COMPENSATION)
    return tuple(Wish)


@dataclass(frozen=True, slots=True)
class Option:
    """Whether a line can be complained about, or returned, for one reason."""

    reason: ServiceReason
    wishes: tuple[Wish, ...]
    refusal: Refused | None
    until: datetime | None


def options(policy: Policy, order: Order, line: OrderLine, known: Claimed) -> list[Option]:
    """Every reason with what `check` would say."""
    return [_option(policy, order, line, known, reason) for reason in ServiceReason]


def _option(policy: Policy, order: Order, line: OrderLine, known: Claimed, reason: ServiceReason) -> Option:
    refusal = None
    try:
        check(policy, order, line, known, reason)
    except Refused as refused:
        refusal = refused
    return Option(reason, wishes(line, reason), refusal, until(policy, order, reason))


def returnable_units(policy: Policy, order: Order, line: OrderLine, known: Claimed) -> int:
    """Units about which something can be asked now, for any reason."""
    return free_units(line, known) if any(not one.refusal for one in options(policy, order, line, known)) else 0
