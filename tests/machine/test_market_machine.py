import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import copy_sqlite
from tests.machine.ground import Ground
from tests.machine.market_machine import MarketMachine

LONG = 50  # steps


def play(database_url: str, folder: Path, *, examples: int, steps: int) -> None:
    """Let the machine live through so many examples; the same ones every time where a failure would hold others up."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=steps < LONG or "CI" in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # add Phase.shrink to have a failure made small: that takes minutes
    )
    with Ground(database_url, folder / "media") as ground:

        class Here(MarketMachine):
            def __init__(self) -> None:
                super().__init__(ground)

        run_state_machine_as_test(Here, settings=chosen)


def test_whatever_happens_in_a_market_its_goods_money_and_history_agree(sqlite_template: Path, tmp_path: Path) -> None:
    url = copy_sqlite(sqlite_template, tmp_path / "machine.sqlite3")
    play(url, tmp_path, examples=8, steps=30)


@pytest.mark.slow
def test_a_long_run_of_markets_agrees(sqlite_template: Path, tmp_path: Path) -> None:
    url = copy_sqlite(sqlite_template, tmp_path / "machine.sqlite3")
    play(url, tmp_path, examples=40, steps=50)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_markets_on_postgres_agree(database_url: str, tmp_path: Path) -> None:
    play(database_url, tmp_path, examples=10, steps=25)
