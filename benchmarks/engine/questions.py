"""What staff and buyers look at all day, however many orders are open: asked in GraphQL."""

from collections.abc import Mapping
from dataclasses import dataclass

ORDERS = "nodes { id number state placedAt total { minorUnits } lines { id title quantity } }"
PAGE = "pageInfo { hasNextPage endCursor }"


@dataclass(frozen=True, slots=True)
class Question:
    """A page of twenty. `by_buyer` asks for somebody's own orders, everything else is asked by staff."""

    title: str
    document: str
    by_buyer: bool = False


QUESTIONS: Mapping[str, Question] = {
    "my-orders": Question("My orders", f"{{ orders(first: 20) {{ {ORDERS} {PAGE} }} }}", by_buyer=True),
    "newest": Question("Newest orders, staff", f"{{ orders(first: 20) {{ {ORDERS} {PAGE} }} }}"),
    "paid": Question("Paid orders, staff", f"{{ orders(first: 20, filter: {{ states: [PAID] }}) {{ {ORDERS} }} }}"),
    "unshipped": Question(
        "Orders to be shipped, staff", f"{{ orders(first: 20, filter: {{ statuses: [TO_SHIP] }}) {{ {ORDERS} }} }}"
    ),
    "late": Question("Late orders, staff", f"{{ orders(first: 20, filter: {{ late: true }}) {{ {ORDERS} }} }}"),
    "urged": Question("Urged orders, staff", f"{{ orders(first: 20, filter: {{ urged: true }}) {{ {ORDERS} }} }}"),
    "reviews": Question("Review queue", "{ reviewQueue(first: 20) { nodes { id score openedAt order { number } } } }"),
    "overdue-reviews": Question(
        "Overdue reviews", "{ reviewQueue(first: 20, filter: { overdue: true }) { nodes { id order { number } } } }"
    ),
    "riskiest": Question(
        "Riskiest reviews", "{ reviewQueue(first: 20, sort: RISKIEST) { nodes { id score order { number } } } }"
    ),
    "shortages": Question(
        "Open shortages", "{ shortages(first: 20, states: [OPEN]) { nodes { id state order { number } } } }"
    ),
    "backorders": Question("Who waits for stock", "{ backorders(first: 20) { nodes { id } } }"),
    "cases": Question("Delivery cases", "{ deliveryCases(first: 20) { nodes { id order { number } } } }"),
    "waves": Question("Waves (the control)", "{ waves(first: 20) { nodes { id number } } }"),
}
