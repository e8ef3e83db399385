"""What the domain asks to be done later has somebody who does it, and nobody waits for what is never asked."""

import ast
from importlib import import_module
from pathlib import Path

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
                # A kind is written out, or a constant of this module or of one that it imports.
                found.add(eval(ast.unparse(node.args[0]), vars(module)))
    return found


def test_every_kind_of_timer_has_a_handler_and_every_handler_is_asked_for() -> None:
    by_themselves = {*sweeps.SWEEPS, "simulator.deliver"}  # set by jobs and by the simulator, a house of its own
    assert kinds_asked_for() == HANDLERS.keys() - by_themselves
