"""Runs one operation: graphql-core's executor with what Strawberry's resolvers expect of it, and little else.

Strawberry's own `Schema.execute` parses and validates every time, builds an extension runner and a middleware manager
for each request, and uses the executor for `@defer`, which this API does not offer. Its types and resolvers need none
of that.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from graphql import (
    ExecutionResult,
    Executor,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    create_source_event_stream,
    get_argument_values,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path, gather_with_cancel
from strawberry.execution import optimized_is_awaitable

from transport.documents import Operation
from transport.errors import Invalid
from transport.requests import bad_request
from transport.shortcuts import Leaf, Raw, Shortcuts


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


_UNREAD = Raw(None)


class _Step(NamedTuple):
    """One field of a selection set: what is the same about it for every row."""

    name: str
    details: FieldDetailsList
    leaf: Leaf | None
    definition: GraphQLField | None
    nodes: list[FieldNode]
    resolve: Callable[..., Any]
    has_arguments: bool


class _Executor(Executor[Any]):
    """Plain execution, with what is the same for every row of a list worked out once.

    The methods that are overridden here do what graphql-core's do; `tests/wire/test_execution.py` holds them to it.
    """

    def __init__(self, *args: Any, operation_extensions: dict[str, Any] | None = None, **named: Any) -> None:
        super().__init__(*args, **named)
        self.operation_extensions = operation_extensions
        self._plans: dict[int, tuple[GroupedFieldSet, list[_Step]]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        results: dict[str, Any] = {}
        waiting: list[str] = []
        try:
            for step in self._plan(parent_type, grouped_field_set):
                value = _UNREAD if step.leaf is None else step.leaf(source_value)
                if isinstance(value, Raw):
                    if step.definition is None:
                        continue
                    value = self._field(step, step.definition, parent_type, source_value, path, value)
                    if optimized_is_awaitable(value):
                        waiting.append(step.name)
                results[step.name] = value
        except Exception:
            if waiting:
                self.settle_in_background([results[name] for name in waiting])
            raise
        return _awaited(results, waiting) if waiting else results

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[Any]:
        if result is not None and not isinstance(result, Exception):
            kind = return_type.of_type if isinstance(return_type, GraphQLNonNull) else return_type
            if isinstance(kind, GraphQLObjectType) and kind.is_type_of is None:
                inside = self.collect_subfields(kind, field_details_list).grouped_field_set
                return self.execute_fields(kind, result, path, inside, None)
            if isinstance(kind, GraphQLList):
                return self.complete_list_value(kind, field_details_list, info, path, result, None)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

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

    def _field(
        self,
        step: _Step,
        definition: GraphQLField,
        parent_type: GraphQLObjectType,
        source: Any,
        path: Path | None,
        read: Raw,
    ) -> Any:
        """`execute_field`, from the point where the field is known, and perhaps what it holds."""
        at, kind, details = Path(path, step.name, parent_type.name), definition.type, step.details
        info = self.build_resolve_info(definition, step.nodes, parent_type, at)
        try:
            result = read.value if read is not _UNREAD else self._resolved(step, definition, source, info)
            if optimized_is_awaitable(result):
                return self.complete_awaitable_value(kind, details, info, at, result, None)
            completed = self.complete_value(kind, details, info, at, result, None)
            if optimized_is_awaitable(completed):
                return self._guarded(cast("Awaitable[Any]", completed), kind, details, at)
        except Exception as error:
            self.handle_field_error(error, kind, details, at)
            return None
        return completed

    async def _guarded(
        self, completed: Awaitable[Any], kind: GraphQLOutputType, details: FieldDetailsList, at: Path
    ) -> Any:
        try:
            return await completed
        except Exception as error:
            self.handle_field_error(error, kind, details, at)
            return None

    def _resolved(self, step: _Step, definition: GraphQLField, source: Any, info: Any) -> Any:
        if not step.has_arguments:
            return step.resolve(source, info)
        first = step.details[0]
        given = get_argument_values(
            definition, first.node, self.variable_values, first.fragment_variable_values, self.hide_suggestions
        )
        return step.resolve(source, info, **given)

    def _plan(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> list[_Step]:
        known = self._plans.get(id(grouped))
        if known is None:
            steps = [self._step(parent_type, name, details) for name, details in grouped.items()]
            known = self._plans[id(grouped)] = grouped, steps  # together, or the id could be given to another set
        return known[1]

    def _step(self, parent_type: GraphQLObjectType, name: str, details: FieldDetailsList) -> _Step:
        shortcuts = cast("Shortcuts", self.middleware_manager)
        first = details[0].node
        definition = self.schema.get_field(parent_type, first.name.value)
        return _Step(
            name,
            details,
            shortcuts.leaf(parent_type.name, first.name.value),
            definition,
            [detail.node for detail in details],
            shortcuts.get_field_resolver((definition and definition.resolve) or self.field_resolver),
            bool((definition and definition.args) or first.arguments),
        )

    def get_stream_usage(self, *_: Any) -> None:
        return None

    def for_event(self, payload: object, context: Any) -> "_Executor":
        """An executor of its own for one event, with a context of its own."""
        executor = cast("_Executor", self.build_per_event_executor(payload))
        executor.context_value = context
        # The copy shares these memos, whose keys are fresh for every event: a long stream would only ever add to it.
        executor._relevant_sub_fields = {}
        executor._plans = {}
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
        self._shortcuts = Shortcuts(schema)

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
                middleware=self._shortcuts,
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


async def _awaited(results: dict[str, Any], waiting: list[str]) -> dict[str, Any]:
    if len(waiting) == 1:
        results[waiting[0]] = await results[waiting[0]]
    else:
        results.update(zip(waiting, await gather_with_cancel(*(results[name] for name in waiting)), strict=True))
    return results


async def _events(executor: _Executor, source: AsyncIterable[Any]) -> AsyncGenerator[Event, None]:
    iterator = aiter(source)
    try:
        async for payload in iterator:
            yield Event(executor, payload)
    finally:
        # Whoever stops listening ends the source at once, rather than when memory is collected.
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()
