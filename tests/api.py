"""The test client: one GraphQL call over HTTP as some viewer, which must succeed unless the test says otherwise."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route

from domain import refusals
from domain.access import Viewer
from kit import tally
from kit.errors import Refused
from resolvers.context import Context
from schema.root import schema
from settings import Settings
from transport.endpoint import GraphQLEndpoint


class Introduced:
    """Takes a token for the viewer that a test has introduced under it."""

    def __init__(self, visitor: Viewer) -> None:
        self.visitor = visitor
        self._viewers: dict[str, Viewer] = {}

    def introduce(self, viewer: Viewer) -> str:
        token = f"viewer-{len(self._viewers)}"
        self._viewers[token] = viewer
        return token

    async def for_request(self, connection: HTTPConnection, token: str | None) -> Context:
        if token is None:
            return Context(self.visitor)
        if token not in self._viewers:
            raise Refused("UNAUTHENTICATED")
        return Context(self._viewers[token])

    async def still_valid(self, context: Context) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class ApiError:
    """A top-level error."""

    message: str
    path: list[str | int] | None = None
    extensions: dict[str, Any] = field(default_factory=dict)
    locations: list[Any] | None = None

    @property
    def code(self) -> str:
        return str(self.extensions["code"])


@dataclass(frozen=True, slots=True)
class Result:
    """The whole answer."""

    data: dict[str, Any] | None
    errors: list[ApiError] | None
    extensions: dict[str, Any]
    status: int


class Api:
    """`await api(DOCUMENT, as_=viewer, name=value)` gives `data`; top-level errors fail the test."""

    def __init__(self, visitor: Viewer, settings: Settings) -> None:
        self.visitor = visitor
        self._contexts = Introduced(visitor)
        generous = settings.model_copy(
            update={"limits": settings.limits.model_copy(update={"bucket_size": 10**9, "operation_seconds": 60.0})}
        )
        endpoint = GraphQLEndpoint(
            schema, settings=generous, contexts=self._contexts, say=refusals.message, statements=tally.gauge
        )
        app = Starlette(routes=[Route("/graphql", endpoint)])
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")

    async def __call__(self, document: str, *, as_: Viewer | None = None, **variables: Any) -> dict[str, Any]:
        result = await self.raw(document, as_=as_, **variables)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    async def raw(self, document: str, *, as_: Viewer | None = None, **variables: Any) -> Result:
        """The whole answer, for tests about errors."""
        headers = {"Accept": "application/graphql-response+json"}
        if as_ is not None:
            headers["Authorization"] = f"Bearer {self._contexts.introduce(as_)}"
        locale = (as_ or self.visitor).locale
        response = await self._client.post(
            "/graphql", json={"query": document, "variables": variables}, headers={**headers, "Accept-Language": locale}
        )
        answer = response.json()
        errors = answer.get("errors")
        return Result(
            data=answer.get("data"),
            errors=None if errors is None else [ApiError(**error) for error in errors],
            extensions=answer.get("extensions", {}),
            status=response.status_code,
        )
