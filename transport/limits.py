"""How big a document is before anything is looked up or run: counted in one pass, each fragment visited once.

A fragment that spreads another twice, thirty levels down, makes a billion fields out of one kilobyte. So each
definition is measured alone, and the measures are added up along the spreads, from the innermost fragment outwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from kit.errors import Refused
from settings import LimitSettings

ENOUGH = 10**12  # where counting stops: sums along spreads double at every step

Definition = OperationDefinitionNode | FragmentDefinitionNode


@dataclass(slots=True)
class _Measure:
    """One definition by itself; `spreads` name the fragments in it, and how deep inside its fields each stands."""

    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    introspects: bool = False
    spreads: list[tuple[str, int]] = field(default_factory=list)


def check_size(document: DocumentNode, limits: LimitSettings, *, introspection: bool) -> None:
    """Raises `Refused("LIMIT_EXCEEDED")` with the limit's name, or `INTROSPECTION_DISABLED`. Needs no schema."""
    fragments = fragments_of(document)
    _within("fragments", len(fragments), limits.fragments)
    measured = [_measured(definition) for definition in _definitions(document)]
    _within("directives", sum(measure.directives for measure in measured), limits.directives)
    if not introspection and any(measure.introspects for measure in measured):
        raise Refused("INTROSPECTION_DISABLED")
    _total([*measured[len(fragments) :]], dict(zip(fragments, measured, strict=False)), limits)


def check_variables(variables: Mapping[str, object], limits: LimitSettings) -> None:
    """Raises `Refused("LIMIT_EXCEEDED")`. Each value is looked at, and may be refused with words of its own: a quarter
    of a megabyte of wrong ids kept a process busy for six seconds.
    """
    found = 0
    left: list[object] = list(variables.values())
    while left:
        value = left.pop()
        found += 1
        if isinstance(value, Mapping):
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    _within("variable_values", found, limits.variable_values)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def innermost_first(spreads: Mapping[str, Sequence[str]]) -> list[str]:
    """The fragments in an order in which each comes after those it spreads. A circle is cut; validation refuses it."""
    order: list[str] = []
    seen: set[str] = set()
    for root in spreads:
        if root in seen:
            continue
        seen.add(root)
        path: list[tuple[str, Iterator[str]]] = [(root, iter(spreads[root]))]
        while path:
            name, inner = path[-1]
            fresh = next((one for one in inner if one in spreads and one not in seen), None)
            if fresh is None:
                order.append(name)
                path.pop()
            else:
                seen.add(fresh)
                path.append((fresh, iter(spreads[fresh])))
    return order


def _definitions(document: DocumentNode) -> list[Definition]:
    """Fragments in the order of `fragments_of`, then operations."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return [*fragments_of(document).values(), *operations]


def _total(operations: Sequence[_Measure], fragments: dict[str, _Measure], limits: LimitSettings) -> None:
    whole: dict[str, _Measure] = {}
    for name in innermost_first({name: [one for one, _ in part.spreads] for name, part in fragments.items()}):
        whole[name] = _added_up(fragments[name], whole)
    for operation in operations:
        total = _added_up(operation, whole)
        _within("depth", total.depth, limits.depth)
        _within("aliases", total.aliases, limits.aliases)
        _within("root_fields", total.root_fields, limits.root_fields)


def _added_up(part: _Measure, whole: Mapping[str, _Measure]) -> _Measure:
    total = _Measure(part.depth, part.aliases, part.root_fields)
    for name, depth in part.spreads:
        if (inner := whole.get(name)) is None:
            continue
        total.depth = max(total.depth, depth + inner.depth)
        total.aliases = min(total.aliases + inner.aliases, ENOUGH)
        if depth == 0:
            total.root_fields = min(total.root_fields + inner.root_fields, ENOUGH)
    return total


def _measured(definition: Definition) -> _Measure:
    measure = _Measure(directives=len(definition.directives or ()))
    left: list[tuple[SelectionSetNode, int]] = [(definition.selection_set, 0)]
    while left:
        selection_set, depth = left.pop()
        for selection in selection_set.selections:
            measure.directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                _count_field(measure, selection, depth, left)
            elif isinstance(selection, InlineFragmentNode):
                left.append((selection.selection_set, depth))
            elif isinstance(selection, FragmentSpreadNode):
                measure.spreads.append((selection.name.value, depth))
    return measure


def _count_field(measure: _Measure, node: FieldNode, depth: int, left: list[tuple[SelectionSetNode, int]]) -> None:
    measure.depth = max(measure.depth, depth + 1)
    measure.aliases += node.alias is not None
    measure.root_fields += depth == 0
    if node.name.value in ("__schema", "__type"):
        # Descriptions of the schema nest deeper than any data; graphql-core's own rule bounds their lists.
        measure.introspects = True
    elif node.selection_set is not None:
        left.append((node.selection_set, depth + 1))


def _within(limit: str, found: int, allowed: int) -> None:
    if found > allowed:
        raise Refused("LIMIT_EXCEEDED", limit=limit, allowed=allowed, found=found)
