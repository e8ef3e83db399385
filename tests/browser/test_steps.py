"""The guide's steps are documents of this schema, and everything that they lean on exists."""

import json
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate

from demo.people import CUSTOMERS, STAFF

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "web" / "graphiql" / "src"
STEPS = sorted((SOURCES / "tabs").glob("*.graphql"))
PEOPLE = {person.key for person in (*CUSTOMERS, *STAFF)}

each_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.stem)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))


def heading(step: Path, name: str) -> str | None:
    found = re.search(rf"^# {name}: (.+)$", step.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def variables(step: Path) -> dict[str, object]:
    beside = step.with_suffix(".variables.json")
    values: dict[str, object] = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
    return values


def remembered_names() -> set[str]:
    table = re.search(
        r"^const REMEMBER\b.*?^}", (SOURCES / "remembered.ts").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert table is not None
    return set(re.findall(r"^  (\w+): \[", table[0], re.MULTILINE))


def test_the_guide_has_twelve_steps() -> None:
    assert [step.stem[:2] for step in STEPS] == [f"{number:02}" for number in range(1, 13)]


@each_step
def test_a_step_is_a_document_of_this_schema(step: Path, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(step.read_text(encoding="utf-8"))) == []


@each_step
def test_a_step_names_its_title_and_a_person_of_the_demo(step: Path) -> None:
    assert heading(step, "title")
    assert heading(step, "as") in PEOPLE


@each_step
def test_every_required_variable_of_a_step_has_a_value(step: Path) -> None:
    given = variables(step)
    operations = [
        node for node in parse(step.read_text("utf-8")).definitions if isinstance(node, OperationDefinitionNode)
    ]
    declared = {variable.variable.name.value for node in operations for variable in node.variable_definitions or ()}
    required = {
        variable.variable.name.value
        for node in operations
        for variable in node.variable_definitions or ()
        if variable.type.kind == "non_null_type" and variable.default_value is None
    }
    assert required <= given.keys() <= declared


@each_step
def test_a_step_fills_in_only_what_the_page_remembers(step: Path) -> None:
    used = set(re.findall(r"\{\{(\w+)\}\}", json.dumps(variables(step))))
    assert used <= remembered_names() | {"newKey"}
