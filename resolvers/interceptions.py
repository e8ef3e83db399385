"""Stopping parcels on their way: asking for it, the shop's decision, and reading both."""

import strawberry

from domain.fulfillment import interception
from domain.fulfillment.interception import Wish
from domain.orders.visible import is_place_known
from kit import ids
from kit.errors import Refused
from kit.paging import Page, Sort, page, window
from kit.validate import clean_text
from loaders import fulfillment as loaders
from loaders import orders as order_loaders
from models.fulfillment import Interception, InterceptionAction, InterceptionState, Parcel
from models.orders import Order
from resolvers.answers import Answer
from resolvers.context import Info
from resolvers.orders.checkout import AddressChoice, destination_of
from resolvers.orders.orders import LONGEST_NOTE, AddressView

OLDEST = Sort("interceptions.oldest", ("requested_at",))


async def interceptions(
    info: Info,
    for_staff: bool | None,
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Page[Interception]:
    rows = interception.visible(info.context.viewer)
    if for_staff is not None:
        rows = rows.filter(is_for_staff=for_staff, state=InterceptionState.REQUESTED)
    return await page(rows, sort=OLDEST, window=window(first=first, after=after, last=last, before=before))


async def interceptions_of_order(root: strawberry.Parent[Order], info: Info) -> list[Interception]:
    return await info.context.load(loaders.interceptions_by_order, root.id)


async def order_of(root: strawberry.Parent[Interception], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def parcel_of(root: strawberry.Parent[Interception], info: Info) -> Parcel | None:
    return await info.context.load(loaders.parcels_by_id, root.parcel_id)


async def address_of(root: strawberry.Parent[Interception], info: Info) -> AddressView | None:
    order = await order_of(root, info)
    shown = order is not None and is_place_known(info.context.viewer, order)
    return AddressView(**root.address) if root.address and shown else None


def refusal_of(root: strawberry.Parent[Interception]) -> str | None:
    return root.refusal or None


async def interception_request(
    info: Info,
    *,
    action: InterceptionAction,
    idempotency_key: str,
    order_id: str | None = None,
    parcel_id: str | None = None,
    destination: AddressChoice | None = None,
    note: str = "",
) -> Answer:
    if (order_id is None) == (parcel_id is None):
        raise Refused("INVALID_INPUT", path=("orderId",), why="give either orderId or parcelId")
    goes_to = await destination_of(info, destination) if action == InterceptionAction.NEW_ADDRESS else None
    wish = Wish(
        action=action,
        order_id=ids.key_of("Order", order_id, "order_id") if order_id else None,
        parcel_id=ids.key_of("Parcel", parcel_id, "parcel_id") if parcel_id else None,
        destination=goes_to,
        note=clean_text(note, path=("note",), maximum=LONGEST_NOTE, multiline=True),
    )
    made = await interception.request(info.context.viewer, wish, key=idempotency_key)
    order = await info.context.load(order_loaders.orders_by_id, made[0].order_id) if made else None
    return Answer(interceptions=made, order=order)


async def interception_decide(info: Info, *, interception_id: str, accepted: bool, reason: str = "") -> Answer:
    key = ids.key_of("Interception", interception_id, "interception_id")
    why = clean_text(reason, path=("reason",), maximum=interception.LONGEST_REASON)
    found = await interception.decide(info.context.viewer, key, accepted=accepted, reason=why)
    return Answer(interception=found, order=await info.context.load(order_loaders.orders_by_id, found.order_id))
