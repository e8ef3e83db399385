"""What must hold before anything is measured: both servers answer and write the same. Counts their statements."""

import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette

import server
from benchmarks.ground import Ground
from benchmarks.handwritten.app import create_app as handwritten_app
from benchmarks.operations import QUESTIONS, Operation, Question
from benchmarks.servers import SECRET
from benchmarks.shopping import Shopper, Shopping, request
from kit import tally
from models.database import connection
from settings import Settings

RANDOM = frozenset({"id", "number", "payUrl", "token"})
TABLES = (
    "cart", "keyed_call", "orders", "order_line", "reservation", "stock_level", "stock_movement", "timer", "event",
    "payment", "simulated_charge", "provider_notice", "journal_entry", "posting",
)  # fmt: skip


class Different(AssertionError):
    """The two servers do not do the same, so comparing their speed would mean nothing."""


@dataclass(frozen=True, slots=True)
class Statements:
    """SQL statements of one operation, by size of page: of the API and of the hand-written handler."""

    graphql: Mapping[int, int]
    handwritten: Mapping[int, int]


@dataclass(slots=True)
class Doors:
    """Both applications in this process, asked without a network, so that statements can be counted."""

    graphql: httpx.AsyncClient
    handwritten: httpx.AsyncClient

    async def ask(self, question: Question, *, in_graphql: bool) -> tuple[bytes, int]:
        """The answer's `data` as JSON, and the statements that it took, those about the caller included."""
        path, body = request(QUESTIONS, question.name, question.variables, in_graphql=in_graphql)
        count = tally.gauge()
        answer = await self._post(path, body, question.token, {}, in_graphql=in_graphql)
        return _json(answer["data"]), count()

    async def buy(self, shopping: Shopping, *, turn: int) -> tuple[list[Any], int]:
        """The answers of a purchase, and the statements of all its steps."""

        async def post(path: str, body: str, token: str | None, headers: dict[str, str]) -> Any:
            return await self._post(path, body, token, headers, in_graphql=shopping.in_graphql)

        count = tally.gauge()
        answers = await Shopper(shopping, post).buy(buyer=0, turn=turn)
        return answers, count()

    async def _post(self, path: str, body: str, token: str | None, headers: dict[str, str], *, in_graphql: bool) -> Any:
        door = self.graphql if in_graphql else self.handwritten
        answer = await door.post(path, content=body.encode(), headers=_headers(token) | headers)
        if not answer.is_success or b'"errors"' in answer.content:
            raise Different(f"{path}: {answer.status_code} {answer.text[:1000]}")
        return answer.json() if answer.content else None


@contextlib.asynccontextmanager
async def doors(settings: Settings) -> AsyncIterator[Doors]:
    """Both applications over one database."""
    api = server.create_app(settings)
    async with api.router.lifespan_context(api):  # the hand-written ones need what this opens, and nothing else
        yield Doors(_door(api), _door(handwritten_app(settings)))


def _door(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def check(doors: Doors, operation: Operation, ground: Ground) -> Statements:
    """Refuse to go on where the two differ; else the statements that each needs."""
    if operation.ask is None:
        return await _check_purchase(doors, operation, ground)
    counts: dict[bool, dict[int, int]] = {True: {}, False: {}}
    for size in operation.sizes:
        for question in operation.ask(ground, size)[:5]:
            (ours, some), (theirs, few) = [await doors.ask(question, in_graphql=which) for which in (True, False)]
            if ours != theirs:
                raise Different(f"{operation.name} {question.variables}\n{ours.decode()}\n{theirs.decode()}")
            counts[True][size] = max(some, counts[True].get(size, 0))
            counts[False][size] = max(few, counts[False].get(size, 0))
    return Statements(counts[True], counts[False])


async def _check_purchase(doors: Doors, operation: Operation, ground: Ground) -> Statements:
    counts: dict[bool, dict[int, int]] = {True: {}, False: {}}
    for turn, size in enumerate((operation.sizes[0], *operation.sizes)):  # the first makes the cart and warms up
        seen = {}
        for in_graphql in (True, False):
            shopping = Shopping(in_graphql, SECRET, ground.buyers[:1], ground.variants, size)
            before = await _row_counts()
            answers, counts[in_graphql][size] = await doors.buy(shopping, turn=turn * 100)
            after = await _row_counts()
            seen[in_graphql] = [_masked(answer) for answer in answers], after - before
        if turn and seen[True] != seen[False]:
            raise Different(f"a purchase of {size} lines:\n{seen[True]}\n{seen[False]}")
    return Statements(counts[True], counts[False])


async def _row_counts() -> Counter[str]:
    found: Counter[str] = Counter()
    for table in TABLES:
        [row] = await connection().execute_query_dict(f"SELECT COUNT(*) AS count FROM {table}")
        found[table] = row["count"]
    return found


def _masked(answer: Any) -> Any:
    """An answer without what is random in it; lines by their quantity, which tells them apart."""
    if isinstance(answer, dict):
        return {name: "?" if name in RANDOM else _masked(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return sorted((_masked(one) for one in answer), key=lambda one: str(one.get("quantity", one)))
    return answer


def _headers(token: str | None) -> dict[str, str]:
    headers = {"accept": "application/json", "accept-language": "en", "content-type": "application/json"}
    return headers | ({"authorization": f"Bearer {token}"} if token else {})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
