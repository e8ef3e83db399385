"""What is known about an order when it is checked, gathered in as few statements as the rules ask for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.orders.risk import Facts
from kit import clock
from models.customers import User
from models.database import select
from models.orders import Order
from models.reviews import RiskRule, RiskRuleKind

ABOUT_THE_ACCOUNT = frozenset({RiskRuleKind.NEW_ACCOUNT, RiskRuleKind.PAYER_MISMATCH})
COLUMNS = {"ACCOUNT": "user_id", "PHONE": "contact_phone_hash", "ADDRESS": "caller_hash"}


async def of(order: Order, rules: Sequence[RiskRule], *, units: int, payer: str = "") -> Facts:
    """The facts that these rules look at: at most two statements, however many rules there are."""
    account = await _account(order, rules)
    age = (clock.now() - account.created_at).total_seconds() / 3600 if account else None
    return Facts(
        total=order.total,
        currency=order.currency,
        units=units,
        province=order.province,
        city=str(order.address.get("city", "")),
        note=order.note,
        recipient=str(order.address.get("recipient", "")),
        is_guest=order.user_id is None and order.channel is None,  # a marketplace knows its buyers
        account_hours=age,
        account_name=account.name if account else "",
        payer=payer,
        earlier=await _earlier(order, rules),
    )


async def _account(order: Order, rules: Sequence[RiskRule]) -> User | None:
    if order.user_id is None or not any(rule.kind in ABOUT_THE_ACCOUNT for rule in rules):
        return None
    return await User.filter(id=order.user_id).only("id", "name", "created_at").first()


async def _earlier(order: Order, rules: Sequence[RiskRule]) -> dict[UUID, int]:
    """How many other orders the same account, phone or caller placed within each rule's hours; one statement.

    No count goes further than its rule does, so that the thousandth order from one address costs what the tenth did.
    """
    counts, values, asked = [], list[Any](), list[UUID]()
    for rule in rules:
        if rule.kind != RiskRuleKind.VELOCITY:
            continue
        column = COLUMNS[str(rule.parameters["by"])]
        value = getattr(order, column)
        if value is None:
            continue
        since = clock.now() - timedelta(hours=int(str(rule.parameters["hours"])))
        most = int(str(rule.parameters["orders"]))
        few = f"SELECT 1 FROM orders WHERE {column} = ? AND placed_at >= ? AND id <> ? LIMIT {most}"
        counts.append(f"(SELECT count(*) FROM ({few}) AS few) AS n{len(asked)}")
        values += [value, since, order.id]
        asked.append(rule.id)
    if not asked:
        return {}
    [row] = await select(f"SELECT {', '.join(counts)}", *values)  # columns and limits are ours
    return {rule_id: int(row[f"n{place}"]) for place, rule_id in enumerate(asked)}
