"""Signing up, in and out, passwords, and the sessions of one's devices."""

from typing import Protocol

from strawberry import UNSET

from domain.carts import carts
from domain.customers import accounts, sessions
from domain.customers.accounts import SignedIn
from domain.customers.contacts import Contact, email_contact, phone_contact
from domain.customers.visible import viewer_for
from kit import ids
from resolvers.answers import Answer
from resolvers.context import Info


class ContactChoice(Protocol):
    """A phone or an e-mail address: exactly one of both is given."""

    phone: str | None
    email: str | None


def contact_of(choice: ContactChoice, *path: str) -> Contact:
    """The contact in an input, normalised."""
    if choice.phone is not UNSET and choice.phone is not None:
        return phone_contact(choice.phone, path=(*path, "phone"))
    return email_contact(choice.email or "", path=(*path, "email"))


async def sign_in_code_request(info: Info, *, contact: ContactChoice) -> Answer:
    known = contact_of(contact, "contact")
    return Answer(expires_at=await accounts.request_sign_in_code(info.context.viewer, known))


async def code_sign_in(info: Info, *, contact: ContactChoice, code: str, device: str = "") -> Answer:
    known = contact_of(contact, "contact")
    done = await accounts.sign_in_with_code(info.context.viewer, known, code, device=device)
    return await _signed_in(info, done)


async def account_create(
    info: Info, *, contact: ContactChoice, code: str, password: str, name: str = "", device: str = ""
) -> Answer:
    known = contact_of(contact, "contact")
    made = await accounts.create(info.context.viewer, known, code, password, name=name, device=device)
    return await _signed_in(info, made)


async def password_sign_in(info: Info, *, contact: ContactChoice, password: str, device: str = "") -> Answer:
    known = contact_of(contact, "contact")
    done = await accounts.sign_in_with_password(info.context.viewer, known, password, device=device)
    return await _signed_in(info, done)


async def password_reset_request(info: Info, *, contact: ContactChoice) -> Answer:
    known = contact_of(contact, "contact")
    return Answer(expires_at=await accounts.request_password_reset(info.context.viewer, known))


async def password_reset(info: Info, *, contact: ContactChoice, code: str, password: str, device: str = "") -> Answer:
    known = contact_of(contact, "contact")
    done = await accounts.reset_password(info.context.viewer, known, code, password, device=device)
    return await _signed_in(info, done)


async def password_change(info: Info, *, password: str, new_password: str) -> Answer:
    return Answer(
        user=await accounts.change_password(info.context.viewer, password=password, new_password=new_password)
    )


async def session_refresh(info: Info, *, refresh_token: str) -> Answer:
    return Answer(credentials=await sessions.refresh(info.context.viewer, refresh_token))


async def session_revoke(info: Info, *, session_id: str) -> Answer:
    key = ids.key_of("Session", session_id, "sessionId")
    return Answer(session=await sessions.revoke(info.context.viewer, key))


async def session_revoke_others(info: Info) -> Answer:
    return Answer(sessions=await sessions.revoke_others(info.context.viewer))


async def sign_out(info: Info) -> Answer:
    await sessions.sign_out(info.context.viewer)
    return Answer()


async def _signed_in(info: Info, done: SignedIn) -> Answer:
    """The cart that the guest came with is theirs now, and from here on the operation speaks as the person: its answer
    can show them their own data."""
    before = info.context.viewer
    viewer = viewer_for(before.market, done.user, like=before).but(session_id=done.credentials.session.id)
    if before.cart_token and before.user_id is None:
        await carts.merge(viewer, guest_token=before.cart_token)
    info.context.viewer = viewer
    info.context.renew()
    return Answer(user=done.user, credentials=done.credentials, is_new=done.is_new)
