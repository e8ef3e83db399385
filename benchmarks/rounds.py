"""Takes turns: each round measures both servers in a row, first one first, then the other, so that noise hits both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.client import Job, Request, Timed
from benchmarks.ground import Ground
from benchmarks.operations import QUESTIONS, Operation
from benchmarks.servers import SECRET, Client, Server
from benchmarks.shopping import Shopping, request

Servers = Mapping[bool, Server]  # True: the API, False: the hand-written handlers


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to measure."""

    rounds: int
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Speed:
    """One server over all rounds."""

    per_second: Sequence[float]
    """Operations per second, by round."""
    milliseconds: Sequence[float]
    """Every single one, sorted."""
    cpu: float | None
    """Processor time of the server for each operation, milliseconds: other work of the machine hardly disturbs it."""

    @property
    def typical(self) -> float:
        return median(self.per_second)

    def percentile(self, percent: int) -> float:
        return self.milliseconds[min(len(self.milliseconds) * percent // 100, len(self.milliseconds) - 1)]


@dataclass(slots=True)
class Race:
    """Both servers, round by round."""

    timed: dict[bool, list[Timed]] = field(default_factory=lambda: {True: [], False: []})
    cpu_seconds: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})

    def speed(self, *, in_graphql: bool) -> Speed:
        rounds = self.timed[in_graphql]
        return Speed(
            per_second=[len(one.milliseconds) / one.seconds for one in rounds],
            milliseconds=sorted(latency for one in rounds for latency in one.milliseconds),
            cpu=self._cpu(in_graphql=in_graphql),
        )

    def _cpu(self, *, in_graphql: bool) -> float | None:
        done = sum(len(one.milliseconds) for one in self.timed[in_graphql])
        spent = self.cpu_seconds[in_graphql]
        return 1000 * sum(spent) / done if spent and done else None

    @property
    def ratios(self) -> list[float]:
        """How many times as long the API takes, by round."""
        slow, fast = self.speed(in_graphql=True).per_second, self.speed(in_graphql=False).per_second
        return [other / own for own, other in zip(slow, fast, strict=True)]


async def race(
    client: Client, operation: Operation, ground: Ground, servers: Servers, pace: Pace, *, say: Callable[[str], None]
) -> Race:
    """Measure one operation. A short round that counts for nothing comes first, for caches and compilers."""
    for in_graphql in (True, False):
        await client.run(_job(operation, ground, servers, pace, in_graphql=in_graphql, seconds=min(pace.seconds, 0.5)))
    found = Race()
    for turn in range(pace.rounds):
        for in_graphql in (True, False) if turn % 2 == 0 else (False, True):
            job = _job(operation, ground, servers, pace, in_graphql=in_graphql, seconds=pace.seconds)
            before = servers[in_graphql].cpu_seconds()
            found.timed[in_graphql].append(await client.run(job))
            after = servers[in_graphql].cpu_seconds()
            if before is not None and after is not None:
                found.cpu_seconds[in_graphql].append(after - before)
        say(f"  round {turn + 1} of {pace.rounds}: {found.ratios[-1]:.2f}")
    return found


def _job(
    operation: Operation, ground: Ground, servers: Servers, pace: Pace, *, in_graphql: bool, seconds: float
) -> Job:
    port = servers[in_graphql].port
    if operation.ask is None:
        shopping = Shopping(in_graphql, SECRET, ground.buyers, ground.variants, operation.size)
        return Job(port, seconds, min(pace.connections, len(ground.buyers)), shopping=shopping)
    requests = [
        Request(*request(QUESTIONS, one.name, one.variables, in_graphql=in_graphql), one.token)
        for one in operation.ask(ground, operation.size)
    ]
    return Job(port, seconds, pace.connections, requests=requests)
