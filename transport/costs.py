"""What an operation may cost at most, in points: one for each field, times the lengths of the lists around it.

Counted before anything runs, from the document, the schema and the variables. The price of a document is worked out
once, when it is parsed; what remains for each request is arithmetic over the variables that choose page sizes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_list_type,
    is_object_type,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef

from transport.limits import ENOUGH, fragments_of, innermost_first

MUTATION_POINTS = 10  # a write: transactions, locks, events
INTROSPECTION_POINTS = 100  # at least
DESCRIBED_PER_POINT = 5  # what describes the schema comes from memory, but a kilobyte can ask for a second of it
_PAGE_ARGUMENTS = ("first", "last", "ids")
_META_FIELDS: Final = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}

Page = tuple[int | str, ...]  # lengths that the caller chose, or the variables that hold them; the longest counts


@dataclass(frozen=True, slots=True)
class _Field:
    points: int
    repeats: int | Page | None  # None: as often as the page that the connection around it was asked for
    page: Page  # the page asked for here, for the edges and nodes inside
    inside: tuple["_Field | str", ...]  # fields, and names of fragments that are spread here
    share: int = 1  # what is inside counts by this fraction


@dataclass(frozen=True, slots=True)
class Price:
    """The cost of one operation as a function of its variables."""

    parts: tuple["_Field | str", ...]
    fragments: tuple[tuple[str, tuple["_Field | str", ...]], ...]  # innermost first
    defaults: Mapping[str, int]
    assumed_page: int

    def of(self, variables: Mapping[str, Any]) -> int:
        """Points, before execution. Takes time in proportion to the document, whatever its fragments multiply to."""
        count = _Count({**self.defaults, **variables}, self.assumed_page)
        for name, parts in self.fragments:
            count.known[name] = count.line(parts)
        return count.line(self.parts).at(0)


class PriceList:
    """Prices documents of one schema. They must have passed validation."""

    def __init__(self, schema: GraphQLSchema, *, assumed_list: int, assumed_page: int) -> None:
        self._schema = schema
        self._assumed_list = assumed_list
        self._assumed_page = assumed_page
        self._described = _described_lengths(schema)

    def prices(self, document: DocumentNode) -> dict[str | None, Price]:
        """By operation name."""
        fragments = {
            name: self._parts(node.selection_set, self._schema.get_type(node.type_condition.name.value), write=False)
            for name, node in fragments_of(document).items()
        }
        order = innermost_first({name: list(_spread_in(parts)) for name, parts in fragments.items()})
        ordered = tuple((name, fragments[name]) for name in order)
        return {
            node.name.value if node.name else None: Price(
                self._parts(
                    node.selection_set,
                    self._schema.get_root_type(node.operation),
                    write=node.operation is OperationType.MUTATION,
                ),
                ordered,
                _defaults(node),
                self._assumed_page,
            )
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }

    def _parts(
        self, selections: SelectionSetNode, parent: GraphQLNamedType | None, *, write: bool
    ) -> tuple["_Field | str", ...]:
        return tuple(part for node in selections.selections for part in self._part(node, parent, write=write))

    def _part(self, node: SelectionNode, parent: GraphQLNamedType | None, *, write: bool) -> tuple["_Field | str", ...]:
        if isinstance(node, FragmentSpreadNode):
            return (node.name.value,)
        if isinstance(node, InlineFragmentNode):
            narrowed = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            return self._parts(node.selection_set, narrowed, write=write)
        assert isinstance(node, FieldNode)
        return (self._field(node, parent, write=write),)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, *, write: bool) -> _Field:
        name = node.name.value
        if name in _META_FIELDS:
            described = self._parts(_selected(node), get_named_type(_META_FIELDS[name].type), write=False)
            return _Field(INTROSPECTION_POINTS, 1, (), described, DESCRIBED_PER_POINT)
        definition: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        if definition is None:  # __typename
            return _Field(1, 1, (), ())
        inside: tuple[_Field | str, ...] = ()
        if node.selection_set is not None:
            inside = self._parts(node.selection_set, get_named_type(definition.type), write=False)
        if parent is not None and parent.name.startswith("__"):
            # A chain of ofType ends early: each link is there about every second time.
            return _Field(1, self._described.get(name, 1), (), inside, 2 if name == "ofType" else 1)
        page = _page(node, definition)
        return _Field(MUTATION_POINTS if write else 1, self._repeats(definition, parent, page), page, inside)

    def _repeats(self, definition: GraphQLField, parent: GraphQLNamedType | None, page: Page) -> int | Page | None:
        if not _is_list(definition):
            return 1
        if page:
            return page
        in_connection = parent is not None and parent.name.endswith("Connection")
        return None if in_connection else self._assumed_list


@dataclass(frozen=True, slots=True)
class _Line:
    """`fixed + sloped × page`: what a selection costs, as its connection's page size is known only further out."""

    fixed: int
    sloped: int

    def at(self, page: int) -> int:
        return min(self.fixed + self.sloped * page, ENOUGH)


