"""As whom an explorer may speak: the people of the demo market, each with a fresh token of one session that lasts."""

from collections.abc import Sequence
from datetime import timedelta

from demo.people import CUSTOMERS, STAFF, DemoPerson, DemoStaff
from demo.residents import PASSWORD
from domain.access import Viewer
from domain.customers import sessions, tokens
from domain.customers.contacts import email_contact
from domain.customers.visible import alive
from domain.market import Market
from kit import clock
from models.customers import DeviceSession, User

DEVICE = "the demo page"
OFFERED = ("lin", "zhao", "catalog", "reviewer", "picker", "rider", "clerk", "courier", "agent", "finance", "admin")
LEAST_LEFT = timedelta(days=1)  # a session nearer to its end is not handed out again


async def identities(market: Market) -> list[dict[str, str]]:
    """Everybody on offer, the main customer first; empty while the demo market is not loaded."""
    known = {person.key: person for person in (*CUSTOMERS, *STAFF)}
    people = [known[key] for key in OFFERED]
    users = await _users(people)
    lasting = await _lasting_sessions([user.id for user in users.values()])
    return [
        {
            "key": person.key,
            "label": f"{person.latin_name} — {_role(person).lower().replace('_', ' ')}",
            "role": _role(person),
            "token": await _token(market, user, lasting.get(user.id)),
            "phone": person.phone,
            "email": person.email,
            "password": PASSWORD,
        }
        for person in people
        if (user := users.get(person.key))
    ]


def _role(person: DemoPerson) -> str:
    return person.roles[0].value if isinstance(person, DemoStaff) else "CUSTOMER"


async def _users(people: Sequence[DemoPerson]) -> dict[str, User]:
    keys = {email_contact(person.email).hash: person.key for person in people}
    users = await User.filter(email_hash__in=list(keys))
    return {keys[user.email_hash]: user for user in users if user.email_hash}


async def _lasting_sessions(user_ids: Sequence[object]) -> dict[object, DeviceSession]:
    """Sessions that were made for this page before, so that each look at it does not make new ones."""
    soon = clock.machine() + LEAST_LEFT
    found = alive().filter(user_id__in=list(user_ids), device=DEVICE, expires_at__gt=soon)
    return {session.user_id: session for session in await found.order_by("created_at")}


async def _token(market: Market, user: User, session: DeviceSession | None) -> str:
    if session is None:
        async with market.change():
            return (await sessions.start(Viewer(market=market), user, device=DEVICE)).access_token
    expires_at = clock.machine() + timedelta(minutes=market.policy.access_token_minutes)
    return tokens.sign(market, tokens.Claims(session.id, user.id, None), expires_at=expires_at)
