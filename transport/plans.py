"""What is the same for every row of a list, worked out once for each operation: the steps of a selection set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
)
from graphql.execution.collect_fields import FieldDetailsList

from transport.shortcuts import Output, Raw, Read, Shortcut, Shows

_UNCHANGING = (str, int, float, bool, Enum, type(None))


@dataclass(slots=True)
class Step:
    """One field of a selection set. `resolve` is the long way to its value, `read` and `leaf` are the short ones."""

    name: str
    parent: GraphQLObjectType
    details: FieldDetailsList
    definition: GraphQLField
    resolve: Callable[..., Any]
    shows: Shows
    nodes: list[FieldNode] = field(init=False)
    has_arguments: bool = field(init=False)
    info: Any = None
    """What graphql-core tells of the field, for all rows together; only where it is read the short way."""
    read: Read | None = None
    """A row's value."""
    leaf: Read | None = None
    """What is sent for a row, or Raw."""
    inside: "list[Step] | None" = None
    """The steps of the objects that it holds."""

    def __post_init__(self) -> None:
        self.nodes = [detail.node for detail in self.details]
        self.has_arguments = bool(self.definition.args or self.nodes[0].arguments)

    def shorten(self, way: Shortcut, *, info: Any, strawberry_info: Any, arguments: dict[str, Any]) -> None:
        """Take the short way."""
        self.info = info
        self.read = way.bind(strawberry_info, arguments)
        if way.output is not None:
            self.leaf = _leaf(self.read, way.output)


def can_be_shared(arguments: dict[str, Any]) -> bool:
    """Whether one set of converted arguments may serve every row: none of it can be changed by a resolver."""
    return all(isinstance(value, _UNCHANGING) for value in arguments.values())


def _leaf(read: Read, output: Output) -> Read:
    def leaf(source: Any) -> Any:
        try:
            value = read(source)
        except Exception as error:
            return Raw(error)
        return output(value)

    return leaf
