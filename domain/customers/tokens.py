"""Access tokens: short-lived JWTs that name a session. The newest key signs, every key of the ring verifies.

Tokens age by the machine's clock: whoever moves the demo market's time on signs nobody out.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import jwt

from domain.market import Market
from kit import clock
from kit.crypto import derive
from kit.errors import Refused

PURPOSE = "access-token"
ALGORITHM = "HS256"
LONGEST = 2000  # characters


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says: the session, and whose it was when the token was made."""

    session_id: UUID
    user_id: UUID | None
    order_id: UUID | None


def sign(market: Market, claims: Claims, *, expires_at: datetime) -> str:
    """The token as clients carry it."""
    content: dict[str, object] = {"sid": str(claims.session_id), "iat": clock.machine(), "exp": expires_at}
    if claims.user_id is not None:
        content["sub"] = str(claims.user_id)
    if claims.order_id is not None:
        content["order"] = str(claims.order_id)
    return jwt.encode(content, derive(market.policy.keys[0], PURPOSE), algorithm=ALGORITHM)


def read(market: Market, token: str) -> Claims:
    """What a token says if one of our keys signed it and it has not expired; refuses any other as UNAUTHENTICATED."""
    if len(token) > LONGEST or not token.isascii():
        raise Refused("UNAUTHENTICATED")
    for key in market.policy.keys:
        try:
            content = jwt.decode(
                token, derive(key, PURPOSE), algorithms=[ALGORITHM], options={"require": ["exp", "iat", "sid"]}
            )
            return Claims(UUID(content["sid"]), _id(content.get("sub")), _id(content.get("order")))
        except jwt.InvalidSignatureError:
            continue  # perhaps an older key
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            break
    raise Refused("UNAUTHENTICATED")


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
