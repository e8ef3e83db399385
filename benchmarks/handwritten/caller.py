"""Who calls a hand-written handler: read from the token and one row, as the API does."""

from dataclasses import dataclass
from uuid import UUID

import jwt
from starlette.requests import Request

from benchmarks.handwritten.sql import rows
from domain.customers.tokens import ALGORITHM, PURPOSE
from kit import clock
from kit.crypto import derive
from kit.text import best_locale
from models.database import is_postgres


class Unknown(Exception):
    """The token is not good."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a handler needs to know of its caller."""

    locale: str
    secret: str
    token: str | None

    @classmethod
    def of(cls, request: Request, *, secret: str) -> "Caller":
        _, _, token = request.headers.get("authorization", "").partition(" ")
        return cls(best_locale(request.headers.get("accept-language")), secret, token or None)

    async def require_user(self) -> UUID:
        """The person behind the token; one statement."""
        if self.token is None:
            raise Unknown
        content = jwt.decode(self.token, derive(self.secret, PURPOSE), algorithms=[ALGORITHM])
        now = clock.machine()
        found = await rows(
            "SELECT device_session.user_id, roles, locale FROM device_session "
            "JOIN user_account ON user_account.id = device_session.user_id "
            "WHERE device_session.id = ? AND revoked_at IS NULL AND expires_at > ?",
            UUID(content["sid"]) if is_postgres() else content["sid"],
            now if is_postgres() else now.isoformat(" "),
        )
        if not found or str(found[0]["user_id"]) != content["sub"]:
            raise Unknown
        return UUID(content["sub"])
