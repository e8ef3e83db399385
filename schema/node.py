"""`Node`: what has an id of its own, and the types that implement it over stored rows."""

from typing import Any

import strawberry

from kit import ids
from loaders.registry import Question
from models.base import Row
from resolvers import node as resolvers
from schema.fields import field


def public_id(root: strawberry.Parent[Any]) -> strawberry.ID:
    if root.moment is not None:
        return strawberry.ID(ids.to_public_past(_type_names[type(root)], *root.moment))
    return strawberry.ID(ids.to_public(_type_names[type(root)], root.id))


_type_names: dict[type, str] = {}


@strawberry.interface(description="Something with an id that stays the same and can be asked for again with `node`.")
class Node:
    id: strawberry.ID = field(
        public_id, description="Opaque and unguessable; names the type and the thing. Not a number for people."
    )


def node_type(row: type[Row], question: Question[Any, Any] | None, *, description: str) -> Any:
    """Declare the GraphQL type that shows rows of `row`. `question` finds the visible ones by key, for `node`."""

    def declare(cls: type) -> type:
        _type_names[row] = cls.__name__
        if question is not None:
            resolvers.register(cls.__name__, question)
        cls.is_type_of = classmethod(lambda _, value, info: isinstance(value, row))  # type: ignore[attr-defined]  # read by Strawberry
        return strawberry.type(cls, description=description)

    return declare


@strawberry.type
class NodeQuery:
    node: Node | None = field(
        resolvers.node, description="Anything with an id, if it is there and yours to see; null otherwise."
    )
