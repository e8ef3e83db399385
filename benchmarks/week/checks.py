"""What must hold after a week: sums of stock and money, promises that are kept, units that are somewhere."""

from typing import Any

from domain.aftersales import cases
from domain.aftersales.states import LIVE
from domain.fulfillment import arrival, watching
from domain.market import Market, Policy
from domain.orders import changes, dispatch, missing, review_guards, review_rows
from jobs import health
from kit import clock
from models.aftersales import DeliveryCase
from models.database import select
from models.fulfillment import Parcel, ParcelState
from models.jobs import Timer
from models.orders import ChangeState, Order, OrderChangeRequest, OrderState, Supply
from models.reviews import Review
from models.shortages import Shortage

# Each statement counts what must not be. Units are compared line by line.
NEVER: dict[str, str] = {
    "lines whose units do not add up": """
        SELECT COUNT(*) AS n FROM order_line WHERE shipped + canceled > quantity OR delivered > shipped
           OR refunded > quantity OR refunded_amount > total""",
    "lines whose parcels, open and canceled units are not what was ordered": """
        SELECT COUNT(*) AS n FROM order_line AS line JOIN orders ON orders.id = line.order_id
         WHERE orders.delivery_mode <> 'SERVICE' AND line.shipped <> (
          SELECT COALESCE(SUM(part.quantity - part.written_off), 0)
            FROM parcel_line AS part WHERE part.order_line_id = line.id)""",
    "slots over capacity, or with other places than their orders hold": """
        SELECT COUNT(*) AS n FROM delivery_slot AS slot WHERE slot.taken > slot.capacity OR slot.taken <> (
          SELECT COUNT(*) FROM delivery WHERE delivery.slot_id = slot.id AND delivery.slot_held)""",
    "orders that are over and hold a slot": """
        SELECT COUNT(*) AS n FROM delivery JOIN orders ON orders.id = delivery.order_id
         WHERE delivery.slot_held AND orders.state IN ('CANCELED', 'EXPIRED')""",
    "packages that hold other units than are promised": """
        SELECT COUNT(*) AS n FROM orders WHERE packed <> (
          SELECT COALESCE(SUM(part.quantity), 0) FROM package_line AS part JOIN package ON package.id = part.package_id
           WHERE package.order_id = orders.id AND package.state IN ('OPEN', 'PACKED', 'LABELED'))""",
    "goods between the houses that no transfer knows of": """
        SELECT COUNT(*) AS n FROM stock_level AS level WHERE level.in_transit <> (
          SELECT COALESCE(SUM(line.units), 0) FROM stock_transfer_line AS line
            JOIN stock_transfer AS transfer ON transfer.id = line.transfer_id
           WHERE transfer.state = 'SENT' AND transfer.target_id = level.warehouse_id
             AND line.variant_id = level.variant_id)""",
    "orders that are over and hold stock": """
        SELECT COUNT(*) AS n FROM reservation JOIN orders ON orders.id = reservation.order_id
         WHERE reservation.state = 'HELD' AND orders.state IN ('CANCELED', 'EXPIRED', 'RECEIVED', 'COMPLETED')""",
    "orders that gave back more than they took": "SELECT COUNT(*) AS n FROM orders WHERE refunded > captured",
    "orders whose refunds are not what they say": """
        SELECT COUNT(*) AS n FROM orders WHERE refunded <> (
          SELECT COALESCE(SUM(refund.amount), 0) FROM refund JOIN payment ON payment.id = refund.payment_id
           WHERE refund.order_id = orders.id AND payment.purpose <> 'TIP')""",
    "orders that count other cases than there are": """
        SELECT COUNT(*) AS n FROM orders WHERE open_cases <> (
          SELECT COUNT(*) FROM delivery_case WHERE delivery_case.order_id = orders.id
             AND delivery_case.state IN ('OPEN', 'CLAIMED'))""",
    "events that are out of step with their order": """
        SELECT COUNT(*) AS n FROM orders WHERE sequence <> (SELECT COUNT(*) FROM event WHERE stream_id = orders.id)""",
    "paid orders that nobody has to ship by a time, or that nobody holds up": """
        SELECT COUNT(*) AS n FROM orders WHERE state IN ('PAID', 'PARTIALLY_SHIPPED') AND (dispatch_by IS NULL
           OR (dispatch_paused_at IS NOT NULL AND review NOT IN ('PENDING', 'CLAIMED') AND supply = 'COMPLETE'))""",
    "riders who are to fetch what is not to be shipped": """
        SELECT COUNT(*) AS n FROM courier_job JOIN orders ON orders.id = courier_job.order_id
         WHERE courier_job.state IN ('OFFERED', 'ASSIGNED', 'PREPARING')
           AND orders.state NOT IN ('PAID', 'PARTIALLY_SHIPPED')""",
    "accounts that do not balance": """
        SELECT COUNT(*) AS n FROM (SELECT currency FROM posting GROUP BY currency HAVING SUM(amount) <> 0) AS off""",
}


