"""Whatever anybody sends, the market answers: with data or a refusal, never with a bug."""

import json
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import structlog.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes
from starlette.applications import Starlette
from starlette.routing import Route

from domain import refusals
from domain.access import Viewer
from domain.market import Market
from kit import tally
from models.customers import Role
from schema.root import schema
from settings import Settings
from tests.api import Introduced
from tests.nonsense.documents import Operation, every_operation
from tests.nonsense.market import fill, known_ids, people
from tests.nonsense.values import DATES, DECIMALS, MOMENTS, Inputs, integers
from transport.endpoint import GraphQLEndpoint

CORE = schema._schema
OPERATIONS = every_operation(CORE)
SPEAKERS = ("guest", "customer", "other", "order guest", *(role.value for role in Role), "ADMINISTRATOR")
MOST_OF_ALL = 10**9

nonsense = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
QUICK = settings(nonsense, max_examples=250)
LONG = settings(nonsense, max_examples=1500)
any_call = given(data=st.data(), speaker=st.sampled_from(SPEAKERS), operation=st.sampled_from(OPERATIONS))
any_shape = given(
    speaker=st.sampled_from(SPEAKERS),
    document=from_schema(
        CORE,
        allow_x00=True,
        custom_scalars={
            "DateTime": st.sampled_from(MOMENTS).map(nodes.String),
            "Date": st.sampled_from(DATES).map(nodes.String),
            "Decimal": st.sampled_from(DECIMALS).map(nodes.String),
            "SafeInt": integers.map(nodes.Int),
        },
    ),
)


@dataclass
class Town:
    """The market with its people, and what one needs to talk nonsense about it."""

    http: httpx.AsyncClient
    tokens: dict[str, str]
    inputs: Inputs
    wild: Inputs
    logs: list[Any]

    async def tell(self, speaker: str, document: str, variables: dict[str, Any]) -> None:
        """Send it; whatever comes back must be an answer."""
        self.logs.clear()
        body = json.dumps({"query": document, "variables": variables}).encode()  # ASCII: a lone surrogate has no UTF-8
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/graphql-response+json",
            "Authorization": f"Bearer {self.tokens[speaker]}",
        }
        response = await self.http.post("/graphql", content=body, headers=headers)
        assert response.status_code < 500, response.text
        assert "Traceback" not in response.text
        assert bugs(self.logs) == "", f"{speaker}: {json.dumps(variables)}"
        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        assert codes & {"INTERNAL", "TIMEOUT"} == set(), response.text


def bugs(logs: list[Any]) -> str:
    """The tracebacks of what was logged as a bug."""
    found = [log["exc_info"] for log in logs if log["event"] == "bug"]
    return "\n".join("".join(traceback.format_exception(error)) for error in found)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
async def town(market: Market, settings: Settings, visitor: Viewer, logs: list[Any]) -> AsyncIterator[Town]:
    everybody = await people(market)
    words, known = await fill(market, everybody), await known_ids()
    introduced = Introduced(visitor)
    limits = {"bucket_size": MOST_OF_ALL, "cost": MOST_OF_ALL, "tokens": 20_000, "operation_seconds": 30.0}
    generous = settings.model_copy(update={"limits": settings.limits.model_copy(update=limits)})
    endpoint = GraphQLEndpoint(
        schema, settings=generous, contexts=introduced, say=refusals.message, statements=tally.gauge
    )
    transport = httpx.ASGITransport(Starlette(routes=[Route("/graphql", endpoint)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60) as http:
        yield Town(
            http=http,
            tokens={name: introduced.introduce(viewer) for name, viewer in everybody.items()},
            inputs=Inputs(known, words),
            wild=Inputs(known, words, wild=True),
            logs=logs,
        )


async def call(town: Town, data: Any, speaker: str, operation: Operation) -> None:
    inputs = town.inputs if data.draw(st.integers(0, 4)) else town.wild
    variables = data.draw(inputs.fields(operation.arguments, operation.name))
    await town.tell(speaker, operation.document, variables)


@QUICK
@any_call
async def test_any_values_are_answered(town: Town, data: Any, speaker: str, operation: Operation) -> None:
    await call(town, data, speaker, operation)


@settings(QUICK, max_examples=50)
@any_shape
async def test_any_query_is_answered(town: Town, speaker: str, document: str) -> None:
    await town.tell(speaker, document, {})


@pytest.mark.slow
@LONG
@any_call
async def test_any_values_are_answered_for_long(town: Town, data: Any, speaker: str, operation: Operation) -> None:
    await call(town, data, speaker, operation)


@pytest.mark.slow
@settings(LONG, max_examples=400)
@any_shape
async def test_any_query_is_answered_for_long(town: Town, speaker: str, document: str) -> None:
    await town.tell(speaker, document, {})
