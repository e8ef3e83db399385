"""What a refusal is: an answer to the caller, with a stable code, the place in the input and the facts behind it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager


class Refused(Exception):
    """One reason why an action was not done. Shown to the caller as a typed user error; everything else is a bug.

    `code` is stable API. `path` points into the input (`("lines", "0", "quantity")`). `facts` fill the message and the
    typed error's own fields; a fact may be a stored row.
    """

    def __init__(self, code: str, *, path: Sequence[str] = (), retryable: bool = False, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.path = tuple(path)
        self.retryable = retryable
        self.facts = facts

    def at(self, *path: str) -> "Refused":
        """The same refusal, seen from further out: `path` is put in front."""
        return Refused(self.code, path=(*path, *self.path), retryable=self.retryable, **self.facts)


class Refusals(Exception):
    """Several refusals of one input, told at once."""

    def __init__(self, refusals: Iterable[Refused]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(", ".join(refusal.code for refusal in self.refusals))


@contextmanager
def gathered(problems: list[Refused]) -> Iterator[None]:
    """Add what is refused inside to `problems` and go on, so that all of an input is looked at before `refuse_all`."""
    try:
        yield
    except Refused as refused:
        problems.append(refused)
    except Refusals as several:
        problems.extend(several.refusals)


def refuse_all(problems: Sequence[Refused]) -> None:
    """Raise what was collected; do nothing when nothing was."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Refusals(problems)