def _queues(policy: Policy) -> list[tuple[str, str, Any]]:
    """What is waited for, the timer that ends the waiting, and the keys of those who must have one."""
    unshipped = Order.filter(state__in=dispatch.UNSHIPPED)
    short = Shortage.filter(state__in=missing.UNSETTLED)
    live = DeliveryCase.filter(state__in=LIVE, escalations__lt=policy.case_escalations)
    running = unshipped.filter(dispatch_paused_at__isnull=True, dispatch_by__gt=clock.now())
    return [
        ("a buyer's money", "order.expire", Order.filter(state=OrderState.PENDING_PAYMENT).values_list("id")),
        ("the shop", dispatch.LATE, running.values_list("id")),
        ("goods", missing.DUE, unshipped.exclude(supply=Supply.COMPLETE).values_list("id")),
        ("an answer about goods", missing.DUE, short.values_list("order_id")),
        ("a reviewer", review_rows.ESCALATE, _unseen().values_list("id")),
        ("the money for a change", changes.EXPIRE, _unpaid_changes().values_list("id")),
        ("an agent", cases.DUE, live.values_list("id")),
        ("somebody at a counter", arrival.OVER, _at_counters().values_list("order_id")),
        ("a word of receipt", "order.auto_receive", Order.filter(state=OrderState.DELIVERED).values_list("id")),
        ("the end", "order.complete", Order.filter(state=OrderState.RECEIVED, open_cases=0).values_list("id")),
    ]


def _unseen() -> Any:
    return Review.filter(stage__in=review_guards.OPEN, escalated_at__isnull=True)


def _unpaid_changes() -> Any:
    return OrderChangeRequest.filter(state=ChangeState.AWAITING_PAYMENT)


def _at_counters() -> Any:
    return Parcel.filter(state=ParcelState.AT_PICKUP_POINT)


async def _unended(policy: Policy) -> dict[str, int]:
    """How many wait for what without a timer that would end it."""
    waits = [(name, kind, {str(key) for (key,) in await keys}) for name, kind, keys in _queues(policy)]
    moving = await Parcel.filter(state__in=watching.MOVING)
    heard_of = [parcel for parcel in moving if watching.next_look(policy, parcel, now=clock.now()) is not None]
    waits.append(("a carrier", watching.WATCH, {str(parcel.id) for parcel in heard_of}))
    found: dict[str, int] = {}
    for name, kind, keys in waits:
        planned = await Timer.filter(kind=kind, done_at__isnull=True).values_list("subject_id", flat=True)
        found[f"without an end: waits for {name}"] = len(keys - {str(key) for key in planned})
    return found


async def broken(market: Market) -> dict[str, int]:
    """Every invariant that does not hold, with how often; empty when all is well."""
    found = {name: int((await select(sql))[0]["n"]) for name, sql in NEVER.items()}
    found |= await _unended(market.policy)
    report = (await health.report(market)).as_json()
    for name, value in report.items():
        if isinstance(value, int) and name != "late_timers":
            found[name.replace("_", " ")] = value
    parked = report.get("parked_timers")
    if isinstance(parked, dict):
        found |= {f"timers given up: {kind}": int(count) for kind, count in parked.items()}
    return {name: count for name, count in found.items() if count}
