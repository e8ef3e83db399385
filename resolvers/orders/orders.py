"""Orders as their owner and staff see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from domain.access import Permission
from domain.archive import reading
from domain.archive.visible import visible as visible_archived
from domain.idempotency import once
from domain.orders import actions, kinds, lifecycle, states, timeline
from domain.orders.timeline import Stretch
from domain.orders.visible import is_place_known, place_of, visible
from kit import ids
from kit.errors import Refused
from kit.paging import Edge, Page, Sort, merged, window
from kit.text import in_locale
from kit.validate import clean_text
from loaders import catalog as catalog_loaders
from loaders import customers as customer_loaders
from loaders import orders as loaders
from loaders import reviews as review_loaders
from models.archive import ArchivedOrder
from models.catalog import Variant
from models.customers import User
from models.orders import CancelReason, Order, OrderLine, OrderState
from models.outbox import Event
from resolvers.answers import Answer, Problem
from resolvers.context import Info
from resolvers.orders import past

LONGEST_NUMBER = 20
LONGEST_NOTE = 500
NEWEST = Sort("orders.newest", ("placed_at",), descending=True)


async def order(
    info: Info,
    id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = None,
    number: Annotated[str | None, strawberry.argument(description="Its number, as people read it out.")] = None,
    as_of: Annotated[
        datetime | None,
        strawberry.argument(
            description="Show it as it was at this moment, with the parcels, payments and events of then. What comes "
            "has an id of its own: it is no order that anything can be done with. Null where it was not placed yet."
        ),
    ] = None,
) -> Order | None:
    found = await _order(info, id=id, number=number)
    if found is None or as_of is None:
        return found
    return await past.as_of(info, found, as_of)


async def _order(info: Info, *, id: str | None, number: str | None) -> Order | None:
    if number is None:
        key = ids.find_key("Order", id or "")
        return await info.context.load(loaders.orders_by_id, key) if key else None
    wanted = number.strip().upper()[:LONGEST_NUMBER]  # the database refuses to compare longer texts
    found = await reading.numbered(info.context.viewer, wanted)
    info.context.show(found)
    return found


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """Which orders are asked for."""

    statuses: Sequence[states.BuyerStatus] | None = None
    states: Sequence[OrderState] | None = None
    placed_from: datetime | None = None
    placed_until: datetime | None = None
    urged: bool | None = None
    late: bool | None = None


async def orders(
    info: Info, choice: OrderChoice, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[Order]:
    viewer = info.context.viewer
    asked = window(first=first, after=after, last=last, before=before)
    tables: list[QuerySet[Any]] = [_pressing(_chosen(visible(viewer), choice), choice)]
    if not (choice.urged or choice.late):  # nobody urges what is long over
        tables.append(_chosen(visible_archived(viewer), choice))
    found = await merged(tables, sort=NEWEST, window=asked)
    for edge in found.edges:
        if isinstance(edge.node, ArchivedOrder):
            edge.node = reading.opened(edge.node)
            info.context.show(edge.node)
    return found


def _chosen(rows: QuerySet[Any], choice: OrderChoice) -> QuerySet[Any]:
    if choice.statuses is not None:
        rows = timeline.on_shelves(rows, choice.statuses)
    if choice.states is not None:
        rows = rows.filter(state__in=list(choice.states))
    if choice.placed_from is not None:
        rows = rows.filter(placed_at__gte=choice.placed_from)
    if choice.placed_until is not None:
        rows = rows.filter(placed_at__lt=choice.placed_until)
    return rows


def _pressing(rows: QuerySet[Order], choice: OrderChoice) -> QuerySet[Order]:
    if choice.urged is not None:
        rows = timeline.urged(rows, choice.urged)
    if choice.late is not None:
        rows = timeline.late(rows, choice.late)
    return rows


def buyer_status(root: strawberry.Parent[Order]) -> states.BuyerStatus:
    return states.buyer_status(root)


async def lines(root: strawberry.Parent[Order], info: Info) -> list[OrderLine]:
    return await info.context.load(loaders.lines_by_order, root.id)


@dataclass(frozen=True, slots=True)
class ActionView:
    """One possibility in the viewer's language."""

    action: actions.Action
    allowed: bool
    reason: str | None
    reason_code: str | None
    deadline: datetime | None
    available_from: datetime | None


async def order_actions(root: strawberry.Parent[Order], info: Info) -> list[ActionView]:
    viewer = info.context.viewer
    if root.moment is not None:
        return []  # nothing can be done with the past
    views = []
    reviews = viewer.may(Permission.REVIEW_ORDERS)
    look = await info.context.load(review_loaders.looks_by_order, root.id) if reviews else None
    for possibility in actions.possibilities(viewer, root, look):
        problem = Problem(possibility.refusal, info.context.locale) if possibility.refusal else None
        views.append(
            ActionView(
                action=possibility.action,
                allowed=possibility.allowed,
                reason=problem.message if problem else None,
                reason_code=problem.code if problem else None,
                deadline=possibility.deadline,
                available_from=possibility.available_from,
            )
        )
    return views


