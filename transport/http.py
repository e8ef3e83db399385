"""GraphQL over HTTP: what a request may look like, and with which status and headers it is answered."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import ExitStack, aclosing
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kit.errors import Refusals, Refused
from kit.text import best_locale
from transport.body import read_json_body
from transport.connections import OpenStreams, address, bearer, last_event_id
from transport.errors import Formatted, Invalid
from transport.jsontext import encode
from transport.negotiation import HTML, LEGACY_JSON, RESPONSE_JSON, Accepted, accepted
from transport.operations import Admitted, Failed, Operations, Payload, Throttled
from transport.origins import Origins
from transport.requests import OperationRequest, bad_request, decoded, from_payload, from_query_string
from transport.sse import EventStream

METHODS = "GET, POST, OPTIONS"
_NONE: Mapping[str, str] = {}

# Everything said here is about somebody, or is paid for by somebody.
HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Language, Authorization, Origin, X-Cart-Token",
    "X-Content-Type-Options": "nosniff",
}

_STATUS = {
    "BAD_REQUEST": 400,
    "BODY_TOO_LARGE": 413,
    "INTERNAL": 500,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "ORIGIN_NOT_ALLOWED": 403,
    "SUBSCRIPTION_NEEDS_STREAM": 406,
    "THROTTLED": 429,
    "TIMEOUT": 408,
    "TOO_MANY_CONNECTIONS": 429,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "URL_TOO_LONG": 414,
}
# A request that was well formed as HTTP, with a document that was not: `application/json` says that with status 200.
_ABOUT_THE_DOCUMENT = {
    "BAD_USER_INPUT",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "INTROSPECTION_DISABLED",
    "LIMIT_EXCEEDED",
    "OPERATION_NAME_REQUIRED",
    "OPERATION_NOT_FOUND",
}


class HttpDoor:
    """An ASGI application for one path. With `streams_only` every answer is an event stream."""

    def __init__(
        self,
        operations: Operations,
        *,
        origins: Origins,
        streams: OpenStreams,
        page: Path | None = None,
        page_policy: str = "default-src 'self'",
        streams_only: bool = False,
    ) -> None:
        self._operations = operations
        self._origins = origins
        self._streams = streams
        self._page = page
        self._page_policy = page_policy
        self._streams_only = streams_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        visit = _Visit(self._operations, self._origins, self._streams, request, streams_only=self._streams_only)
        try:
            if request.method == "OPTIONS":
                response: ASGIApp = visit.options()
            elif self._page is not None and visit.wants_page():
                response = _page(self._page, policy=self._page_policy)
            else:
                response = await visit.answer()
            await response(scope, receive, send)
        except ClientDisconnect:
            pass  # they left before saying what they wanted


class _Visit:
    """One HTTP request."""

    def __init__(
        self, operations: Operations, origins: Origins, streams: OpenStreams, request: Request, *, streams_only: bool
    ) -> None:
        self._operations = operations
        self._limits = operations.limits
        self._origins = origins
        self._streams = streams
        self._request = request
        self._accepted = _accepted(request, streams_only=streams_only)
        self._words = operations.format_for(best_locale(request.headers.get("accept-language")))

    def options(self) -> Response:
        granted = self._origins.preflight_headers(self._request.headers)
        return Response(status_code=204, headers={**HEADERS, **granted, "Allow": METHODS})

    def wants_page(self) -> bool:
        reads = self._request.method in ("GET", "HEAD")
        return reads and self._accepted.html and "query" not in self._request.query_params

    async def answer(self) -> ASGIApp:
        try:
            return await self._answer()
        except Throttled as refused:
            return self._refusal(refused, {"Retry-After": str(refused.allowance.wait_seconds)})
        except (Refused, Refusals, Invalid) as problem:
            return self._refusal(problem, _explaining_headers(problem))
        except ClientDisconnect:
            raise
        except Exception as error:
            return self._json({"errors": [self._words.bug(error)]}, 500)

    async def _answer(self) -> ASGIApp:
        if self._accepted.json is None and not self._accepted.stream:
            raise Refused("NOT_ACCEPTABLE")
        payload = await self._payload()
        if isinstance(payload, list):
            return await self._batch(payload)
        context = await self._context()
        context.last_event_id = last_event_id(self._request)
        admitted = await self._admit(payload, context)
        if admitted.operation.is_subscription or self._accepted.json is None:
            return self._stream(admitted, context)
        return self._json(await self._operations.answer(admitted, context))

    async def _payload(self) -> OperationRequest | list[OperationRequest]:
        method = self._request.method
        if method in ("GET", "HEAD"):
            raw = self._request.scope["query_string"]
            if len(raw) > self._limits.url_bytes:
                raise Refused("URL_TOO_LONG", allowed=self._limits.url_bytes)
            return from_query_string(raw)
        if method != "POST":
            raise Refused("METHOD_NOT_ALLOWED", allowed=METHODS)
        payload = decoded(await self._body())
        if not isinstance(payload, list):
            return from_payload(payload)
        if len(payload) > self._limits.batch:
            raise Refused("LIMIT_EXCEEDED", limit="batch", allowed=self._limits.batch, found=len(payload))
        return [from_payload(one) for one in payload]

    async def _body(self) -> bytes:
        return await read_json_body(
            self._request, allowed=self._limits.body_bytes, seconds=self._limits.operation_seconds
        )

    async def _context(self) -> Any:
        token = bearer(self._request.headers.get("authorization"))
        return await self._operations.contexts.for_request(self._request, token)

    async def _admit(self, request: OperationRequest, context: Any) -> Admitted:
        read = await self._operations.read(request, context)
        if read.is_mutation and self._request.method != "POST":
            raise Refused("METHOD_NOT_ALLOWED", allowed="POST")
        if read.is_subscription and not self._accepted.stream:
            raise Refused("SUBSCRIPTION_NEEDS_STREAM")
        if read.is_subscription and not self._origins.may_call(self._request.headers):
            raise Refused("ORIGIN_NOT_ALLOWED")
        return await self._operations.admit(read, request, context)

    async def _batch(self, requests: list[OperationRequest]) -> ASGIApp:
        if not requests:
            raise bad_request("a batch must hold an operation")
        if self._accepted.json is None:
            raise Refused("NOT_ACCEPTABLE")
        context = await self._context()
        answers = [await self._one_of_batch(request, context.renewed()) for request in requests]
        return self._json(answers)

    async def _one_of_batch(self, request: OperationRequest, context: Any) -> Payload:
        try:
            admitted = await self._admit(request, context)
            if admitted.operation.is_subscription:
                raise Refused("SUBSCRIPTION_NEEDS_STREAM")
            return await self._operations.answer(admitted, context)
        except (Refused, Refusals, Invalid) as problem:
            return {"errors": self._words.request_errors(problem)}

    def _stream(self, admitted: Admitted, context: Any) -> ASGIApp:
        place = ExitStack()  # given back when the stream has ended, not when this function has
        place.enter_context(self._streams.one_more(address(self._request)))
        return self._event_stream(
            self._payloads(admitted, context),
            still_valid=partial(self._operations.contexts.still_valid, context),
            ended=place.close,
        )

    async def _payloads(self, admitted: Admitted, context: Any) -> AsyncGenerator[Payload, None]:
        if not admitted.operation.is_subscription:
            yield await self._operations.answer(admitted, context)
            return
        async with aclosing(self._operations.stream(admitted, context)) as payloads:
            async for payload in payloads:
                yield payload

    def _event_stream(
        self,
        payloads: AsyncGenerator[Payload, None],
        *,
        still_valid: Callable[[], Awaitable[bool]],
        ended: Callable[[], object],
    ) -> EventStream:
        return EventStream(
            payloads,
            headers={**HEADERS, **self._origins.response_headers(self._request.headers)},
            pulse_seconds=min(self._limits.ping_seconds, self._limits.revalidate_seconds),
            send_seconds=self._limits.ping_seconds,
            still_valid=still_valid,
            revoked=[self._words.refused(Refused("UNAUTHENTICATED"))],
            ended=ended,
        )

    def _refusal(self, problem: Refused | Refusals | Invalid, headers: Mapping[str, str]) -> ASGIApp:
        errors = self._words.request_errors(problem)
        code = errors[0]["extensions"]["code"]
        if code not in _ABOUT_THE_DOCUMENT:
            # What is neither in the table nor about the document comes from whoever checks tokens.
            return self._json({"errors": errors}, _STATUS.get(code, 401), headers)
        if self._accepted.json is None and self._accepted.stream:
            # An EventSource cannot read the body of a 400; GraphQL over SSE tells it in the stream.
            return self._event_stream(_failing(errors), still_valid=_always, ended=_nothing)
        return self._json({"errors": errors}, 400 if self._accepted.json == RESPONSE_JSON else 200, headers)

    def _json(
        self, payload: Payload | list[Payload], status: int = 200, headers: Mapping[str, str] = _NONE
    ) -> Response:
        try:
            body = encode(payload)
        except (TypeError, ValueError) as error:
            body, status = encode({"errors": [self._words.bug(error)]}), 500
        return Response(
            body.encode(),
            status,
            {**HEADERS, **self._origins.response_headers(self._request.headers), **headers},
            media_type=f"{self._accepted.json or LEGACY_JSON}; charset=utf-8",
        )


def _accepted(request: Request, *, streams_only: bool) -> Accepted:
    if streams_only:
        return Accepted(None, stream=True, html=False)
    return accepted(",".join(request.headers.getlist("accept")) or None)


def _explaining_headers(problem: Refused | Refusals | Invalid) -> dict[str, str]:
    if not isinstance(problem, Refused):
        return {}
    if problem.code == "METHOD_NOT_ALLOWED":
        return {"Allow": str(problem.facts["allowed"])}
    if problem.code == "UNSUPPORTED_MEDIA_TYPE":
        return {"Accept-Encoding": "identity", "Accept-Post": LEGACY_JSON}
    if problem.code in ("BODY_TOO_LARGE", "TIMEOUT"):
        return {"Connection": "close"}  # what is left of the body is not worth reading
    if problem.code not in _STATUS:
        return {"WWW-Authenticate": "Bearer"}
    return {}


def _page(file: Path, *, policy: str) -> ASGIApp:
    headers = {**HEADERS, "Cache-Control": "no-cache", "Content-Security-Policy": policy}
    return FileResponse(file, media_type=HTML, headers=headers)


async def _failing(errors: list[Formatted]) -> AsyncGenerator[Payload, None]:
    if errors:
        raise Failed(errors)
    yield {}


async def _always() -> bool:
    return True


def _nothing() -> None:
    pass
