"""Short ways to the values of fields: an attribute of a row, or a plain call of the function behind a resolver.

Strawberry leads every field through argument conversion, an `Info`, and a chain of extensions, and graphql-core through
a path, a resolve info and a tower of type checks, for every row of a list anew. What is found here takes the short way
to the same value; whatever is unusual about a field or a value takes the long way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, EnumMeta
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    MiddlewareManager,
    Undefined,
    is_introspection_type,
    is_leaf_type,
    is_object_type,
)
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.fields import SHARES_INFO
from transport.awaitables import is_awaitable

Read = Callable[[Any], Any]
Bind = Callable[[Any, Mapping[str, Any]], Read]
Output = Callable[[Any], Any]

# These go out as they are; of numbers only those in the range of an Int.
_AS_IT_IS: dict[str, type] = {
    GraphQLString.name: str,
    GraphQLID.name: str,
    GraphQLBoolean.name: bool,
    GraphQLInt.name: int,
}
_LARGEST_INT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Raw:
    """A value that is no output at once: a promise, an error, or something that does not fit."""

    value: Any


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The short way to one field. `bind` takes the `Info` and the arguments of all rows; what it gives reads a row.

    `output` is there for leaves: it gives what is sent, or Raw where only the long way knows.
    """

    bind: Bind
    wants_info: bool
    output: Output | None


@dataclass(frozen=True, slots=True)
class Shows:
    """What a field's type comes to: objects of one type or leaves, alone or in a list. Anything else has neither."""

    kind: GraphQLOutputType
    item: GraphQLOutputType | None
    objects: GraphQLObjectType | None
    leaves: Output | None

    @classmethod
    def of(cls, kind: GraphQLOutputType) -> "Shows":
        bare = _nullable(kind)
        item: GraphQLOutputType | None = bare.of_type if isinstance(bare, GraphQLList) else None
        shown = bare if item is None else _nullable(item)
        return cls(
            kind,
            item,
            objects=shown if isinstance(shown, GraphQLObjectType) else None,
            leaves=output_of(item) if item is not None else None,
        )


