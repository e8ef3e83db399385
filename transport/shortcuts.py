"""Fields that need no ceremony: a plain attribute of a row, and a resolver without arguments.

Strawberry leads every field through argument conversion, an `Info`, and a chain of extensions, and graphql-core through
a path, a resolve info and a tower of type checks. For most fields of a list page all of that ends in `getattr`. What is
found here takes the short way to the same value; whatever is unusual about a field or a value takes the long way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLID,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    MiddlewareManager,
    Undefined,
    is_introspection_type,
    is_leaf_type,
    is_object_type,
)
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.types.field import StrawberryField

Leaf = Callable[[Any], Any]

# Text and truth go out as they are. Numbers have a range to check, so they are asked for their output value.
_AS_IT_IS: dict[str, type] = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool}


@dataclass(frozen=True, slots=True)
class Raw:
    """What a leaf read when it is no output value at once: a promise, an error, or something that does not fit."""

    value: Any


class Shortcuts(MiddlewareManager):
    """The short ways of one schema. As graphql-core's middleware manager it puts the short resolvers in place."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self._leaves: dict[tuple[str, str], Leaf] = {}
        self._direct: dict[Callable[..., Any], Callable[..., Any]] = {}
        strawberry_schema = getattr(schema, "_strawberry_schema", None)
        for kind in schema.type_map.values():
            if is_object_type(kind) and not is_introspection_type(kind) and kind is not schema.subscription_type:
                for name, definition in kind.fields.items():
                    self._learn(kind.name, name, definition, strawberry_schema)

    def leaf(self, type_name: str, field_name: str) -> Leaf | None:
        """Reads the field's output value from a row, or answers Raw; None when there is no short way."""
        return self._leaves.get((type_name, field_name))

    def get_field_resolver(self, field_resolver: Callable[..., Any]) -> Callable[..., Any]:
        return self._direct.get(field_resolver, field_resolver)

    def _learn(self, type_name: str, name: str, definition: GraphQLField, schema: Schema | None) -> None:
        field = definition.extensions.get("strawberry-definition")
        if not isinstance(field, StrawberryField) or schema is None or schema.exception_handlers:
            return
        if type(field).get_result is not StrawberryField.get_result or field.extensions:
            return
        if field.is_basic_field and (leaf := _leaf(definition, field)) is not None:
            self._leaves[type_name, name] = leaf
        elif field.base_resolver is not None and not field.arguments and definition.resolve is not None:
            self._direct[definition.resolve] = _direct(field, schema.config.info_class)


def _leaf(definition: GraphQLField, field: StrawberryField) -> Leaf | None:
    nullable = not isinstance(definition.type, GraphQLNonNull)
    kind = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
    if not is_leaf_type(kind):
        return None
    read, attribute = field.default_resolver, field.python_name
    as_it_is, coerce = _AS_IT_IS.get(kind.name), kind.coerce_output_value

    def leaf(source: Any) -> Any:
        try:
            value = read(source, attribute)
        except Exception as error:
            return Raw(error)
        if type(value) is as_it_is or (nullable and value is None):
            return value
        if value is None or isinstance(value, Exception) or optimized_is_awaitable(value):
            return Raw(value)
        try:
            output = coerce(value)
        except Exception:
            return Raw(value)  # the long way meets the same trouble, and tells it as an error of this field
        return Raw(value) if output is None or output is Undefined else output

    return leaf


def _direct(field: StrawberryField, info_class: type) -> Callable[..., Any]:
    """Calls the function behind a resolver with what its reserved parameters ask for."""
    resolver = field.base_resolver
    assert resolver is not None
    call: Callable[..., Any] = resolver
    parents = {one.name for one in (resolver.parent_parameter, resolver.root_parameter) if one is not None}
    info_name = resolver.info_parameter.name if resolver.info_parameter is not None else None
    by_position = resolver.self_parameter is not None

    def direct(source: Any, info: Any) -> Any:
        named: dict[str, Any] = dict.fromkeys(parents, source)
        if info_name is not None:
            named[info_name] = info_class(info, field)
        return call(source, **named) if by_position else call(**named)

    return direct
