"""Runs a machine: the same examples every time where a failure would hold others up."""

import os
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.machine.ground import Ground

LONG = 50  # steps


def play(
    machine: Callable[[Ground], RuleBasedStateMachine], database_url: str, folder: Path, *, examples: int, steps: int
) -> None:
    """Let the machine live through so many examples."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=steps < LONG or "CI" in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # add Phase.shrink to have a failure made small: that takes minutes
    )
    with Ground(database_url, folder / "media") as ground:
        run_state_machine_as_test(lambda: machine(ground), settings=chosen)  # type: ignore[arg-type]  # a factory will do
