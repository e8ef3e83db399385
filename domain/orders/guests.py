"""Following an order without an account: number and contact, then a code to that contact, then a token for this order.

A wrong contact answers exactly as a missing order does, in words and in time: both leave a code behind that counts
against the limits and can be tried as often, only that nobody was sent it.
"""

from datetime import datetime
from uuid import UUID, uuid5

from tortoise.expressions import Q

from domain.access import Viewer
from domain.customers import codes, sessions, texts
from domain.customers.contacts import Contact
from domain.customers.sessions import Credentials
from kit.errors import Refused
from models.archive import ArchivedOrder
from models.customers import CodePurpose
from models.notifications import Channel
from models.orders import Order

NOBODYS = UUID("6e61a5c2-58c5-4f29-8a5e-6b0d5e1f3c77")  # namespace of the orders that there are not
LONGEST_NUMBER = 20  # characters


async def request_access(viewer: Viewer, number: str, contact: Contact) -> datetime:
    """Send a code to the contact if the order has it; gives when a code would expire, in any case."""
    async with codes.quietly():
        order = await _order(number, contact)
        code = await codes.issue(viewer, contact, CodePurpose.FOLLOW_ORDER, subject_id=_subject(order, number))
        if order is not None:
            await texts.tell_code(viewer, contact, "order_code", code, number=order.number)
        return codes.good_until(viewer)


async def grant_access(viewer: Viewer, number: str, contact: Contact, code: str) -> tuple[UUID, Credentials]:
    """The order's key and a token that opens it alone; refuses everything that does not fit as CODE_INVALID."""
    order = await _order(number, contact)
    row = await codes.check(viewer, contact, CodePurpose.FOLLOW_ORDER, code, subject_id=_subject(order, number))
    if order is None:
        raise Refused("CODE_INVALID", path=("code",))  # guessed right, but there is nothing to open
    async with viewer.market.change():
        await codes.use(row)
        return order.id, await sessions.start_for_order(viewer, order.id)


async def _order(number: str, contact: Contact) -> Order | ArchivedOrder | None:
    by_phone = contact.channel == Channel.SMS
    of_contact = Q(contact_phone_hash=contact.hash) if by_phone else Q(contact_email_hash=contact.hash)
    order = await Order.filter(of_contact, number=_readable(number)).first()
    return order or await ArchivedOrder.filter(of_contact, number=_readable(number)).first()


def _subject(order: Order | ArchivedOrder | None, number: str) -> UUID:
    """What the code is bound to: the order, or the one that there would be."""
    return order.id if order else uuid5(NOBODYS, _readable(number))


def _readable(number: str) -> str:
    """As it is printed: people add blanks and type small letters. What can be no number stays one that is not there."""
    typed = "".join(number.split()).upper()
    return typed if typed.isascii() and typed.isprintable() and len(typed) <= LONGEST_NUMBER else "?"
