from datetime import timedelta

from domain import idempotency
from domain.customers import forgetting, sessions
from domain.market import Market
from kit import clock
from models.customers import DeviceSession, RefreshToken
from models.idempotency import KeyedCall
from tests.factories.customers import make_user, viewer_for


async def test_an_ended_session_is_forgotten_with_its_refresh_tokens_and_a_living_one_is_not(market: Market) -> None:
    user = await make_user()
    living = (await sessions.start(viewer_for(market, user), user)).session
    ended = (await sessions.start(viewer_for(market, user), user)).session
    await DeviceSession.filter(id=ended.id).update(expires_at=clock.machine() - timedelta(days=31))
    await forgetting.forget_expired()
    assert [session.id for session in await DeviceSession.all()] == [living.id]
    assert [token.session_id for token in await RefreshToken.all()] == [living.id]


async def test_idempotency_keys_are_remembered_for_a_month(market: Market) -> None:
    for name, age in (("old", 31), ("young", 29)):
        created_at = clock.now() - timedelta(days=age)
        await KeyedCall.create(actor="a", operation="o", key=name, input_hash="h", created_at=created_at)
    await idempotency.forget_old()
    assert [call.key for call in await KeyedCall.all()] == ["young"]
