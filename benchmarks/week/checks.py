"""What must hold after a week: sums of stock and money, promises that are kept, units that are somewhere."""

from domain.market import Market
from jobs import health
from models.database import select

# Each statement counts what must not be. Units are compared line by line.
NEVER: dict[str, str] = {
    "lines whose units do not add up": """
        SELECT COUNT(*) AS n FROM order_line WHERE shipped + canceled > quantity OR delivered > shipped
           OR refunded > quantity OR refunded_amount > total""",
    "lines that claim other units than their parcels hold": """
        SELECT COUNT(*) AS n FROM order_line AS line WHERE line.shipped > (
          SELECT COALESCE(SUM(part.quantity), 0) FROM parcel_line AS part WHERE part.order_line_id = line.id)""",
    "orders that are over and hold stock": """
        SELECT COUNT(*) AS n FROM reservation JOIN orders ON orders.id = reservation.order_id
         WHERE reservation.state = 'HELD' AND orders.state IN ('CANCELED', 'EXPIRED', 'RECEIVED', 'COMPLETED')""",
    "orders that gave back more than they took": "SELECT COUNT(*) AS n FROM orders WHERE refunded > captured",
    "orders whose refunds are not what they say": """
        SELECT COUNT(*) AS n FROM orders WHERE refunded <> (
          SELECT COALESCE(SUM(refund.amount), 0) FROM refund JOIN payment ON payment.id = refund.payment_id
           WHERE refund.order_id = orders.id AND payment.purpose <> 'TIP')""",
    "orders that wait for money after their time": """
        SELECT COUNT(*) AS n FROM orders WHERE state = 'PENDING_PAYMENT' AND NOT EXISTS (
          SELECT 1 FROM timer WHERE kind = 'order.expire' AND subject_id = orders.id AND done_at IS NULL)""",
    "cases without a deadline": """
        SELECT COUNT(*) AS n FROM delivery_case WHERE state IN ('OPEN', 'CLAIMED') AND due_at IS NULL""",
    "orders that count other cases than there are": """
        SELECT COUNT(*) AS n FROM orders WHERE open_cases <> (
          SELECT COUNT(*) FROM delivery_case WHERE delivery_case.order_id = orders.id
             AND delivery_case.state IN ('OPEN', 'CLAIMED'))""",
    "events that are out of step with their order": """
        SELECT COUNT(*) AS n FROM orders WHERE sequence <> (SELECT COUNT(*) FROM event WHERE stream_id = orders.id)""",
    "accounts that do not balance": """
        SELECT COUNT(*) AS n FROM (SELECT currency FROM posting GROUP BY currency HAVING SUM(amount) <> 0) AS off""",
}


async def broken(market: Market) -> dict[str, int]:
    """Every invariant that does not hold, with how often; empty when all is well."""
    found = {name: int((await select(sql))[0]["n"]) for name, sql in NEVER.items()}
    report = (await health.report(market)).as_json()
    for name, value in report.items():
        if isinstance(value, int) and name != "late_timers":
            found[name.replace("_", " ")] = value
    parked = report.get("parked_timers")
    if isinstance(parked, dict):
        found |= {f"timers given up: {kind}": int(count) for kind, count in parked.items()}
    return {name: count for name, count in found.items() if count}
