"""What the domain asks to be done later has somebody who does it, and nobody waits for what is never asked."""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

from jobs import sweeps
from jobs.registry import HANDLERS

ROOT = Path(__file__).resolve().parents[2]
ASKING = {"effects.at", "effects.soon", "effects.never"}


def kinds_asked_for() -> set[str]:
    found = set()
    for file in (ROOT / "domain").rglob("*.py"):
        module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ASKING:
                found |= _meant(node.args[0], vars(module))
    return found


def _meant(kind: ast.expr, names: dict[str, Any]) -> set[str]:
    """A kind is written out, or a constant of its module or of one that it imports, one of two, or any of a table."""
    if isinstance(kind, ast.IfExp):
        return _meant(kind.body, names) | _meant(kind.orelse, names)
    if isinstance(kind, ast.Subscript):
        return set(eval(ast.unparse(kind.value), names).values())
    return {eval(ast.unparse(kind), names)}


def test_every_kind_of_timer_has_a_handler_and_every_handler_is_asked_for() -> None:
    of_the_simulators = {"simulator.deliver", "carrier.simulator_push"}  # houses of their own
    by_themselves = {*sweeps.SWEEPS, *of_the_simulators}
    assert kinds_asked_for() == HANDLERS.keys() - by_themselves
