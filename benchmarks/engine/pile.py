"""How fast the engine is: a pile of orders, from the payment to the door, done by one, two and four processes."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from benchmarks.engine import crew
from settings import Settings

WORKERS = (1, 2, 4)
STEP = timedelta(hours=4)  # of the clock between two turns; a carrier has news every eight
MOST_TURNS = 30
APART = timedelta(days=6)  # between two piles

Pipes = Sequence[Connection]
Say = Callable[[str], None]


@dataclass(slots=True)
class Speed:
    """What one number of processes did, round by round."""

    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of processor time of all workers for an order."""


def measure(settings: Settings, *, orders: int, rounds: int, say: Say) -> dict[int, Speed]:
    """A pile for each number of processes in each round, in turns, so that noise hits all. The market is furnished."""
    made = {workers: Speed() for workers in WORKERS}
    at = datetime.now(UTC).replace(microsecond=0)
    with _hired(settings, max(WORKERS)) as pipes:
        _play(pipes[:1], orders // 4, at)  # what is put together once is put together
        for turn in range(rounds):
            for workers in (*WORKERS[turn % len(WORKERS) :], *WORKERS[: turn % len(WORKERS)]):
                at += APART
                _tell(pipes, "pile", orders // len(pipes), at)
                seconds, spent = _play(pipes[:workers], 0, at)
                done = orders // len(pipes) * len(pipes)
                made[workers].per_second.append(done / seconds)
                made[workers].cpu.append(1000 * spent / done)
                say(f"{workers} processes: {done} orders in {seconds:.1f} s")
    return made


def table(made: dict[int, Speed]) -> str:
    """A line for each number of processes."""
    lines = ["| Processes | orders a second | times one process | CPU ms an order |", "|--:|--:|--:|--:|"]
    for workers, speed in made.items():
        ratios = [ours / one for ours, one in zip(speed.per_second, made[1].per_second, strict=True)]
        times = f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})"
        lines.append(f"| {workers} | {median(speed.per_second):.1f} | {times} | {median(speed.cpu):.0f} |")
    return "\n".join(lines)


def _play(pipes: Pipes, orders: int, at: datetime) -> tuple[float, float]:
    """Turn after turn until every parcel is there; gives the seconds, and the processor seconds of the workers."""
    if orders:
        _tell(pipes, "pile", orders, at)
    seconds = spent = 0.0
    for turn in range(MOST_TURNS):
        began = time.monotonic()
        answers = _tell(pipes, "turn", at + timedelta(minutes=1) + STEP * turn, len(pipes))
        seconds += time.monotonic() - began
        spent += sum(cpu for _, cpu in answers)
        if min(left for left, _ in answers) == 0:
            _tell(pipes[:1], "forget")
            return seconds, spent
    raise RuntimeError("some orders are still not there")


def _tell(pipes: Pipes, *message: object) -> list[Any]:
    for pipe in pipes:
        pipe.send(message)
    return [pipe.recv() for pipe in pipes]


@contextmanager
def _hired(settings: Settings, count: int) -> Iterator[Pipes]:
    made = [_hire(settings, number) for number in range(count)]
    pipes = [pipe for pipe, _ in made]
    try:
        yield pipes
    finally:
        for pipe, process in made:
            if process.is_alive():
                pipe.send(("end",))
            process.join()


def _hire(settings: Settings, number: int) -> tuple[Connection, multiprocessing.process.BaseProcess]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=crew.run, args=(theirs, settings), kwargs={"number": number}
    )
    process.start()
    theirs.close()
    return ours, process
