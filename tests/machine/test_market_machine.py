from pathlib import Path

import pytest

from tests.databases import copy_sqlite
from tests.machine.market_machine import MarketMachine
from tests.machine.playing import play
from tests.soak import examples


def test_whatever_happens_in_a_market_its_goods_money_and_history_agree(sqlite_template: Path, tmp_path: Path) -> None:
    url = copy_sqlite(sqlite_template, tmp_path / "machine.sqlite3")
    play(MarketMachine, url, tmp_path, examples=8, steps=30)


@pytest.mark.soak
@pytest.mark.slow
def test_a_long_run_of_markets_agrees(sqlite_template: Path, tmp_path: Path) -> None:
    url = copy_sqlite(sqlite_template, tmp_path / "machine.sqlite3")
    play(MarketMachine, url, tmp_path, examples=examples(8), steps=50)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_markets_on_postgres_agree(database_url: str, tmp_path: Path) -> None:
    play(MarketMachine, database_url, tmp_path, examples=examples(6), steps=25)
