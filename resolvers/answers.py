"""What a mutation answers: the objects it changed, or why it did not, in the caller's language."""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from domain import refusals
from kit.errors import Refusals, Refused
from resolvers.context import Info

Parameters = ParamSpec("Parameters")


class Problem:
    """A refusal as a client sees it. The facts of the refusal are attributes; one that is missing is None."""

    def __init__(self, refused: Refused, locale: str) -> None:
        self.code = refused.code
        self.message = refusals.message(refused, locale)
        self.path = [_camel(part) for part in refused.path] or None
        self.retryable = refused.retryable
        self.facts = refused.facts

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # graphql-core asks every value whether it can be awaited
            raise AttributeError(name)
        return self.facts.get(name)


class Answer:
    """A payload in the making: objects by their field names, warnings, user errors. A field not given is None."""

    def __init__(
        self, *, warnings: Sequence[Problem] = (), user_errors: Sequence[Problem] = (), **objects: object
    ) -> None:
        self.warnings = list(warnings)
        self.user_errors = list(user_errors)
        self.__dict__.update(objects)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None


def answering(
    resolver: Callable[Concatenate[Info, Parameters], Awaitable[Answer]],
) -> Callable[..., Awaitable[Answer]]:
    """Turn refusals of `resolver` into user errors; everything else stays a bug."""

    @wraps(resolver)
    async def answered(info: Info, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        info.context.renew()  # a mutation before this one in the same document may have changed what was loaded
        try:
            return await resolver(info, *args, **kwargs)
        except Refused as refused:
            return Answer(user_errors=problems(info, [refused]))
        except Refusals as several:
            return Answer(user_errors=problems(info, several.refusals))

    return answered


def problems(info: Info, refused: Sequence[Refused]) -> list[Problem]:
    """Refusals, or warnings, in the caller's language."""
    return [Problem(one, info.context.locale) for one in refused]


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
