"""The benchmark runs, on both databases, and its table says what was measured."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.client import Job, Request, Timed
from benchmarks.engine import growth
from benchmarks.operations import OPERATIONS
from benchmarks.rounds import Race
from benchmarks.shopping import Shopping

ROOT = Path(__file__).resolve().parents[2]
ALSO_ON_POSTGRES = [pytest.mark.postgres, pytest.mark.soak]


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=ALSO_ON_POSTGRES)])
def test_a_quick_run_measures_all_five_operations(database: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--rounds", "1", "--seconds", "0.1"]
    done = subprocess.run([*command, "--database", database], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if "| GraphQL |" in line or "| by hand |" in line]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows[::2]] == [one.title for one in OPERATIONS]
    assert len(rows) == 2 * len(OPERATIONS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], marks=pytest.mark.soak),
        pytest.param(["--database", "postgres", "--workers", "2"], marks=pytest.mark.postgres),
    ],
)
def test_a_day_of_a_busy_market_ends_without_a_broken_invariant(options: list[str]) -> None:
    command = [sys.executable, "-m", "benchmarks.week", "--orders", "25", "--days", "1", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Broken invariants: none" in done.stdout
    assert "25 orders in" in done.stdout


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=ALSO_ON_POSTGRES)])
def test_a_quick_run_of_the_engine_measures_every_act_and_on_postgres_every_number_of_processes(database: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--engine", "--quick", "--database", database]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    for title in growth.TITLES.values():
        assert f"| {title} |" in done.stdout
    counted = [line.split(" | ")[0] for line in done.stdout.splitlines() if line[:4] in ("| 1 ", "| 2 ", "| 4 ")]
    assert counted == (["| 1", "| 2", "| 4"] if database == "postgres" else [])


def test_the_ratio_is_taken_round_by_round() -> None:
    race = Race(
        timed={
            True: [Timed([10.0] * 10, 1.0), Timed([20.0] * 5, 1.0)],
            False: [Timed([2.0] * 20, 1.0), Timed([1.0] * 20, 1.0)],
        },
        cpu_seconds={True: [0.1, 0.05], False: []},
    )
    assert race.ratios == [2.0, 4.0]
    slow, fast = race.speed(in_graphql=True), race.speed(in_graphql=False)
    assert (slow.typical, slow.percentile(50), slow.percentile(99)) == (7.5, 10.0, 20.0)
    assert slow.cpu == pytest.approx(10.0)
    assert fast.cpu is None


def test_a_job_arrives_as_it_was_sent() -> None:
    reading = Job(8000, 1.5, 4, requests=[Request("/graphql", '{"query":"{ 集市 }"}', "token")])
    shopping = Job(8000, 1.5, 4, shopping=Shopping(True, "secret", ["token"], ["variant"], 3))
    assert [Job.read(job.write()) for job in (reading, shopping)] == [reading, shopping]


def test_the_table_replaces_the_last_one_between_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    monkeypatch.setattr(report, "PAGE", page)
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.record("new")
    assert page.read_text(encoding="utf-8") == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="marks"):
        report.record("new")