async def order_timeline(order: Order, info: Info, first: int | None, after: str | None) -> Page[Event]:
    asked = window(first=first, after=after)
    record = order.past
    seen = min(timeline.sequence_at(asked.cursor), order.sequence)
    if record is not None:
        found = record.events[seen : seen + asked.size + 1]
    else:
        found = await info.context.load(loaders.events_by_stretch, Stretch(order.id, seen, asked.size + 1))

    async def count() -> int:
        return order.sequence

    return Page(
        edges=[Edge(event, timeline.cursor(event)) for event in found[: asked.size]],
        has_next_page=len(found) > asked.size,
        has_previous_page=asked.cursor is not None,
        count=count,
    )


def event_message(root: strawberry.Parent[Event], info: Info) -> str:
    return kinds.message(root.kind, root.data, info.context.locale)


def event_cause(root: strawberry.Parent[Event], info: Info) -> str | None:
    return root.cause if info.context.viewer.is_staff else None


def event_cursor(root: strawberry.Parent[Event]) -> str:
    return f"s.{root.sequence}"


def event_state(root: strawberry.Parent[Event]) -> Any:
    return root.data.get("state")


def address_of(root: strawberry.Parent[Order], info: Info) -> Any:
    return AddressView(**place_of(info.context.viewer, root))


def contact_phone(root: strawberry.Parent[Order], info: Info) -> str | None:
    return root.contact_phone if is_place_known(info.context.viewer, root) else None


def note(root: strawberry.Parent[Order], info: Info) -> str:
    return root.note if is_place_known(info.context.viewer, root) else ""


def contact_email(root: strawberry.Parent[Order], info: Info) -> str | None:
    return root.contact_email if is_place_known(info.context.viewer, root) else None


@dataclass(frozen=True, slots=True)
class AddressView:
    """The address that an order goes to."""

    recipient: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class AdjustmentView:
    """One amount that made the total what it is."""

    kind: str
    label: dict[str, str]
    why: dict[str, str]
    amount: int
    currency: str


def adjustments(root: strawberry.Parent[Order]) -> list[Any]:
    return [AdjustmentView(currency=root.currency, **_adjustment(entry)) for entry in root.adjustments]


def _adjustment(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("kind", "label", "why", "amount")}


def adjustment_label(root: strawberry.Parent[AdjustmentView], info: Info) -> str:
    return in_locale(root.label, info.context.locale)


def adjustment_why(root: strawberry.Parent[AdjustmentView], info: Info) -> str:
    return in_locale(root.why, info.context.locale)


def line_title(root: strawberry.Parent[OrderLine], info: Info) -> str:
    return in_locale(root.title, info.context.locale)


def line_choices(root: strawberry.Parent[OrderLine], info: Info) -> list[str]:
    return [in_locale(choice, info.context.locale) for choice in root.choices]


def check_reason(reason: CancelReason) -> None:
    """Refuse a reason that nobody gives by hand."""
    if reason == CancelReason.MERGED:
        raise Refused("INVALID_INPUT", path=("reason",), why="only merging gives this reason")


async def order_cancel(
    info: Info, *, order_id: str, reason: CancelReason, idempotency_key: str, note: str = ""
) -> Answer:
    viewer, key = info.context.viewer, ids.key_of("Order", order_id, "order_id")
    why = clean_text(note, path=("note",), maximum=LONGEST_NOTE, multiline=True)
    check_reason(reason)

    async def work() -> UUID:
        return (await lifecycle.cancel(viewer, key, reason=reason, note=why)).id

    asked = {"order": key, "reason": reason, "note": why}
    canceled = await once(viewer, "orderCancel", idempotency_key, asked=asked, work=work)
    return Answer(order=await info.context.load(loaders.orders_by_id, canceled))


async def order_receipt_confirm(info: Info, *, order_id: str) -> Answer:
    key = ids.key_of("Order", order_id, "order_id")
    return Answer(order=await lifecycle.confirm_receipt(info.context.viewer, key))


async def line_variant(root: strawberry.Parent[OrderLine], info: Info) -> Variant | None:
    return await info.context.load(catalog_loaders.variants_by_id, root.variant_id)


async def customer(root: strawberry.Parent[Order], info: Info) -> User | None:
    return await info.context.load(customer_loaders.users_by_id, root.user_id) if root.user_id else None
