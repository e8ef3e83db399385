"""The loaders of one operation: each question is asked once per tick, for all rows that want to know."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from aiodataloader import DataLoader

from domain.access import Viewer

Key = TypeVar("Key")
Value = TypeVar("Value")
Row = TypeVar("Row")
Question = Callable[[Viewer, list[Key]], Awaitable[Sequence[Value]]]


class Loaders:
    """New for every operation and for every subscription event, so that nothing stale is served."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._loaders: dict[object, DataLoader[Any, Any]] = {}

    async def load(self, question: Question[Key, Value], key: Key) -> Value:
        """The answer to `question` (a batch function of this floor) for `key`."""
        return cast(Value, await self._loader(question).load(key))

    def know(self, answers: Iterable[tuple[Question[Any, Any], Any, Any]]) -> None:
        """Answers that are known already: question, key, answer."""
        for question, key, value in answers:
            self._loader(question).prime(key, value)

    def _loader(self, question: Question[Key, Value]) -> DataLoader[Any, Any]:
        loader = self._loaders.get(question)
        if loader is None:
            viewer = self._viewer

            async def batch(keys: list[Key]) -> list[Value]:
                return list(await question(viewer, keys))

            loader = self._loaders[question] = DataLoader(batch, max_batch_size=1000)
        return loader

    @property
    def batches(self) -> int:
        """How many different questions were asked."""
        return len(self._loaders)


def grouped(keys: Sequence[Key], rows: Iterable[Row], by: Callable[[Row], Key | None]) -> list[list[Row]]:
    """For each key the rows that belong to it, in the order in which they were found."""
    groups: dict[Key | None, list[Row]] = {key: [] for key in keys}
    for row in rows:
        groups[by(row)].append(row)
    return [groups[key] for key in keys]


def in_order(keys: Sequence[Key], found: dict[Key, Value]) -> list[Value | None]:
    """The found rows in the order of the keys, None where there is none."""
    return [found.get(key) for key in keys]
