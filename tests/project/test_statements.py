"""What the main reads and a purchase cost in SQL statements, whatever the size of the page."""

from collections.abc import Iterator

import pytest

from benchmarks import checks, ground
from benchmarks.operations import OPERATIONS
from benchmarks.servers import settings_for
from kit import crypto
from tests.conftest import KEYS

# The statement that asks who is speaking is among them, and in a purchase there are five of those.
# In a market without risk rules each of its two checks is one statement.
# On SQLite a purchase has one more: that its postings may refer to an entry which is written after them.
COSTS = {"product-list": 4, "product": 9, "search": 9, "order-history": 4, "purchase": 85}


@pytest.fixture(autouse=True)
def _keys_back() -> Iterator[None]:
    yield
    crypto.use_keys(KEYS)


async def test_the_main_operations_cost_the_same_statements_for_small_and_large_pages(database_url: str) -> None:
    """The hand-written handlers of the benchmark vouch for the answers: both must say and write the same."""
    settings = settings_for(database_url)
    crypto.use_keys(settings.keys)
    made = await ground.prepare(settings, ground.Size(products=60, customers=3, orders=40))
    async with checks.doors(settings) as doors:
        for operation in OPERATIONS:
            found = await checks.check(doors, operation, made)
            more = operation.name == "purchase" and database_url.startswith("sqlite")
            assert found.graphql == dict.fromkeys(operation.sizes, COSTS[operation.name] + more), operation.name
