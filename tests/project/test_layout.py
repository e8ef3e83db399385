"""That the code which runs is the code of this checkout: floors carry names that other packages carry too."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("transport", "schema", "resolvers", "jobs", "loaders", "domain", "adapters", "models", "kit", "migrations")


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_is_imported_from_this_checkout(floor: str) -> None:
    assert Path(str(importlib.import_module(floor).__file__)).resolve() == ROOT / floor / "__init__.py"


@pytest.mark.parametrize("floor", FLOORS)
def test_the_door_of_a_floor_is_empty(floor: str) -> None:
    assert (ROOT / floor / "__init__.py").read_text(encoding="utf-8").strip() == ""


def test_no_folder_of_tests_is_named_like_a_floor() -> None:
    folders = {path.name for path in (ROOT / "tests").rglob("*") if path.is_dir()}
    assert folders & {*FLOORS, "demo", "benchmarks", "scripts"} == set()
