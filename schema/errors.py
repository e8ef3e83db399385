"""Refusals as clients see them: one interface, one enum of stable codes, and types that carry facts."""

from enum import Enum
from typing import TYPE_CHECKING, Any

import strawberry

from domain.refusals import MESSAGES
from resolvers.answers import Problem
from schema.fields import enum_type
from schema.node import Node
from schema.scalars import SafeInt

if TYPE_CHECKING:
    ErrorCode = str
else:
    ErrorCode = enum_type(
        Enum("ErrorCode", {code: code for code in MESSAGES}),
        description="Why something was not done, or was done with a change. Codes are stable, messages may change.",
        values={code: english for code, (english, _) in MESSAGES.items()},
    )


@strawberry.interface(description="Why a mutation did not do what it was asked, or did it with a change.")
class UserError:
    code: ErrorCode = strawberry.field(description="Stable; switch on this, not on the message.")
    message: str = strawberry.field(description="For people, in the language of `Accept-Language`: zh-CN or en.")
    path: list[str] | None = strawberry.field(
        description="Where in `input` the cause lies; null when it is no single place."
    )
    retryable: bool = strawberry.field(description="Whether the same call may succeed later without a change.")


_typed: dict[str, type] = {}


def error_type(*codes: str, description: str) -> Any:
    """Declare the type that shows refusals with these codes; its own fields read the refusal's facts."""

    def declare(cls: type) -> type:
        for code in codes:
            _typed[code] = cls
        cls.is_type_of = classmethod(lambda own, value, info: isinstance(value, Problem) and _shown_as(value) is own)  # type: ignore[attr-defined]  # read by Strawberry
        return strawberry.type(cls, description=description)

    return declare


def _shown_as(problem: Problem) -> type:
    return _typed.get(problem.code, PlainError)


@error_type(description="A refusal that needs no further facts.")
class PlainError(UserError):
    pass


@error_type("OUT_OF_RANGE", description="A number that is too small or too large.")
class OutOfRange(UserError):
    minimum: SafeInt = strawberry.field(description="The smallest allowed value.")
    maximum: SafeInt = strawberry.field(description="The largest allowed value.")


@error_type("VERSION_CONFLICT", description="Somebody else has changed the thing meanwhile.")
class VersionConflict(UserError):
    current: Node | None = strawberry.field(description="The thing as it is now.")


@strawberry.type(description="What every mutation answers.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        description="Empty when it was done; all problems at once when not."
    )
    warnings: list[UserError] = strawberry.field(
        description="What was adjusted or deserves a look although it was done."
    )


ERROR_TYPES: list[type] = [PlainError, OutOfRange, VersionConflict]
