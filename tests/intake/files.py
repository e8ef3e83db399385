"""Rows of order files, written for tests."""

import json
from collections.abc import Mapping
from typing import Any

from tests.factories.catalog import make_product
from tests.factories.orders import make_tariff

ROW: Mapping[str, Any] = {
    "externalId": "TM-1",
    "lines": [{"sku": "APPLE-1KG", "quantity": 2, "unitPrice": "19.90"}],
    "shipping": "8.00",
    "total": "47.80",
    "paid": {"amount": "47.80", "reference": "PAY-1", "payer": "林晓雨"},
    "address": {
        "recipient": "林晓雨",
        "phone": "13800138000",
        "province": "上海市",
        "city": "上海市",
        "street": "集市路 1 号 301 室",
    },
}


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of its own number, with some fields replaced; None takes one out."""
    paid = {**ROW["paid"], "reference": f"PAY-{number}"}
    made = {**ROW, "externalId": f"TM-{number}", "paid": paid, **changes}
    return {name: value for name, value in made.items() if value is not None}


def file_of(*rows: object) -> str:
    """JSON lines."""
    return "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in rows)


async def stock_the_shop(units: int = 10) -> None:
    """What the rows above name, and a tariff."""
    await make_tariff()
    await make_product(slug="apple", price=1500, variants=[{"sku": "APPLE-1KG"}], stock={"SH": units})
    await make_product(slug="tea", price=3000, variants=[{"sku": "TEA-50"}], stock={"SH": units})
