"""Delivery cases: the queue that staff work on, and what customers see of theirs."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import strawberry

from domain.access import Permission
from domain.aftersales import cases, proposals, remedies, states, streams, texts
from domain.aftersales.remedies import Decision
from domain.aftersales.streams import CaseChange
from domain.aftersales.visible import visible
from domain.fulfillment.loads import Chosen
from domain.orders import dispatch, urging
from kit import clock, ids
from kit.paging import Page, Sort, page, window
from kit.text import in_locale
from loaders import aftersales as loaders
from loaders import customers as customer_loaders
from loaders import fulfillment as fulfillment_loaders
from loaders import orders as order_loaders
from models.aftersales import CaseNote, CaseState, Compensation, DeliveryCase, Remedy
from models.customers import User
from models.fulfillment import Parcel, Trouble
from models.orders import Order, OrderLine
from resolvers.answers import Answer
from resolvers.context import Info
from resolvers.orders.live import After

MOST_URGENT = Sort("cases.due", ("due_at",))


class ChosenLine(Protocol):
    """A line as the client names it."""

    order_line_id: strawberry.ID
    quantity: int


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """Which cases are asked for."""

    states: Sequence[CaseState] | None = None
    kinds: Sequence[Trouble] | None = None
    mine: bool | None = None
    overdue: bool | None = None
    turned_up: bool | None = None


async def delivery_case(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The case's id.")]
) -> DeliveryCase | None:
    key = ids.find_key("DeliveryCase", id)
    return await info.context.load(loaders.cases_by_id, key) if key else None


async def delivery_cases(
    info: Info, choice: CaseChoice, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[DeliveryCase]:
    viewer = info.context.viewer
    rows = visible(viewer).filter(state__in=list(choice.states if choice.states is not None else states.LIVE))
    if choice.kinds is not None:
        rows = rows.filter(kind__in=list(choice.kinds))
    if choice.mine:
        rows = rows.filter(owner_id=viewer.require_user())
    if choice.overdue is not None:
        rows = rows.filter(due_at__lte=clock.now()) if choice.overdue else rows.filter(due_at__gt=clock.now())
    if choice.turned_up is not None:
        rows = rows.filter(turned_up_at__isnull=not choice.turned_up)
    return await page(rows, sort=MOST_URGENT, window=window(first=first, after=after, last=last, before=before))


async def cases_of_order(root: strawberry.Parent[Order], info: Info) -> list[DeliveryCase]:
    return await info.context.load(loaders.cases_by_order, root.id)


async def cases_of_parcel(root: strawberry.Parent[Parcel], info: Info) -> list[DeliveryCase]:
    return await info.context.load(loaders.cases_by_parcel, root.id)


def is_late(root: strawberry.Parent[Order]) -> bool:
    return dispatch.is_late(root)


# One case -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseUnits:
    """Units of an order line that a case is about."""

    order_line_id: UUID
    quantity: int


def what(root: strawberry.Parent[DeliveryCase], info: Info) -> str:
    return in_locale(texts.WHAT[root.kind], info.context.locale)


def proposed_remedy(root: strawberry.Parent[DeliveryCase]) -> Remedy:
    return root.proposed


def reason(root: strawberry.Parent[DeliveryCase], info: Info) -> str:
    if root.chosen is not None and root.chosen == root.proposed:
        return in_locale(texts.CHOSEN, info.context.locale)
    is_settled = root.proposed == Remedy.RETURN_TO_STOCK and root.proposed_amount is None
    return in_locale(texts.reason(root.kind, root.proposed, is_settled=is_settled), info.context.locale)


def closing_reason(root: strawberry.Parent[DeliveryCase], info: Info) -> str | None:
    return in_locale(texts.ENDINGS[root.closing], info.context.locale) if root.closing else None


def choices(root: strawberry.Parent[DeliveryCase]) -> list[Remedy]:
    return list(cases.choices(root))


def is_overdue(root: strawberry.Parent[DeliveryCase]) -> bool:
    return states.is_live(root) and clock.now() >= root.due_at


def case_units(root: strawberry.Parent[DeliveryCase]) -> list[CaseUnits]:
    return [CaseUnits(line_id, units) for line_id, units in proposals.units_of(root).items()]


async def line_of_units(root: strawberry.Parent[CaseUnits], info: Info) -> OrderLine | None:
    return await info.context.load(order_loaders.order_lines_by_id, root.order_line_id)


async def order_of(root: strawberry.Parent[DeliveryCase], info: Info) -> Order | None:
    return await info.context.load(order_loaders.orders_by_id, root.order_id)


async def parcel_of(root: strawberry.Parent[DeliveryCase], info: Info) -> Parcel | None:
    return await info.context.load(fulfillment_loaders.parcels_by_id, root.parcel_id) if root.parcel_id else None


async def possible_remedies(root: strawberry.Parent[DeliveryCase], info: Info) -> list[Remedy]:
    """For staff: what could be confirmed now."""
    if not info.context.viewer.may(Permission.SEE_CASES) or not states.is_live(root):
        return []
    order = await info.context.load(order_loaders.orders_by_id, root.order_id)
    parcel = await parcel_of(root, info)
    return [remedy for remedy in Remedy if order and proposals.is_possible(remedy, order, parcel)]


async def owner_of(root: strawberry.Parent[DeliveryCase], info: Info) -> User | None:
    return await _person(info, root.owner_id)


async def author_of(root: strawberry.Parent[CaseNote], info: Info) -> User | None:
    return await _person(info, root.author_id)


async def _person(info: Info, key: UUID | None) -> User | None:
    """Colleagues are named to staff who may see people."""
    return await info.context.load(customer_loaders.users_by_id, key) if key else None


async def notes_of(root: strawberry.Parent[DeliveryCase], info: Info) -> list[CaseNote]:
    return await info.context.load(loaders.notes_by_case, root.id)


# Mutations ------------------------------------------------------------------------------------------------------------


def _key(case_id: str) -> UUID:
    return ids.key_of("DeliveryCase", case_id, "caseId")


async def order_urge(info: Info, *, order_id: str) -> Answer:
    return Answer(order=await urging.urge(info.context.viewer, ids.key_of("Order", order_id, "orderId")))


async def delivery_case_claim(info: Info, *, case_id: str) -> Answer:
    return Answer(case=await cases.claim(info.context.viewer, _key(case_id)))


async def delivery_case_release(info: Info, *, case_id: str) -> Answer:
    return Answer(case=await cases.release(info.context.viewer, _key(case_id)))


async def delivery_case_note_add(info: Info, *, case_id: str, text: str) -> Answer:
    return Answer(case=await cases.note(info.context.viewer, _key(case_id), text))


async def delivery_case_choose(info: Info, *, case_id: str, remedy: Remedy) -> Answer:
    return Answer(case=await cases.choose(info.context.viewer, _key(case_id), remedy))


async def delivery_case_confirm(
    info: Info,
    *,
    case_id: str,
    idempotency_key: str,
    remedy: Remedy | None = None,
    lines: Sequence[ChosenLine] | None = None,
    amount_minor_units: int | None = None,
    compensation: Compensation | None = None,
    wait_until: datetime | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Answer:
    asked = Decision(
        case_id=_key(case_id),
        remedy=remedy,
        chosen=None if lines is None else _chosen(lines),
        amount=amount_minor_units,
        compensation=compensation or Compensation.COUPON,
        wait_until=wait_until,
        note=note,
        expected_version=expected_version,
    )
    case = await remedies.confirm(info.context.viewer, asked, key=idempotency_key)
    return Answer(case=case, order=await info.context.load(order_loaders.orders_by_id, case.order_id))


def _chosen(lines: Sequence[ChosenLine]) -> tuple[Chosen, ...]:
    keys = ids.keys_of("OrderLine", [line.order_line_id for line in lines], "lines", "order_line_id")
    return tuple(Chosen(key, line.quantity) for key, line in zip(keys, lines, strict=True))


# Live -----------------------------------------------------------------------------------------------------------------


async def delivery_case_events(info: Info, after: After = None) -> AsyncIterator[CaseChange]:
    async for change in streams.of_cases(info.context.viewer, after=after or info.context.last_event_id):
        info.context.renew()
        yield change
