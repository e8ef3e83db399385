"""Following an order without an account."""

from domain.orders import guests
from loaders import orders as order_loaders
from resolvers.answers import Answer
from resolvers.context import Info
from resolvers.customers.accounts import ContactChoice, contact_of


async def order_access_request(info: Info, *, number: str, contact: ContactChoice) -> Answer:
    known = contact_of(contact, "contact")
    return Answer(expires_at=await guests.request_access(info.context.viewer, number, known))


async def order_access_grant(info: Info, *, number: str, contact: ContactChoice, code: str) -> Answer:
    viewer = info.context.viewer
    order_id, credentials = await guests.grant_access(viewer, number, contact_of(contact, "contact"), code)
    # From here on the operation speaks as the order's guest, so that its answer can show the order.
    info.context.viewer = viewer.but(
        user_id=None, roles=frozenset(), order_id=order_id, session_id=credentials.session.id
    )
    info.context.renew()
    order = await info.context.load(order_loaders.orders_by_id, order_id)
    return Answer(order=order, credentials=credentials)
