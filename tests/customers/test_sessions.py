import asyncio
from datetime import timedelta

import jwt
import pytest

from domain.access import Viewer
from domain.customers import sessions, tokens
from domain.customers.sessions import Credentials
from domain.customers.visible import viewer_for
from domain.market import Market
from kit import clock, crypto, tally
from kit.errors import Refused
from kit.ids import new_id, to_public
from models.customers import DeviceSession, RefreshToken, Role, User
from settings import Settings
from tests.api import Api
from tests.factories.customers import make_staff, make_user

REFRESH = """mutation ($token: String!) {
  sessionRefresh(input: {refreshToken: $token}) {
    credentials { accessToken refreshToken session { id } } userErrors { code path }
  }
}"""
REVOKE = """mutation ($id: ID!) {
  sessionRevoke(input: {sessionId: $id}) { session { id revokedAt } userErrors { code } }
}"""
DEVICES = "{ me { sessions { id device isCurrent } } }"


async def signed_in(market: Market, user: User, device: str = "") -> tuple[Viewer, Credentials]:
    viewer = viewer_for(market, user)
    credentials = await sessions.start(viewer, user, device=device)
    return viewer.but(session_id=credentials.session.id), credentials


async def refused(market: Market, token: str) -> bool:
    try:
        await sessions.identify(market, token)
    except Refused as problem:
        return problem.code == "UNAUTHENTICATED"
    return False


async def test_a_token_names_its_person_in_one_statement(market: Market) -> None:
    user = await make_staff(Role.FINANCE, Role.COURIER, locale="en")
    _, credentials = await signed_in(market, user)
    count = tally.begin()
    identity = await sessions.identify(market, credentials.access_token)
    assert count.statements == 1
    assert identity.user_id == user.id
    assert identity.session_id == credentials.session.id
    assert identity.order_id is None
    assert identity.roles == {Role.FINANCE, Role.COURIER}
    assert identity.locale == "en"


async def test_the_token_of_an_orders_guest_names_the_order_alone(market: Market, visitor: Viewer) -> None:
    order_id = new_id()
    credentials = await sessions.start_for_order(visitor, order_id)
    identity = await sessions.identify(market, credentials.access_token)
    assert (identity.user_id, identity.order_id, identity.roles, identity.locale) == (None, order_id, frozenset(), None)
    assert credentials.refresh_token is None


async def test_what_is_no_token_of_ours_is_refused(market: Market, settings: Settings) -> None:
    _, credentials = await signed_in(market, await make_user())
    head, body, signature = credentials.access_token.split(".")
    stolen_key = {"sid": str(credentials.session.id), "iat": clock.now(), "exp": clock.now() + timedelta(hours=1)}
    key = crypto.derive(settings.keys[0], tokens.PURPOSE)
    bad = [
        "",
        "nonsense",
        "令牌",
        "a" * 5000,
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        jwt.encode(stolen_key, b"another key, long enough for HS256", algorithm="HS256"),
        jwt.encode(stolen_key, "", algorithm="none"),
        jwt.encode({**stolen_key, "sid": "not a key"}, key, algorithm="HS256"),
        jwt.encode({"sid": stolen_key["sid"], "iat": clock.now()}, key, algorithm="HS256"),
        jwt.encode({**stolen_key, "sub": str(new_id())}, key, algorithm="HS256"),
        jwt.encode(stolen_key, key, algorithm="HS256"),  # the session is a person's, the token names none
    ]
    assert [token for token in bad if not await refused(market, token)] == []
    assert not await refused(market, credentials.access_token)


async def test_an_access_token_expires(market: Market, settings: Settings) -> None:
    user = await make_user()
    brief = Market(
        policy=settings.model_copy(update={"access_token_minutes": 0}),
        bus=market.bus,
        messages=market.messages,
        providers={},
        carriers={},
    )
    _, credentials = await signed_in(brief, user)
    assert await refused(market, credentials.access_token)


async def test_moving_the_markets_time_on_signs_nobody_out(market: Market) -> None:
    _, credentials = await signed_in(market, await make_user())
    clock.set_offset(timedelta(days=60))
    assert not await refused(market, credentials.access_token)
    assert await sessions.is_alive(credentials.session.id)


async def test_tokens_of_an_older_key_hold_after_a_rotation(market: Market, settings: Settings) -> None:
    _, old = await signed_in(market, await make_user())
    rotated = Market(
        policy=settings.model_copy(update={"secret_keys": ("a newer secret", *settings.keys)}),
        bus=market.bus,
        messages=market.messages,
        providers={},
        carriers={},
    )
    rotated.policy.__dict__.pop("keys", None)  # cached before the rotation
    assert rotated.policy.keys[0] == "a newer secret"
    _, new = await signed_in(rotated, await make_user())
    assert not await refused(rotated, old.access_token)
    assert not await refused(rotated, new.access_token)
    assert await refused(market, new.access_token)


async def test_a_refresh_token_is_exchanged_once(api: Api, market: Market) -> None:
    _, credentials = await signed_in(market, await make_user())
    data = await api(REFRESH, token=credentials.refresh_token)
    fresh = data["sessionRefresh"]["credentials"]
    assert data["sessionRefresh"]["userErrors"] == []
    assert fresh["refreshToken"] != credentials.refresh_token
    assert fresh["session"]["id"] == to_public("Session", credentials.session.id)
    assert not await refused(market, fresh["accessToken"])
    data = await api(REFRESH, token=fresh["refreshToken"])
    assert data["sessionRefresh"]["userErrors"] == []


