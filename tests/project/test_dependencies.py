"""What the dependency files promise: everything pinned by hash, from no particular place, each with its reason."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("requirements", "requirements-dev", "requirements-node")
REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(name: str) -> set[str]:
    text = (ROOT / f"{name}.in").read_text(encoding="utf-8")
    return {normal(found) for found in REQUIREMENT.findall(text)}


def pinned(name: str) -> dict[str, str]:
    """Package to the block that pins it, hashes included."""
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    return {normal(match[1]): block.rstrip() for block in blocks if (match := re.match(r"([\w.-]+)==\S+", block))}


@pytest.mark.parametrize("name", NAMES)
def test_each_wanted_package_is_pinned(name: str) -> None:
    assert wanted(name) - pinned(name).keys() == set()


@pytest.mark.parametrize("name", NAMES)
def test_each_pin_has_a_hash(name: str) -> None:
    assert pinned(name)
    assert [package for package, block in pinned(name).items() if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_names_no_address_and_no_folder(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    assert re.findall(r"://|index-url|find-links|\s@\s|(?:^|\s)/\S+", text) == []


def test_the_developer_lock_holds_the_server_lock() -> None:
    server, developer = pinned("requirements"), pinned("requirements-dev")
    assert {package: block for package, block in server.items() if developer.get(package) != block} == {}


def test_each_dependency_has_its_reason() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    reasons = {normal(name) for name in re.findall(r"^\| `([\w.-]+)", page, re.MULTILINE)}
    assert reasons == set().union(*map(wanted, NAMES))
