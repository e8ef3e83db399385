"""A town whose people may say anything to the market."""

import json
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import structlog.testing
from starlette.applications import Starlette
from starlette.routing import Route

from domain import refusals
from domain.access import Viewer
from domain.market import Market
from kit import tally
from schema.root import schema
from settings import Settings
from tests.api import Introduced
from tests.nonsense.market import fill, known_ids, people
from tests.nonsense.values import Inputs
from transport.endpoint import GraphQLEndpoint

MOST_OF_ALL = 10**9


@dataclass
class Town:
    """The market with its people, and what one needs to talk nonsense about it."""

    http: httpx.AsyncClient
    tokens: dict[str, str]
    inputs: Inputs
    wild: Inputs
    lost: Inputs
    logs: list[Any]

    async def tell(self, speaker: str, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Send it; whatever comes back must be an answer, and is given."""
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
        assert bugs(self.logs) == "", f"{speaker} sent {document}\nwith {json.dumps(variables)}"
        answer: dict[str, Any] = response.json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes & {"INTERNAL", "TIMEOUT"} == set(), response.text
        return answer


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
            lost=Inputs(known, words, lost=True),
            logs=logs,
        )