class _Count:
    def __init__(self, variables: Mapping[str, Any], assumed_page: int) -> None:
        self._variables = variables
        self._assumed_page = assumed_page
        self.known: dict[str, _Line] = {}

    def line(self, parts: tuple["_Field | str", ...]) -> _Line:
        fixed = sloped = 0
        for part in parts:
            one = self.known.get(part, _Line(0, 0)) if isinstance(part, str) else self._field(part)
            fixed, sloped = min(fixed + one.fixed, ENOUGH), min(sloped + one.sloped, ENOUGH)
        return _Line(fixed, sloped)

    def _field(self, field: _Field) -> _Line:
        inside = self.line(field.inside).at(self._length(field.page)) // field.share
        if field.repeats is None:
            return _Line(field.points, inside)
        times = field.repeats if isinstance(field.repeats, int) else self._length(field.repeats)
        return _Line(min(field.points + times * inside, ENOUGH), 0)

    def _length(self, page: Page) -> int:
        chosen = [self._chosen(size) for size in page]
        return max((length for length in chosen if length is not None), default=self._assumed_page)

    def _chosen(self, size: int | str) -> int | None:
        value = self._variables.get(size) if isinstance(size, str) else size
        if isinstance(value, list):
            return len(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return int(min(max(value, 0), ENOUGH))


def _described_lengths(schema: GraphQLSchema) -> dict[str, int]:
    """How long the lists are in which a schema describes itself: an average over all its types, rounded up."""
    types = schema.type_map.values()
    inputs = [kind for kind in types if is_input_object_type(kind)]
    outputs = [kind for kind in types if is_object_type(kind) or is_interface_type(kind)]
    sums = {
        "fields": sum(len(kind.fields) for kind in outputs),
        "inputFields": sum(len(kind.fields) for kind in inputs),
        "enumValues": sum(len(kind.values) for kind in types if is_enum_type(kind)),
        "interfaces": sum(len(kind.interfaces) for kind in outputs),
        "possibleTypes": sum(len(schema.get_possible_types(kind)) for kind in types if is_abstract_type(kind)),
    }
    means = {name: ceil(total / len(types)) for name, total in sums.items()}
    return {**means, "types": len(types), "directives": len(schema.directives)}


def _selected(node: FieldNode) -> SelectionSetNode:
    assert node.selection_set is not None  # validated: a schema and its types are objects
    return node.selection_set


def _page(node: FieldNode, definition: GraphQLField) -> Page:
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    sizes = [_size(given.get(name), definition.args[name]) for name in _PAGE_ARGUMENTS if name in definition.args]
    return tuple(size for size in sizes if size is not None)


def _size(value: ValueNode | None, argument: GraphQLArgument) -> int | str | None:
    if isinstance(value, IntValueNode):
        return _whole(value)
    if isinstance(value, VariableNode):
        return value.name.value
    if isinstance(value, ListValueNode):
        return len(value.values)
    default = argument.default_value
    return default if value is None and isinstance(default, int) else None


def _whole(node: IntValueNode) -> int:
    return int(node.value[:13])  # longer ones are beyond ENOUGH anyway


def _is_list(definition: GraphQLField) -> bool:
    kind = definition.type
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    return {
        node.variable.name.value: _whole(node.default_value)
        for node in operation.variable_definitions or ()
        if isinstance(node.default_value, IntValueNode)
    }


def _spread_in(parts: tuple["_Field | str", ...]) -> set[str]:
    found: set[str] = set()
    left = list(parts)
    while left:
        part = left.pop()
        if isinstance(part, str):
            found.add(part)
        else:
            left.extend(part.inside)
    return found
