"""Sessions: one per device that is signed in. Access tokens name them, refresh tokens prolong them, revoking ends them.

A refresh token is good for one renewal. Coming a second time it ends the whole session, since a thief and a client
that lost the answer look the same from here. So clients renew one call at a time, and sign in again when an answer got
lost; two renewals at once give at most one answer, and the session is over.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.access import Viewer
from domain.customers import tokens
from domain.customers.visible import alive, visible_sessions
from domain.market import Market
from kit import clock, ids
from kit.crypto import token_hash
from kit.errors import Refused
from models.customers import DeviceSession, RefreshToken, Role, User
from models.database import select


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token speaks for: a person, or the guest of one order. A guest has no language of their own."""

    session_id: UUID
    user_id: UUID | None
    order_id: UUID | None
    roles: frozenset[Role]
    locale: str | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a device is given. The guest of an order gets no refresh token."""

    session: DeviceSession
    access_token: str = field(repr=False)
    access_token_expires_at: datetime
    refresh_token: str | None = field(default=None, repr=False)
    refresh_token_expires_at: datetime | None = None


async def identify(market: Market, token: str) -> Identity:
    """Who speaks; refuses a bad, expired or revoked token as UNAUTHENTICATED. One statement."""
    claims = tokens.read(market, token)
    found = await select(_SPEAKER, claims.session_id, clock.machine())
    if not found or (_key(found[0]["user_id"]), _key(found[0]["order_id"])) != (claims.user_id, claims.order_id):
        raise Refused("UNAUTHENTICATED")
    return Identity(
        session_id=claims.session_id,
        user_id=claims.user_id,
        order_id=claims.order_id,
        roles=frozenset(Role(role) for role in json.loads(found[0]["roles"] or "[]")),
        locale=found[0]["locale"],
    )


# What `alive` says, and who it is: this runs with every request.
_SPEAKER = (
    "SELECT session.user_id, session.order_id, person.roles, person.locale FROM device_session AS session "
    "LEFT JOIN user_account AS person ON person.id = session.user_id "
    "WHERE session.id = ? AND session.revoked_at IS NULL AND session.expires_at > ?"
)


def _key(stored: object) -> UUID | None:
    return stored if stored is None or isinstance(stored, UUID) else UUID(str(stored))


async def is_alive(session_id: UUID) -> bool:
    """Whether a session still holds; for streams that outlive their access token. One statement."""
    return await alive().filter(id=session_id).exists()


async def start(viewer: Viewer, user: User, *, device: str = "") -> Credentials:
    """Sign a device in. Runs in the caller's transaction."""
    now = clock.now()
    session = await DeviceSession.create(
        user_id=user.id, device=device, created_at=now, last_used_at=now, expires_at=_end_of_refresh(viewer.market)
    )
    return await _credentials(viewer.market, session)


async def start_for_order(viewer: Viewer, order_id: UUID) -> Credentials:
    """Open one order to its guest, for a while that cannot be prolonged. Runs in the caller's transaction."""
    now = clock.now()
    expires_at = clock.machine() + timedelta(minutes=viewer.market.policy.order_token_minutes)
    session = await DeviceSession.create(order_id=order_id, created_at=now, last_used_at=now, expires_at=expires_at)
    claims = tokens.Claims(session.id, None, order_id)
    return Credentials(session, tokens.sign(viewer.market, claims, expires_at=expires_at), expires_at)


async def refresh(viewer: Viewer, refresh_token: str) -> Credentials:
    """New tokens for a good one. Refuses REFRESH_TOKEN_INVALID, also to the second use, which ends the session."""
    if not refresh_token.isascii():
        raise Refused("REFRESH_TOKEN_INVALID", path=("refreshToken",))
    credentials: Credentials | None = None
    async with viewer.market.change():
        token = await RefreshToken.get_or_none(token_hash=token_hash(refresh_token))
        session = await alive().filter(id=token.session_id).select_for_update().first() if token else None
        if token and session:
            fresh = await RefreshToken.filter(id=token.id, used_at=None).update(used_at=clock.now())
            if fresh:
                credentials = await _prolong(viewer.market, session)
            else:
                await _end([session], reason="REUSED_TOKEN")
    if credentials is None:
        raise Refused("REFRESH_TOKEN_INVALID", path=("refreshToken",))
    return credentials


async def revoke(viewer: Viewer, session_id: UUID) -> DeviceSession:
    """Sign one of one's own devices out."""
    viewer.require_user()
    session = await visible_sessions(viewer).get_or_none(id=session_id)
    if session is None:
        raise Refused("NOT_FOUND", path=("sessionId",), what="session")
    await _end([session], reason="REVOKED")
    return session


async def revoke_others(viewer: Viewer) -> list[DeviceSession]:
    """Sign every device out but this one."""
    viewer.require_user()
    return await end_all(viewer.user_id, reason="REVOKED", but=viewer.session_id)


async def sign_out(viewer: Viewer) -> None:
    """End the session that this call came in, a guest's too."""
    if viewer.session_id is None:
        raise Refused("UNAUTHENTICATED")
    await _end(await alive().filter(id=viewer.session_id), reason="SIGNED_OUT")


async def end_all(user_id: UUID | None, *, reason: str, but: UUID | None = None) -> list[DeviceSession]:
    """End the sessions of a person, for example because the password has changed."""
    others = alive().filter(user_id=user_id)
    sessions = await (others.filter(id__not=but) if but else others)
    await _end(sessions, reason=reason)
    return sessions


async def _end(sessions: list[DeviceSession], *, reason: str) -> None:
    now = clock.now()
    ended = DeviceSession.filter(id__in=[session.id for session in sessions], revoked_at=None)
    await ended.update(revoked_at=now, revoke_reason=reason)
    for session in sessions:
        session.revoked_at, session.revoke_reason = now, reason


async def _prolong(market: Market, session: DeviceSession) -> Credentials:
    session.last_used_at = clock.now()
    session.expires_at = _end_of_refresh(market)
    await session.save(update_fields=["last_used_at", "expires_at"])
    return await _credentials(market, session)


async def _credentials(market: Market, session: DeviceSession) -> Credentials:
    refresh_token = ids.token()
    await RefreshToken.create(session_id=session.id, token_hash=token_hash(refresh_token), created_at=clock.now())
    expires_at = clock.machine() + timedelta(minutes=market.policy.access_token_minutes)
    claims = tokens.Claims(session.id, session.user_id, None)
    return Credentials(
        session=session,
        access_token=tokens.sign(market, claims, expires_at=expires_at),
        access_token_expires_at=expires_at,
        refresh_token=refresh_token,
        refresh_token_expires_at=session.expires_at,
    )


def _end_of_refresh(market: Market) -> datetime:
    return clock.machine() + timedelta(days=market.policy.refresh_token_days)
