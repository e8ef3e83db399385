"""The guide's steps are documents of this schema, and everything that they lean on exists."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    build_schema,
    get_named_type,
    is_list_type,
    is_object_type,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from demo.people import CUSTOMERS, STAFF

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "web" / "graphiql" / "src"
STEPS = sorted((SOURCES / "tabs").glob("*.graphql"))
PEOPLE = {person.key for person in (*CUSTOMERS, *STAFF)}
LONGEST_COMMENT = 48  # characters that the editor shows in one line
SAMPLE = "U2FtcGxlOnNhbXBsZQ"  # in place of a value that an earlier answer brings

each_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.stem)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))


@cache
def document(step: Path) -> DocumentNode:
    return parse(step.read_text(encoding="utf-8"))


def operations(step: Path) -> list[OperationDefinitionNode]:
    return [node for node in document(step).definitions if isinstance(node, OperationDefinitionNode)]


def heading(step: Path, name: str) -> str | None:
    found = re.search(rf"^# {name}: (.+)$", step.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def variables(step: Path) -> dict[str, object]:
    beside = step.with_suffix(".variables.json")
    values: dict[str, object] = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
    return values


def placeholders(step: Path) -> set[str]:
    return set(re.findall(r"\{\{(\w+)\}\}", json.dumps(variables(step)))) - {"newKey"}


def remembered() -> dict[str, list[list[str]]]:
    """Each remembered name with the paths in answers that it comes from."""
    table = re.search(
        r"^const REMEMBER\b.*?^}", (SOURCES / "remembered.ts").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert table is not None
    rows = re.findall(r"^  (\w+): \[(.+)\],$", table[0], re.MULTILINE)
    return {name: [path.split(".") for path in re.findall(r"'([^']+)'", paths)] for name, paths in rows}


def selected(selections: SelectionSetNode | None, step: Path) -> Iterator[FieldNode]:
    """The fields that are asked for, those of fragments included."""
    fragments = {
        node.name.value: node for node in document(step).definitions if isinstance(node, FragmentDefinitionNode)
    }
    for selection in selections.selections if selections else ():
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, FragmentSpreadNode):
            yield from selected(fragments[selection.name.value].selection_set, step)


def brings(step: Path, path: Sequence[str], selections: SelectionSetNode | None) -> bool:
    """Whether an answer to these selections has something at `path`."""
    first, *rest = path
    if first.isdigit():
        return brings(step, rest, selections)
    found = [field for field in selected(selections, step) if first in ("*", field.name.value)]
    return any(brings(step, rest, field.selection_set) if rest else True for field in found)


def leads_somewhere(found: GraphQLType, path: Sequence[str]) -> bool:
    """Whether the schema has a field at `path`."""
    if not path:
        return not is_object_type(get_named_type(found))
    first, *rest = path
    if first.isdigit():
        nullable = getattr(found, "of_type", found) if str(found).endswith("!") else found
        return is_list_type(nullable) and leads_somewhere(get_named_type(found), rest)
    named = get_named_type(found)
    if not is_object_type(named):
        return False
    return any(leads_somewhere(field.type, rest) for name, field in named.fields.items() if first in ("*", name))


def test_every_step_of_the_guide_has_a_number_of_its_own() -> None:
    numbers = [step.stem[:2] for step in STEPS]
    assert numbers[:13] == [f"{number:02}" for number in range(1, 14)]
    assert len(set(numbers)) == len(numbers)


@each_step
def test_a_step_is_a_document_of_this_schema(step: Path, schema: GraphQLSchema) -> None:
    assert validate(schema, document(step)) == []


@each_step
def test_a_step_names_its_title_and_a_person_of_the_demo(step: Path) -> None:
    assert heading(step, "title")
    assert heading(step, "as") in PEOPLE


@each_step
def test_every_operation_has_a_name_for_its_button(step: Path) -> None:
    names = [operation.name.value for operation in operations(step) if operation.name]
    assert len(names) == len(operations(step)) > 0
    # The page finds them line by line, without reading the document as GraphQL.
    lines = re.findall(r"^(?:query|mutation|subscription)\s+(\w+)", step.read_text("utf-8"), re.MULTILINE)
    assert lines == names


@each_step
def test_the_variables_beside_a_step_are_what_its_operations_take(step: Path, schema: GraphQLSchema) -> None:
    given = json.loads(re.sub(r"\{\{\w+\}\}", SAMPLE, json.dumps(variables(step))))
    declared: set[str] = set()
    for operation in operations(step):
        definitions = operation.variable_definitions or ()
        coerced = get_variable_values(schema, definitions, given)
        assert not isinstance(coerced, list), [error.message for error in coerced]
        declared |= {definition.variable.name.value for definition in definitions}
    assert given.keys() <= declared


@each_step
def test_a_mutation_shows_what_was_refused(step: Path) -> None:
    for operation in operations(step):
        if operation.operation is not OperationType.MUTATION:
            continue
        for mutation in selected(operation.selection_set, step):
            assert "userErrors" in {field.name.value for field in selected(mutation.selection_set, step)}


@each_step
def test_a_step_fills_in_only_what_itself_or_an_earlier_one_brings(step: Path) -> None:
    so_far = STEPS[: STEPS.index(step) + 1]
    for name in placeholders(step):
        assert any(
            brings(earlier, path, operation.selection_set)
            for path in remembered()[name]
            for earlier in so_far
            for operation in operations(earlier)
        ), name


@each_step
def test_the_comments_fit_the_editor(step: Path) -> None:
    comments = [line for line in step.read_text("utf-8").splitlines() if line.startswith("#")]
    assert [line for line in comments if len(line) > LONGEST_COMMENT] == []


def test_everything_that_is_remembered_stands_in_the_schema(schema: GraphQLSchema) -> None:
    roots = [root for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root]
    lost = [
        ".".join(path)
        for paths in remembered().values()
        for path in paths
        if not any(leads_somewhere(root, path) for root in roots)
    ]
    assert lost == []