class Shortcuts(MiddlewareManager):
    """The short ways of one schema. As graphql-core's middleware manager it puts the direct resolvers in place."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self._ways: dict[tuple[str, str], Shortcut] = {}
        self._shows: dict[tuple[str, str], Shows] = {}
        self._direct: dict[Callable[..., Any], Callable[..., Any]] = {}
        self._schema: Schema | None = getattr(schema, "_strawberry_schema", None)
        for kind in schema.type_map.values():
            if is_object_type(kind) and not is_introspection_type(kind) and kind is not schema.subscription_type:
                for name, definition in kind.fields.items():
                    self._learn(kind.name, name, definition)

    def shows(self, type_name: str, field_name: str, kind: GraphQLOutputType) -> "Shows":
        """What a field's type comes to."""
        known = self._shows.get((type_name, field_name))
        if known is None:
            known = self._shows[type_name, field_name] = Shows.of(kind)
        return known

    def way(self, type_name: str, field_name: str) -> Shortcut | None:
        """The short way to a field, if there is one."""
        return self._ways.get((type_name, field_name))

    def info(self, definition: GraphQLField, raw: Any) -> Any:
        """What Strawberry's resolvers take for `info`."""
        schema = self._schema
        return raw if schema is None else schema.config.info_class(raw, definition.extensions["strawberry-definition"])

    def arguments(self, definition: GraphQLField, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments as Strawberry's resolvers take them."""
        field, schema = definition.extensions["strawberry-definition"], self._schema
        if schema is None:
            return given
        registry = schema.schema_converter.scalar_registry
        return convert_arguments(given, field.arguments, scalar_registry=registry, config=schema.config)

    def get_field_resolver(self, field_resolver: Callable[..., Any]) -> Callable[..., Any]:
        return self._direct.get(field_resolver, field_resolver)

    def _learn(self, type_name: str, name: str, definition: GraphQLField) -> None:
        field, schema = definition.extensions.get("strawberry-definition"), self._schema
        if not isinstance(field, StrawberryField) or schema is None or schema.exception_handlers:
            return
        if type(field).get_result is not StrawberryField.get_result or field.extensions:
            return
        output = output_of(definition.type)
        if field.base_resolver is None:
            self._ways[type_name, name] = Shortcut(_attribute(field), wants_info=False, output=output)
            return
        wants_info = field.base_resolver.info_parameter is not None
        if not wants_info or field.metadata.get(SHARES_INFO):
            leaf = None if field.is_async else output
            self._ways[type_name, name] = Shortcut(_call(field), wants_info=wants_info, output=leaf)
        elif not field.arguments and definition.resolve is not None:
            self._direct[definition.resolve] = _direct(field, schema.config.info_class)


def _attribute(field: StrawberryField) -> Bind:
    get, name = field.default_resolver, field.python_name

    def bind(info: Any, arguments: Mapping[str, Any]) -> Read:
        return lambda source: get(source, name)

    return bind


def _call(field: StrawberryField) -> Bind:
    """Calls the function behind a resolver with what its reserved parameters ask for."""
    call, parents, info_name, by_position = _parts(field)
    first = tuple(call.signature.parameters)[:2]
    plain: Callable[..., Any] = call.wrapped_func

    def bind(info: Any, arguments: Mapping[str, Any]) -> Read:
        if not arguments and not by_position and len(parents) == 1:  # what nearly every field of a row is
            [parent] = parents
            if first == (parent, info_name):
                return lambda source: plain(source, info)
            if first[:1] == (parent,) and info_name is None:
                return plain
        fixed = dict(arguments) if info_name is None else {**arguments, info_name: info}
        if by_position:
            return lambda source: plain(source, **dict.fromkeys(parents, source), **fixed)
        return lambda source: plain(**dict.fromkeys(parents, source), **fixed)

    return bind


def _direct(field: StrawberryField, info_class: type) -> Callable[..., Any]:
    """The same for resolvers that want an `Info` of their own for each row."""
    call, parents, info_name, by_position = _parts(field)

    def direct(source: Any, info: Any) -> Any:
        named: dict[str, Any] = dict.fromkeys(parents, source)
        if info_name is not None:
            named[info_name] = info_class(info, field)
        return call(source, **named) if by_position else call(**named)

    return direct


def _parts(field: StrawberryField) -> tuple[Any, set[str], str | None, bool]:
    resolver = field.base_resolver
    assert resolver is not None
    parents = {one.name for one in (resolver.parent_parameter, resolver.root_parameter) if one is not None}
    info_name = resolver.info_parameter.name if resolver.info_parameter is not None else None
    return resolver, parents, info_name, resolver.self_parameter is not None


@lru_cache(maxsize=4)
def shortcuts_of(schema: GraphQLSchema) -> Shortcuts:
    """The short ways of a schema, learned once however many endpoints serve it."""
    return Shortcuts(schema)


def output_of(type_: GraphQLOutputType) -> Output | None:
    """What is sent for a value of a leaf type."""
    nullable = not isinstance(type_, GraphQLNonNull)
    kind = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if not is_leaf_type(kind):
        return None
    as_it_is, coerce, members = _AS_IT_IS.get(kind.name), kind.coerce_output_value, _members(kind)
    enum = type(next(iter(members), None))

    def output(value: Any) -> Any:
        found = type(value)
        if found is as_it_is:
            return value if found is not int or abs(value) <= _LARGEST_INT else Raw(value)
        if found is enum and members:
            return members[value]
        if value is None or isinstance(value, Exception) or is_awaitable(value):
            return None if value is None and nullable else Raw(value)
        try:
            shown = coerce(value)
        except Exception:
            return Raw(value)  # the long way meets the same trouble, and tells it as an error of this field
        return Raw(value) if shown is None or shown is Undefined else shown

    return output


@lru_cache(maxsize=1024)
def _members(kind: GraphQLLeafType) -> dict[Enum, str]:
    """What each member of an enum is sent as."""
    enum = getattr(kind, "wrapped_cls", None)  # Strawberry's own enum types know the class behind them
    members: list[Enum] = list(enum) if isinstance(enum, EnumMeta) else []
    return {member: kind.coerce_output_value(member) for member in members}


def _nullable(kind: GraphQLOutputType) -> GraphQLOutputType:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind
