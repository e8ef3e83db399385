"""What every resolver gets: who asks, in which market and language, and this operation's loaders."""

from dataclasses import dataclass, field
from typing import Any

from strawberry import Info as StrawberryInfo

from domain.access import Viewer
from kit.tally import Tally
from loaders import past
from loaders.registry import Key, Loaders, Question, Value
from models.base import Row


@dataclass(slots=True)
class Context:
    """One operation's context. A subscription renews it for every event."""

    viewer: Viewer
    tally: Tally = field(default_factory=Tally)
    last_event_id: str | None = None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.viewer)

    @property
    def locale(self) -> str:
        return self.viewer.locale

    @property
    def address(self) -> str:
        return self.viewer.address

    @property
    def caller_key(self) -> str:
        """Whose bucket the cost of an operation is taken from."""
        return f"user:{self.viewer.user_id}" if self.viewer.user_id else f"address:{self.viewer.address}"

    def renew(self) -> None:
        """Forget what the loaders know."""
        self.loaders = Loaders(self.viewer)

    def renewed(self) -> "Context":
        """The same caller with fresh loaders."""
        return Context(viewer=self.viewer, tally=self.tally, last_event_id=self.last_event_id)

    async def load(self, question: Question[Key, Value], key: Key) -> Value:
        """The answer of a batch function of `loaders/` for one key."""
        found = await self.loaders.load(question, key)
        self.show(found)
        return found

    def show(self, row: object) -> None:
        """Answer what a row of the past is asked from its own record, not from today's tables."""
        if isinstance(row, Row) and row.past is not None:
            self.loaders.know(past.answers(self.viewer, row.past))


Info = StrawberryInfo[Context, Any]
