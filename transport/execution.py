"""Runs one operation: graphql-core's executor with what Strawberry's resolvers expect of it, and little else.

Strawberry's own `Schema.execute` parses and validates every time, builds an extension runner and a middleware manager
for each request, and uses the executor for `@defer`, which this API does not offer. Its types and resolvers need none
of that.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
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
    Undefined,
    create_source_event_stream,
    get_argument_values,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path, gather_with_cancel

from transport.awaitables import is_awaitable
from transport.documents import Operation
from transport.errors import Invalid
from transport.plans import Step, can_be_shared
from transport.requests import bad_request
from transport.shortcuts import Raw, Shortcut, Shortcuts, shortcuts_of


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


class _InfoForAll(_ResolveInfo):
    """The same for all rows of a list, which lie at as many paths."""

    __slots__ = ()

    @property
    def path(self) -> Path:
        raise LookupError("a field made by schema.fields.field is not told its path")


_UNREAD = Raw(None)


class _Executor(Executor[Any]):
    """Plain execution, with what is the same for every row of a list worked out once.

    The methods that are overridden here do what graphql-core's do; `tests/wire/test_execution.py` holds them to it.
    """

    def __init__(self, *args: Any, operation_extensions: dict[str, Any] | None = None, **named: Any) -> None:
        super().__init__(*args, **named)
        self.operation_extensions = operation_extensions
        self._plans: dict[int, tuple[GroupedFieldSet, list[Step]]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        return self._object(self._plan(parent_type, grouped_field_set), source_value, path)

    def build_resolve_info(
        self, field_def: GraphQLField, field_nodes: list[FieldNode], parent_type: GraphQLObjectType, path: Path
    ) -> GraphQLResolveInfo[Any]:
        return self._info(_ResolveInfo, field_def, field_nodes, parent_type, path)

    def _info(
        self,
        info_class: type[_ResolveInfo],
        definition: GraphQLField,
        nodes: list[FieldNode],
        parent_type: GraphQLObjectType,
        path: Path | None,
    ) -> GraphQLResolveInfo[Any]:
        return cast(
            "GraphQLResolveInfo[Any]",
            info_class(
                nodes[0].name.value,
                nodes,
                definition.type,
                parent_type,
                cast("Path", path),
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

    def _object(self, steps: list[Step], source: Any, path: Path | None) -> AwaitableOrValue[dict[str, Any]]:
        """`execute_fields` with its plan at hand."""
        results: dict[str, Any] = {}
        waiting: list[str] = []
        try:
            for step in steps:
                value = _UNREAD if step.leaf is None else step.leaf(source)
                if type(value) is Raw:
                    value = self._field(step, source, path, value)
                    if is_awaitable(value):
                        waiting.append(step.name)
                results[step.name] = value
        except Exception:
            if waiting:
                self.settle_in_background([results[name] for name in waiting])
            raise
        return _awaited(results, waiting) if waiting else results

    def _field(self, step: Step, source: Any, path: Path | None, read: Raw) -> Any:
        """`execute_field`, from the point where the field is known, and perhaps what it holds."""
        at = Path(path, step.name, step.parent.name)
        info = step.info or self.build_resolve_info(step.definition, step.nodes, step.parent, at)
        try:
            if read is not _UNREAD:
                result = read.value
            else:
                result = self._resolved(step, source, info) if step.read is None else step.read(source)
            if is_awaitable(result):
                return self._later(step, info, at, result)
            completed = self._value(step, info, at, result)
            if is_awaitable(completed):
                return self._guarded(completed, step.shows.kind, step.details, at)
        except Exception as error:
            self.handle_field_error(error, step.shows.kind, step.details, at)
            return None
        return completed

    def _resolved(self, step: Step, source: Any, info: Any) -> Any:
        return step.resolve(source, info, **self._arguments(step)) if step.has_arguments else step.resolve(source, info)

    def _arguments(self, step: Step) -> dict[str, Any]:
        first = step.details[0]
        return get_argument_values(
            step.definition, first.node, self.variable_values, first.fragment_variable_values, self.hide_suggestions
        )

    async def _later(self, step: Step, info: GraphQLResolveInfo[Any], at: Path, result: Awaitable[Any]) -> Any:
        """`complete_awaitable_value` with its step at hand."""
        try:
            completed = self._value(step, info, at, await self.with_abort_signal(result))
            return await completed if is_awaitable(completed) else completed
        except Exception as error:
            self.handle_field_error(error, step.shows.kind, step.details, at)
            return None

    async def _guarded(
        self, completed: Awaitable[Any], kind: GraphQLOutputType, details: FieldDetailsList, at: Path
    ) -> Any:
        try:
            return await completed
        except Exception as error:
            self.handle_field_error(error, kind, details, at)
            return None

    def _value(self, step: Step, info: GraphQLResolveInfo[Any], at: Path, value: Any) -> Any:
        """`complete_value` with its step at hand."""
        shows = step.shows
        if shows.item is None:
            if shows.objects is not None and _is_one(shows.objects, value, info):
                return self._object(self._inside(step, shows.objects), value, at)
        elif type(value) is list or type(value) is tuple:
            if shows.objects is not None:
                return self._objects(step, shows.objects, shows.item, info, at, value)
            if shows.leaves is not None:
                sent = [shows.leaves(one) for one in value]
                if not any(type(one) is Raw for one in sent):
                    return sent
        return self.complete_value(shows.kind, step.details, info, at, value, None)

    def _objects(
        self,
        step: Step,
        kind: GraphQLObjectType,
        item_type: GraphQLOutputType,
        info: GraphQLResolveInfo[Any],
        at: Path,
        items: list[Any] | tuple[Any, ...],
    ) -> Any:
        """`complete_list_value` for objects of one type."""
        inside = self._inside(step, kind)
        completed: list[Any] = []
        waiting: list[int] = []
        try:
            for index, item in enumerate(items):
                place = Path(at, index, None)
                if not _is_one(kind, item, info):
                    if self._unusual(item, completed, item_type, step, info, place):
                        waiting.append(index)
                    continue
                try:
                    value = self._object(inside, item, place)
                except Exception as error:
                    self.handle_field_error(error, item_type, step.details, place)
                    completed.append(None)
                    continue
                if type(value) is not dict:
                    waiting.append(index)
                    value = self._guarded(cast("Awaitable[Any]", value), item_type, step.details, place)
                completed.append(value)
        except Exception:
            left = [*(completed[index] for index in waiting), *items[len(completed) + 1 :]]
            self.settle_in_background([one for one in left if is_awaitable(one)])
            raise
        return _awaited(completed, waiting) if waiting else completed

    def _unusual(
        self,
        item: Any,
        completed: list[Any],
        item_type: GraphQLOutputType,
        step: Step,
        info: GraphQLResolveInfo[Any],
        place: Path,
    ) -> bool:
        """Complete an item that is no object of the type as it stands. Whether it is still to come."""
        if is_awaitable(item):
            completed.append(self.complete_awaitable_list_item_value(item, item_type, step.details, info, place, None))
            return True
        return self.complete_list_item_value(item, completed, item_type, step.details, info, place, None)

    def _plan(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> list[Step]:
        known = self._plans.get(id(grouped))
        if known is None:
            steps = [self._step(parent_type, name, details) for name, details in grouped.items()]
            # Kept together, or the id could be given to another set.
            known = self._plans[id(grouped)] = grouped, [step for step in steps if step is not None]
        return known[1]

    def _inside(self, step: Step, kind: GraphQLObjectType) -> list[Step]:
        if step.inside is None:
            step.inside = self._plan(kind, self.collect_subfields(kind, step.details).grouped_field_set)
        return step.inside

    def _step(self, parent_type: GraphQLObjectType, name: str, details: FieldDetailsList) -> Step | None:
        shortcuts = cast("Shortcuts", self.middleware_manager)
        field_name = details[0].node.name.value
        definition = self.schema.get_field(parent_type, field_name)
        if definition is None:
            return None
        resolve = shortcuts.get_field_resolver(definition.resolve or self.field_resolver)
        shows = shortcuts.shows(parent_type.name, field_name, definition.type)
        step = Step(name, parent_type, details, definition, resolve, shows)
        way = shortcuts.way(parent_type.name, field_name)
        if way is not None:
            self._shorten(step, way, shortcuts)
        elif field_name == "__typename":
            step.leaf = lambda _: parent_type.name
        return step

    def _shorten(self, step: Step, way: Shortcut, shortcuts: Shortcuts) -> None:
        arguments: dict[str, Any] = {}
        if step.has_arguments:
            try:
                arguments = shortcuts.arguments(step.definition, self._arguments(step))
            except Exception:
                return  # the long way meets the same trouble, and tells it as an error of this field
            if not can_be_shared(arguments):
                return
        info = self._info(_InfoForAll, step.definition, step.nodes, step.parent, None)
        shared = shortcuts.info(step.definition, info) if way.wants_info else None
        step.shorten(way, info=info, strawberry_info=shared, arguments=arguments)

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
        self._shortcuts = shortcuts_of(schema)

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
                is_awaitable=is_awaitable,  # type: ignore[arg-type] # ours is a plain bool
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


async def _awaited(results: Any, waiting: Sequence[Any]) -> Any:
    """The results, a list or a dictionary, when those that are waited for have come."""
    if len(waiting) == 1:
        results[waiting[0]] = await results[waiting[0]]
        return results
    for place, result in zip(waiting, await gather_with_cancel(*(results[one] for one in waiting)), strict=True):
        results[place] = result
    return results


def _is_one(kind: GraphQLObjectType, value: Any, info: GraphQLResolveInfo[Any]) -> bool:
    """Whether a value is there, and is no more unusual than a row that shows an object of this type."""
    if value is None or value is Undefined or isinstance(value, Exception) or is_awaitable(value):
        return False
    return kind.is_type_of is None or kind.is_type_of(value, info) is True


async def _events(executor: _Executor, source: AsyncIterable[Any]) -> AsyncGenerator[Event, None]:
    iterator = aiter(source)
    try:
        async for payload in iterator:
            yield Event(executor, payload)
    finally:
        # Whoever stops listening ends the source at once, rather than when memory is collected.
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()
