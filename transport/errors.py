"""How an error leaves the house: always with a code, never with a bug's own text, never echoing much of what came."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import GraphQLError

from kit.errors import Refusals, Refused
from transport.ports import Say
from transport.wording import wording

LONGEST_MESSAGE = 300  # characters; graphql-core quotes the caller's input in its messages
MOST_ERRORS = 20

log = structlog.get_logger("transport")

Formatted = dict[str, Any]


class Invalid(Exception):
    """A document, or its variables, that cannot be run: graphql-core's complaints under one code."""

    def __init__(self, code: str, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


@dataclass(frozen=True, slots=True)
class ErrorFormat:
    """Puts errors into words for one caller."""

    say: Say
    locale: str

    def refused(self, refused: Refused) -> Formatted:
        message = wording(refused, self.locale) or self.say(refused, self.locale)
        return {"message": _short(message), "extensions": _extensions(refused)}

    def request_errors(self, problem: Invalid | Refused | Refusals) -> list[Formatted]:
        """Why a request was not run at all."""
        if isinstance(problem, Refused):
            return [self.refused(problem)]
        if isinstance(problem, Refusals):
            return [self.refused(refusal) for refusal in problem.refusals]
        return [
            _located(error, {"message": _short(error.message), "extensions": {"code": problem.code}})
            for error in problem.errors[:MOST_ERRORS]
        ]

    def field_errors(self, errors: Sequence[GraphQLError], operation: str | None) -> list[Formatted]:
        """Errors that resolvers raised. Bugs are logged here, under the id that the caller sees."""
        formatted = [one for error in errors[:MOST_ERRORS] for one in self._field_error(error, operation)]
        for error in errors[MOST_ERRORS:]:
            self._field_error(error, operation)  # not sent, yet a bug among them must reach the log
        return formatted

    def _field_error(self, error: GraphQLError, operation: str | None) -> list[Formatted]:
        cause = error.original_error
        if isinstance(cause, Refusals):
            return [_located(error, self.refused(refusal)) for refusal in cause.refusals]
        if isinstance(cause, Refused):
            return [_located(error, self.refused(cause))]
        if cause is None and error.message.startswith("Argument "):
            # graphql-core coerces arguments while executing; this is the caller's mistake, and it carries no cause.
            return [_located(error, {"message": _short(error.message), "extensions": {"code": "BAD_USER_INPUT"}})]
        return [_located(error, self.bug(cause or error, operation, error.path))]

    def bug(
        self, error: BaseException, operation: str | None = None, path: Sequence[str | int] | None = None
    ) -> Formatted:
        """Log what happened and give the caller nothing but the id to quote."""
        error_id = secrets.token_hex(6)
        log.error("bug", error_id=error_id, operation=operation, path=path, exc_info=error)
        return self.refused(Refused("INTERNAL", id=error_id))


def _located(error: GraphQLError, formatted: Formatted) -> Formatted:
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations[:5]]
    if error.path:
        formatted["path"] = error.path
    return formatted


def _extensions(refused: Refused) -> Formatted:
    shown: Formatted = {"code": refused.code}
    if refused.retryable:
        shown["retryable"] = True
    if refused.path:
        shown["inputPath"] = list(refused.path)
    if wording(refused, "en") is not None:  # the wire's own facts are figures; others may be rows
        shown |= {name: fact for name, fact in refused.facts.items() if isinstance(fact, str | int | float)}
    return shown


def _short(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"