async def test_a_refresh_token_that_comes_again_ends_the_whole_session(api: Api, market: Market) -> None:
    user = await make_user()
    _, credentials = await signed_in(market, user)
    _, elsewhere = await signed_in(market, user)
    data = await api(REFRESH, token=credentials.refresh_token)
    fresh = data["sessionRefresh"]["credentials"]
    data = await api(REFRESH, token=credentials.refresh_token)
    assert data["sessionRefresh"] == {
        "credentials": None,
        "userErrors": [{"code": "REFRESH_TOKEN_INVALID", "path": ["refreshToken"]}],
    }
    session = await DeviceSession.get(id=credentials.session.id)
    assert session.revoke_reason == "REUSED_TOKEN"
    assert await refused(market, fresh["accessToken"])
    data = await api(REFRESH, token=fresh["refreshToken"])
    assert data["sessionRefresh"]["credentials"] is None
    assert not await refused(market, elsewhere.access_token)  # another device is another family


async def test_of_racing_refreshes_at_most_one_succeeds_and_the_session_is_over(
    market: Market, visitor: Viewer
) -> None:
    for _ in range(5):
        _, credentials = await signed_in(market, await make_user())
        assert credentials.refresh_token is not None
        race = [sessions.refresh(visitor, credentials.refresh_token) for _ in range(4)]
        answers = await asyncio.gather(*race, return_exceptions=True)
        assert sum(isinstance(answer, Credentials) for answer in answers) <= 1
        assert all(isinstance(answer, Credentials | Refused) for answer in answers)
        assert (await DeviceSession.get(id=credentials.session.id)).revoke_reason == "REUSED_TOKEN"
        assert not await sessions.is_alive(credentials.session.id)


@pytest.mark.parametrize("token", ["", "nonsense", "令牌"])
async def test_what_is_no_refresh_token_is_refused(api: Api, token: str) -> None:
    data = await api(REFRESH, token=token)
    assert data["sessionRefresh"]["userErrors"] == [{"code": "REFRESH_TOKEN_INVALID", "path": ["refreshToken"]}]


async def test_an_unused_session_is_over_after_thirty_days(market: Market, visitor: Viewer) -> None:
    _, credentials = await signed_in(market, await make_user())
    left = credentials.session.expires_at - clock.machine()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    await DeviceSession.filter(id=credentials.session.id).update(expires_at=clock.machine())
    assert await refused(market, credentials.access_token)
    with pytest.raises(Refused, match="REFRESH_TOKEN_INVALID"):
        await sessions.refresh(visitor, credentials.refresh_token or "")


async def test_only_hashes_of_refresh_tokens_are_stored(market: Market) -> None:
    _, credentials = await signed_in(market, await make_user())
    assert [row.token_hash for row in await RefreshToken.all()] == [crypto.token_hash(credentials.refresh_token or "")]


async def test_devices_are_listed_the_last_used_first(api: Api, market: Market) -> None:
    user = await make_user()
    viewer, phone = await signed_in(market, user, "Phone")
    clock.set_offset(timedelta(seconds=1))
    _, tablet = await signed_in(market, user, "Tablet")
    await signed_in(market, await make_user(), "Somebody else's")
    data = await api(DEVICES, as_=viewer)
    assert data["me"]["sessions"] == [
        {"id": to_public("Session", tablet.session.id), "device": "Tablet", "isCurrent": False},
        {"id": to_public("Session", phone.session.id), "device": "Phone", "isCurrent": True},
    ]


async def test_a_revoked_device_is_out_at_once(api: Api, market: Market) -> None:
    user = await make_user()
    viewer, _ = await signed_in(market, user)
    _, other = await signed_in(market, user)
    public = to_public("Session", other.session.id)
    data = await api(REVOKE, as_=viewer, id=public)
    assert data["sessionRevoke"]["session"]["revokedAt"] is not None
    assert await refused(market, other.access_token)
    assert not await sessions.is_alive(other.session.id)
    data = await api(REVOKE, as_=viewer, id=public)
    assert data["sessionRevoke"]["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_nobody_revokes_another_persons_device(
    api: Api, market: Market, customer: Viewer, visitor: Viewer
) -> None:
    _, theirs = await signed_in(market, await make_user())
    public = to_public("Session", theirs.session.id)
    admin = viewer_for(market, await make_staff(Role.ADMINISTRATOR))
    for viewer, code in ((customer, "NOT_FOUND"), (admin, "NOT_FOUND"), (visitor, "UNAUTHENTICATED")):
        data = await api(REVOKE, as_=viewer, id=public)
        assert data["sessionRevoke"]["userErrors"] == [{"code": code}]
    assert await sessions.is_alive(theirs.session.id)


async def test_all_other_devices_can_be_signed_out(api: Api, market: Market) -> None:
    user = await make_user()
    viewer, own = await signed_in(market, user)
    others = [(await signed_in(market, user))[1] for _ in range(2)]
    data = await api("mutation { sessionRevokeOthers { sessions { id } userErrors { code } } }", as_=viewer)
    assert {row["id"] for row in data["sessionRevokeOthers"]["sessions"]} == {
        to_public("Session", other.session.id) for other in others
    }
    assert not await refused(market, own.access_token)
    assert [await refused(market, other.access_token) for other in others] == [True, True]


async def test_signing_out_ends_this_device(api: Api, market: Market, visitor: Viewer) -> None:
    viewer, own = await signed_in(market, await make_user())
    sign_out = "mutation { signOut { userErrors { code } } }"
    assert (await api(sign_out, as_=viewer))["signOut"]["userErrors"] == []
    assert await refused(market, own.access_token)
    assert (await api(sign_out, as_=visitor))["signOut"]["userErrors"] == [{"code": "UNAUTHENTICATED"}]
