"""Changing an order: the preview, the change, its difference, and taking units out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.customers import contacts
from domain.orders import changes
from domain.orders.changes_delivery import SlotWish, slot_asked
from domain.orders.changes_plan import Plan, Units, Wish
from domain.orders.visible import is_known
from domain.payments import differences
from kit import ids
from kit.errors import Refused, gathered, refuse_all
from kit.money import Money
from kit.text import in_locale
from kit.validate import clean_text
from loaders import catalog as catalog_loaders
from loaders import delivery as delivery_loaders
from loaders import orders as loaders
from models.catalog import Variant
from models.delivery import DeliverySlot
from models.orders import CancelReason, Order, OrderChangeRequest, OrderLine
from models.payments import PaymentMethod
from resolvers.answers import Answer, problems
from resolvers.context import Info
from resolvers.orders.checkout import AddressChoice, LineWish, destination_of
from resolvers.orders.orders import LONGEST_NOTE, AddressView, AdjustmentView, check_reason


class TakenOut(Protocol):
    """Units of a line that the client names."""

    order_line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class AddedView:
    """A line that a change adds."""

    entry: Mapping[str, Any]
    currency: str

    @property
    def quantity(self) -> int:
        return int(self.entry["quantity"])

    @property
    def unit_price(self) -> int:
        return int(self.entry["unit_price"])

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class RemovedView:
    """Units that a change takes out."""

    line_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """A preview in the shape that clients see."""

    plan: Plan

    @property
    def order(self) -> Order:
        return self.plan.order

    @property
    def currency(self) -> str:
        return self.plan.order.currency

    @property
    def total_before(self) -> int:
        total: int = self.plan.order.total
        return total

    @property
    def subtotal(self) -> int:
        return self.plan.quote.subtotal if self.plan.quote else self.plan.order.subtotal + self.plan.added_total

    @property
    def discount(self) -> int:
        return self.plan.quote.discount if self.plan.quote else self.plan.order.discount

    @property
    def shipping(self) -> int:
        return self.plan.quote.shipping if self.plan.quote else self.plan.order.shipping + self.plan.shipping_more

    @property
    def total_after(self) -> int:
        return self.plan.total_after

    @property
    def to_pay(self) -> int:
        return self.plan.to_pay

    @property
    def refund(self) -> int:
        return self.plan.refund

    @property
    def shipping_refund(self) -> int:
        return self.plan.shipping_less

    @property
    def difference(self) -> int:
        return self.plan.difference


# Reading ------------------------------------------------------------------------------------------------------------


async def changes_of_order(root: strawberry.Parent[Order], info: Info) -> list[OrderChangeRequest]:
    if not is_known(info.context.viewer, root):
        return []
    return await info.context.load(loaders.changes_by_order, root.id)


async def order_of(root: strawberry.Parent[OrderChangeRequest], info: Info) -> Order | None:
    return await info.context.load(loaders.orders_by_id, root.order_id)


def difference(root: strawberry.Parent[OrderChangeRequest]) -> Money:
    return Money(root.total_after - root.total_before - root.refund, root.currency)


def shipping_refund(root: strawberry.Parent[OrderChangeRequest]) -> Money:
    return Money(root.shipping_less, root.currency)


def added_of(root: strawberry.Parent[OrderChangeRequest]) -> list[AddedView]:
    return [AddedView(entry, root.currency) for entry in root.added]


def removed_of(root: strawberry.Parent[OrderChangeRequest]) -> list[RemovedView]:
    return [RemovedView(UUID(line_id), units) for line_id, units in root.removed.items()]


def planned_added(root: strawberry.Parent[PlanView]) -> list[AddedView]:
    by_line = {line.id: line for line in root.plan.lines}
    grown = [
        AddedView({**_entry(by_line[line_id]), "quantity": units}, root.currency)
        for line_id, units in root.plan.grown.items()
    ]
    return [*grown, *(AddedView(entry, root.currency) for entry in root.plan.added)]


def _entry(line: OrderLine) -> dict[str, Any]:
    return {"title": line.title, "unit_price": line.unit_price, "variant_id": str(line.variant_id)}


def planned_removed(root: strawberry.Parent[PlanView]) -> list[RemovedView]:
    return [RemovedView(line_id, units) for line_id, units in root.plan.removed.items()]


def planned_adjustments(root: strawberry.Parent[PlanView]) -> list[AdjustmentView]:
    made = root.plan
    entries: Sequence[Mapping[str, Any]] = made.order.adjustments
    if made.quote:
        entries = [adjustment.as_json() for adjustment in made.quote.adjustments]
    return [
        AdjustmentView(entry["kind"], entry["label"], entry["why"], entry["amount"], root.currency) for entry in entries
    ]


def added_title(root: strawberry.Parent[AddedView], info: Info) -> str:
    return in_locale(root.entry["title"], info.context.locale)


async def added_variant(root: strawberry.Parent[AddedView], info: Info) -> Variant | None:
    return await info.context.load(catalog_loaders.variants_by_id, UUID(root.entry["variant_id"]))


async def removed_line(root: strawberry.Parent[RemovedView], info: Info) -> OrderLine | None:
    return await info.context.load(loaders.order_lines_by_id, root.line_id)


def new_address(root: strawberry.Parent[OrderChangeRequest]) -> AddressView | None:
    return AddressView(**root.asked["address"]) if "address" in root.asked else None


def old_address(root: strawberry.Parent[OrderChangeRequest]) -> AddressView | None:
    return AddressView(**root.before["address"]) if "address" in root.before else None


def new_phone(root: strawberry.Parent[OrderChangeRequest]) -> str | None:
    return root.asked.get("contact_phone")


def new_email(root: strawberry.Parent[OrderChangeRequest]) -> str | None:
    return root.asked.get("contact_email")


def new_note(root: strawberry.Parent[OrderChangeRequest]) -> str | None:
    return root.asked.get("note")


def changes_slot(root: strawberry.Parent[OrderChangeRequest]) -> bool:
    return "slot" in root.asked


async def new_slot(root: strawberry.Parent[OrderChangeRequest], info: Info) -> DeliverySlot | None:
    return await _slot(info, slot_asked(root.asked))


async def old_slot(root: strawberry.Parent[OrderChangeRequest], info: Info) -> DeliverySlot | None:
    return await _slot(info, slot_asked(root.before))


async def planned_slot(root: strawberry.Parent[PlanView], info: Info) -> DeliverySlot | None:
    return await _slot(info, root.plan.slot_after)


async def _slot(info: Info, key: UUID | None) -> DeliverySlot | None:
    return await info.context.load(delivery_loaders.slots_by_id, key) if key else None


def refusal(root: strawberry.Parent[OrderChangeRequest]) -> str | None:
    return root.refusal or None


async def order_change(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The change.")]
) -> OrderChangeRequest | None:
    key = ids.find_key("OrderChangeRequest", id)
    return await info.context.load(loaders.changes_by_id, key) if key else None


# Changing -----------------------------------------------------------------------------------------------------------


async def order_change_preview(info: Info, *, order_id: str, **given: Any) -> Answer:
    wish = await _wish(info, **given)
    return await _previewed(info, order_id, wish)


async def _previewed(info: Info, order_id: str, wish: Wish) -> Answer:
    key = ids.key_of("Order", order_id, "order_id")
    made = await changes.preview(info.context.viewer, key, wish)
    return Answer(
        plan=PlanView(made), user_errors=problems(info, made.problems), warnings=problems(info, made.warnings)
    )


async def order_change_make(info: Info, *, order_id: str, idempotency_key: str, **given: Any) -> Answer:
    wish = await _wish(info, **given)
    return await _made(info, order_id, wish, key=idempotency_key, operation="orderChange")


async def _made(info: Info, order_id: str, wish: Wish, *, key: str, operation: str) -> Answer:
    order_key = ids.key_of("Order", order_id, "order_id")
    change = await changes.commit(info.context.viewer, order_key, wish, key=key, operation=operation)
    return Answer(change=change, order=await info.context.load(loaders.orders_by_id, change.order_id))


async def order_lines_cancel_preview(info: Info, *, order_id: str, lines: Sequence[TakenOut]) -> Answer:
    return await _previewed(info, order_id, Wish(remove=_taken_out(lines, "lines"), reason=CancelReason.OTHER))


async def order_lines_cancel(
    info: Info,
    *,
    order_id: str,
    lines: Sequence[TakenOut],
    reason: CancelReason,
    idempotency_key: str,
    note: str = "",
    expected_version: int | None = None,
) -> Answer:
    check_reason(reason)
    wish = Wish(
        remove=_taken_out(lines, "lines"),
        reason=reason,
        reason_note=clean_text(note, path=("note",), maximum=LONGEST_NOTE, multiline=True),
        expected_version=expected_version,
    )
    return await _made(info, order_id, wish, key=idempotency_key, operation="orderLinesCancel")


async def order_change_pay(
    info: Info, *, change_id: str, method: PaymentMethod, idempotency_key: str, return_url: str = ""
) -> Answer:
    key = ids.key_of("OrderChangeRequest", change_id, "change_id")
    change, payment = await differences.pay(
        info.context.viewer, key, method=method, key=idempotency_key, return_url=return_url
    )
    return Answer(payment=payment, change=change)


async def order_change_cancel(info: Info, *, change_id: str) -> Answer:
    key = ids.key_of("OrderChangeRequest", change_id, "change_id")
    change = await changes.cancel(info.context.viewer, key)
    return Answer(change=change, order=await info.context.load(loaders.orders_by_id, change.order_id))


async def _wish(
    info: Info,
    *,
    destination: AddressChoice | None = None,
    contact_phone: str | None = None,
    contact_email: str | None = None,
    note: str | None = None,
    slot_id: str | None = UNSET,
    add: Sequence[LineWish] = (),
    remove: Sequence[TakenOut] = (),
    expected_version: int | None = None,
) -> Wish:
    refused: list[Refused] = []
    goes_to, phone, email, words, slot = None, None, None, None, None
    added: list[Units] = []
    removed: list[Units] = []
    with gathered(refused):
        if destination is not None and destination.pickup:
            raise Refused("MODE_STAYS", path=("destination", "pickup"))
        goes_to = await destination_of(info, destination)
    with gathered(refused):
        phone = contacts.clean_phone(contact_phone, path=("contact_phone",)) if contact_phone else None
    with gathered(refused):
        email = contacts.clean_email(contact_email, path=("contact_email",)) if contact_email else None
    with gathered(refused):
        words = None if note is None else clean_text(note, path=("note",), maximum=LONGEST_NOTE, multiline=True)
    with gathered(refused):
        slot = None if slot_id is UNSET else _slot_wish(slot_id)
    with gathered(refused):
        keys = ids.keys_of("Variant", [line.variant_id for line in add], "add", "variant_id")
        added = [
            Units(key, line.quantity, ("add", str(n))) for n, (key, line) in enumerate(zip(keys, add, strict=True))
        ]
    with gathered(refused):
        removed = _taken_out(remove, "remove")
    refuse_all(refused)
    return Wish(goes_to, phone, email, words, slot, added, removed, expected_version=expected_version)


def _slot_wish(slot_id: str | None) -> SlotWish:
    return SlotWish(None if slot_id is None else ids.key_of("DeliverySlot", slot_id, "slot_id"))


def _taken_out(lines: Sequence[TakenOut], name: str) -> list[Units]:
    keys = ids.keys_of("OrderLine", [line.order_line_id for line in lines], name, "order_line_id")
    return [Units(key, line.quantity, (name, str(n))) for n, (key, line) in enumerate(zip(keys, lines, strict=True))]
