"""Runs one operation: graphql-core's executor with what Strawberry's resolvers expect of it, and little else.

Strawberry's own `Schema.execute` parses and validates every time, builds an extension runner and a middleware manager
for each request, and uses the executor for `@defer`, which this API does not offer. Its types and resolvers need none
of that.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from graphql import (
    ExecutionResult,
    Executor,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    create_source_event_stream,
)
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable

from transport.documents import Operation
from transport.errors import Invalid
from transport.requests import bad_request


class _ResolveInfo(NamedTuple):
    """graphql-core's fields with the two differences that `strawberry.Info` reads: plain variables, and extensions."""

    field_name: str
    field_nodes: list[FieldNode]
    return_type: GraphQLOutputType
    parent_type: GraphQLObjectType
    path: Path
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    root_value: Any
    operation: OperationDefinitionNode
    variable_values: dict[str, Any]
    context: Any
    is_awaitable: Callable[[Any], bool]
    abort_signal: Any
    async_helpers: Any
    operation_extensions: dict[str, Any] | None


class _Executor(Executor[Any]):
    """Plain execution: no incremental delivery, so lists are not searched for `@stream`."""

    def __init__(self, *args: Any, operation_extensions: dict[str, Any] | None = None, **named: Any) -> None:
        super().__init__(*args, **named)
        self.operation_extensions = operation_extensions

    def build_resolve_info(
        self, field_def: GraphQLField, field_nodes: list[FieldNode], parent_type: GraphQLObjectType, path: Path
    ) -> GraphQLResolveInfo[Any]:
        return cast(
            "GraphQLResolveInfo[Any]",
            _ResolveInfo(
                field_nodes[0].name.value,
                field_nodes,
                field_def.type,
                parent_type,
                path,
                self.schema,
                self.fragment_definitions,
                self.root_value,
                self.operation,
                self.variable_values.coerced,
                self.context_value,
                self.is_awaitable,
                self.abort_signal,
                self.async_helpers,
                self.operation_extensions,
            ),
        )

    def get_stream_usage(self, *_: Any) -> None:
        return None

    def for_event(self, payload: object, context: Any) -> "_Executor":
        """An executor of its own for one event, with a context of its own."""
        executor = cast("_Executor", self.build_per_event_executor(payload))
        executor.context_value = context
        # The copy shares this memo, whose keys are fresh for every event: a long stream would only ever add to it.
        executor._relevant_sub_fields = {}
        return executor


@dataclass(frozen=True, slots=True)
class Event:
    """One source event of a subscription."""

    _executor: _Executor
    _payload: object

    async def run(self, context: Any) -> ExecutionResult:
        return await _result(self._executor.for_event(self._payload, context).execute_operation(False))


class Runner:
    """Prepares operations of one schema to run."""

    def __init__(self, schema: GraphQLSchema, *, suggestions: bool) -> None:
        self._schema = schema
        self._suggestions = suggestions

    def ready(
        self, operation: Operation, variables: dict[str, Any], context: Any, extensions: dict[str, Any]
    ) -> "Ready":
        """Fit the variables in. Raises Invalid when they do not fit."""
        try:
            executor = _Executor.build(
                self._schema,
                operation.document,
                context_value=context,
                raw_variable_values=variables,
                operation_name=operation.name,
                is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # Strawberry types it as a plain bool
                hide_suggestions=not self._suggestions,
                operation_extensions=extensions,
            )
        except RecursionError:
            raise bad_request("variables are nested too deeply") from None
        if isinstance(executor, list):
            raise Invalid("BAD_USER_INPUT", executor)
        return Ready(cast("_Executor", executor))


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation with its variables, ready to run once."""

    _executor: _Executor

    async def run(self) -> ExecutionResult:
        """Execute a query or mutation."""
        return await _result(self._executor.execute_operation())

    async def events(self) -> AsyncGenerator[Event, None] | ExecutionResult:
        """The source events of a subscription, or why it could not start."""
        source = create_source_event_stream(self._executor)
        if not isinstance(source, AsyncIterable | ExecutionResult):
            source = await source
        return source if isinstance(source, ExecutionResult) else _events(self._executor, source)


async def _result(answer: Any) -> ExecutionResult:
    # Without incremental delivery an answer is a result, or the promise of one.
    return cast("ExecutionResult", answer if isinstance(answer, ExecutionResult) else await answer)


async def _events(executor: _Executor, source: AsyncIterable[Any]) -> AsyncGenerator[Event, None]:
    iterator = aiter(source)
    try:
        async for payload in iterator:
            yield Event(executor, payload)
    finally:
        # Whoever stops listening ends the source at once, rather than when memory is collected.
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()
