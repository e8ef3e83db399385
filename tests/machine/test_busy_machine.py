from pathlib import Path

import pytest

from tests.databases import copy_sqlite
from tests.machine.doorstep_machine import DoorstepMachine
from tests.machine.playing import play
from tests.soak import examples


def test_whatever_goes_wrong_on_the_way_to_the_door_every_promise_is_kept(
    sqlite_template: Path, tmp_path: Path
) -> None:
    play(DoorstepMachine, copy_sqlite(sqlite_template, tmp_path / "busy.sqlite3"), tmp_path, examples=5, steps=30)


@pytest.mark.slow
def test_a_long_run_of_busy_markets_keeps_its_promises(sqlite_template: Path, tmp_path: Path) -> None:
    play(
        DoorstepMachine,
        copy_sqlite(sqlite_template, tmp_path / "busy.sqlite3"),
        tmp_path,
        examples=examples(8),
        steps=60,
    )


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_busy_markets_on_postgres_keep_their_promises(database_url: str, tmp_path: Path) -> None:
    play(DoorstepMachine, database_url, tmp_path, examples=examples(5), steps=40)
