"""What the README gives to copy is a document of this schema, on the port that `make run` opens."""

import json
import re
from pathlib import Path

from graphql import build_schema, parse, validate

from settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BODIES = re.findall(r"-d '(\{\"query\": .+?\})'", README)


def test_the_readme_sends_documents_of_this_schema() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    assert len(BODIES) >= 4
    for body in BODIES:
        assert validate(schema, parse(json.loads(body)["query"])) == []


def test_the_readme_names_the_port_that_is_open() -> None:
    ports = set(re.findall(r"http://127\.0\.0\.1:(\d+)", README))
    assert ports == {str(Settings.model_fields["port"].default)}


def test_the_readme_leads_through_the_steps_of_the_guide() -> None:
    five_minutes = README.partition("## Five minutes")[2].partition("\n## ")[0]
    told = re.findall(r"^\d+\. \*\*(.+?)\.?\*\*", five_minutes, re.MULTILINE)
    tabs = sorted((ROOT / "web" / "graphiql" / "src" / "tabs").glob("*.graphql"))
    titles = [tab.read_text("utf-8").split("\n")[0].removeprefix("# title: ") for tab in tabs]
    assert told == [title.replace("Welcome & search", "Search") for title in titles]
