"""One document for each root field of the schema, with every argument as a variable and a wide selection."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

DEPTH = 4


@dataclass(frozen=True)
class Operation:
    """A root field, ready to be called with any values."""

    name: str
    document: str
    arguments: dict[str, GraphQLArgument]

    def __repr__(self) -> str:
        return self.name


def operations(root: GraphQLObjectType | None, keyword: str) -> list[Operation]:
    """A document for each field of a root type."""
    assert root is not None
    return [_operation(keyword, name, field) for name, field in sorted(root.fields.items())]


def _operation(keyword: str, name: str, field: Any) -> Operation:
    declared = ", ".join(f"${given}: {argument.type}" for given, argument in field.args.items())
    passed = ", ".join(f"{given}: ${given}" for given in field.args)
    head = f"{keyword} Nonsense{f'({declared})' if declared else ''}"
    selection = _selection(get_named_type(field.type), DEPTH)
    return Operation(name, f"{head} {{ {name}{f'({passed})' if passed else ''} {selection} }}", dict(field.args))


def _selection(kind: Any, depth: int) -> str:
    if is_leaf_type(kind):
        return ""
    if isinstance(kind, GraphQLUnionType):
        return "{ __typename }"
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    parts = ["__typename", *(_field(name, one, depth) for name, one in kind.fields.items())]
    return f"{{ {' '.join(part for part in parts if part)} }}"


def _field(name: str, one: Any, depth: int) -> str:
    kind = get_named_type(one.type)
    if any(is_required_argument(argument) for argument in one.args.values()):
        return ""
    if is_leaf_type(kind):
        return name
    if depth <= 1 or (name == "edges" and depth < DEPTH):
        return ""
    # Pages are kept short, or the wide selection would cost more than anybody may spend.
    short = "(first: 2)" if "first" in one.args else ""
    return f"{name}{short} {_selection(kind, depth - 1)}"


def every_operation(schema: GraphQLSchema) -> list[Operation]:
    """All that can be asked for and done once; subscriptions go another way."""
    return [*operations(schema.query_type, "query"), *operations(schema.mutation_type, "mutation")]
