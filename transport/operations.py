"""What becomes of a request on any transport: read, weighed, paid for, run within its time, and put into words."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema

from kit.errors import Refusals, Refused
from settings import Settings
from transport.documents import Documents, Operation
from transport.errors import ErrorFormat, Formatted
from transport.execution import Event, Ready, Runner
from transport.limits import check_variables
from transport.metrics import OPERATIONS
from transport.ports import Context, ContextSource, Gauge, Say
from transport.requests import OperationRequest
from transport.throttle import Allowance, Throttle

Payload = dict[str, Any]

# Parsing and validating take time before the cost is known; a caller who sends ever new documents pays for that too.
CHARS_PER_POINT = 2


@dataclass(frozen=True, slots=True)
class Admitted:
    """An operation that may run: it was understood, it is within the limits, and it is paid for."""

    operation: Operation
    ready: Ready
    cost: int
    allowance: Allowance


class Throttled(Refused):
    """The caller's bucket is empty."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        super().__init__("THROTTLED", retryable=True, seconds=allowance.wait_seconds)


class Failed(Exception):
    """A subscription that ended by errors, ready to send."""

    def __init__(self, errors: list[Formatted]) -> None:
        super().__init__()
        self.errors = errors


class Revoked(Exception):
    """The token behind a stream holds no longer."""


class Operations:
    """Runs operations of one schema for all transports."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        settings: Settings,
        contexts: ContextSource,
        say: Say,
        throttle: Throttle,
        statements: Gauge | None = None,
    ) -> None:
        suggestions = settings.demo and not settings.strict
        self.limits = settings.limits
        self.contexts = contexts
        self._documents = Documents(schema, settings.limits, introspection=not settings.strict, suggestions=suggestions)
        self._runner = Runner(schema, suggestions=suggestions)
        self._say = say
        self._throttle = throttle
        self._open = settings.demo
        self._statements = statements

    def format_for(self, locale: str) -> ErrorFormat:
        return ErrorFormat(self._say, locale)

    async def read(self, request: OperationRequest, context: Context) -> Operation:
        """What the request wants run. Raises Refused or Invalid when the document will not do."""
        if not self._documents.knows(request.query):
            await self._pay(context, len(request.query) // CHARS_PER_POINT)
        return self._documents.operation(request.query, request.operation_name)

    async def admit(self, operation: Operation, request: OperationRequest, context: Context) -> Admitted:
        """Take the price. Raises Refused or Invalid when the operation may not run; nothing of it has run then."""
        check_variables(request.variables, self.limits)
        cost = operation.price.of(request.variables)
        if cost > self.limits.cost:
            raise Refused("LIMIT_EXCEEDED", limit="cost", allowed=self.limits.cost, found=cost)
        variables = request.variables
        if operation.is_subscription and context.last_event_id is not None:
            variables = operation.resumed_after(context.last_event_id, variables)
        ready = self._runner.ready(operation, variables, context, request.extensions)
        return Admitted(operation, ready, cost, await self._pay(context, cost))

    async def answer(self, admitted: Admitted, context: Context) -> Payload:
        """Run a query or mutation."""
        started, count = time.perf_counter(), self._statements() if self._open and self._statements else None
        format, name = self.format_for(context.locale), admitted.operation.name
        try:
            async with asyncio.timeout(self.limits.operation_seconds):
                result = await admitted.ready.run()
            payload = _payload(result, format, name)
        except TimeoutError:
            payload = {"errors": [format.refused(self._timeout())], "data": None}
        except Exception as error:
            payload = {"errors": [format.bug(error, name)], "data": None}
        outcome = "errors" if "errors" in payload else "ok"
        OPERATIONS.labels(admitted.operation.node.operation.value, outcome).observe(time.perf_counter() - started)
        payload["extensions"] = self._extensions(admitted)
        if self._open:
            payload["extensions"]["milliseconds"] = round((time.perf_counter() - started) * 1000, 1)
            if count is not None:
                payload["extensions"]["statements"] = count()
        return payload

    async def stream(self, admitted: Admitted, context: Context) -> AsyncGenerator[Payload, None]:
        """Run a subscription: a payload for each event. Raises Failed or Revoked."""
        format, name = self.format_for(context.locale), admitted.operation.name
        try:
            async with asyncio.timeout(self.limits.operation_seconds):
                events = await admitted.ready.events()
        except TimeoutError:
            raise Failed([format.refused(self._timeout())]) from None
        if isinstance(events, ExecutionResult):
            raise Failed(format.field_errors(events.errors or [], name))
        async with aclosing(events):
            while True:
                try:
                    event = await anext(events, None)
                except (Refused, Refusals) as error:
                    raise Failed(format.request_errors(error)) from None
                except Exception as error:
                    raise Failed([format.bug(error, name)]) from None
                if event is None:
                    return
                if not await self.contexts.still_valid(context):
                    raise Revoked
                yield await self._event_payload(event, context.renewed(), format, name)

    async def _event_payload(self, event: Event, context: Context, format: ErrorFormat, name: str | None) -> Payload:
        try:
            async with asyncio.timeout(self.limits.operation_seconds):
                return _payload(await event.run(context), format, name)
        except TimeoutError:
            return {"errors": [format.refused(self._timeout())], "data": None}
        except Exception as error:
            return {"errors": [format.bug(error, name)], "data": None}

    async def _pay(self, context: Context, points: int) -> Allowance:
        allowance = await self._throttle.take(context.caller_key, points)
        if not allowance.granted:
            raise Throttled(allowance)
        return allowance

    def _extensions(self, admitted: Admitted) -> Payload:
        shown: Payload = {"throttle": admitted.allowance.shown(admitted.cost)}
        if self._open:
            shown["cost"] = admitted.cost
        return shown

    def _timeout(self) -> Refused:
        return Refused("TIMEOUT", retryable=True, allowed=self.limits.operation_seconds)


def _payload(result: ExecutionResult, format: ErrorFormat, name: str | None) -> Payload:
    errors: list[GraphQLError] | None = result.errors
    if errors:
        return {"errors": format.field_errors(errors, name), "data": result.data}
    return {"data": result.data}
