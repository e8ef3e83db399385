"""A case about a delivery: opened, changed, claimed, chosen about, escalated and ended, each told to the order."""

from datetime import timedelta
from uuid import UUID

from domain import effects
from domain.access import Permission, Viewer
from domain.aftersales import proposals, states, texts
from domain.aftersales.states import DELAYS
from domain.aftersales.visible import visible
from domain.market import Policy
from domain.orders import lifecycle
from domain.orders.history import lock, tell
from domain.orders.visible import is_owner
from kit import clock, ids
from kit.errors import Refused
from kit.validate import clean_text
from models.aftersales import CaseNote, CaseState, Closing, DeliveryCase, Remedy
from models.database import persistent
from models.fulfillment import Parcel, Trouble
from models.orders import Order, OrderLine

DUE = "case.due"
LONGEST_NOTE = 1000


async def locked(viewer: Viewer, case_id: UUID) -> tuple[Order, DeliveryCase]:
    """The order first, then the case, both locked; NOT_FOUND where the viewer may not see it."""
    seen = await visible(viewer).filter(id=case_id).first()
    if seen is None:
        raise Refused("NOT_FOUND", path=("caseId",), what="delivery case")
    order = await lock(viewer, seen.order_id)
    return order, await DeliveryCase.filter(id=seen.id).select_for_update().get()


async def live_of(subject_id: UUID) -> DeliveryCase | None:
    """The live case of a parcel, or of an order that leaves late; locked. Its order is locked already."""
    return await DeliveryCase.filter(live_subject=subject_id).select_for_update().first()


def sla(policy: Policy, kind: Trouble) -> timedelta:
    """How long a case of this kind may take."""
    return timedelta(hours=policy.case_delay_hours if kind in DELAYS else policy.case_loss_hours)


# ------------------------------------------------------------------------------- found by the market, order locked


async def open_case(viewer: Viewer, order: Order, kind: Trouble, parcel: Parcel | None = None) -> DeliveryCase:
    """Open a case with the usual remedy proposed, tell the order, and write to the customer."""
    case = DeliveryCase(
        order_id=order.id,
        parcel_id=parcel.id if parcel else None,
        number=f"C{ids.readable(10)}",
        live_subject=parcel.id if parcel else order.id,
        currency=order.currency,
        opened_at=clock.now(),
    )
    await _set_kind(viewer, order, case, kind, parcel)
    await case.save(force_create=True)
    await lifecycle.case_opened(viewer, order)
    await effects.at(DUE, case.id, case.due_at)
    await tell(viewer, order, kind="case.opened", cause=kind.value, data=facts(case))
    await _write_to_customer(order, kind)
    return case


async def change_kind(viewer: Viewer, order: Order, case: DeliveryCase, kind: Trouble, parcel: Parcel) -> None:
    """What a locked case is about has become worse, or better: another remedy, and a new time to settle it."""
    await _change(viewer, order, case, kind, parcel)
    await _write_to_customer(order, kind)


async def propose_again(viewer: Viewer, order: Order, case: DeliveryCase, parcel: Parcel) -> None:
    """What is usual for a locked case is another remedy now; for its customer nothing has happened."""
    await _change(viewer, order, case, case.kind, parcel)


async def _change(viewer: Viewer, order: Order, case: DeliveryCase, kind: Trouble, parcel: Parcel) -> None:
    await _set_kind(viewer, order, case, kind, parcel)
    case.update_from_dict({"chosen": None})
    await save(case)
    await effects.at(DUE, case.id, case.due_at)
    await tell(viewer, order, kind="case.changed", cause=kind.value, data=facts(case))


async def close(viewer: Viewer, order: Order, case: DeliveryCase, why: Closing) -> None:
    """End a locked case that has settled itself."""
    case.closing = why
    await end(viewer, order, case, CaseState.CLOSED)
    await tell(viewer, order, kind="case.closed", cause=why.value, data={**facts(case), "why": texts.ENDINGS[why]})


async def end(viewer: Viewer, order: Order, case: DeliveryCase, state: CaseState) -> None:
    """Put a locked case into a final state. The caller tells the order."""
    states.move(case, state)
    case.ended_at, case.ended_by, case.choose_by = clock.now(), viewer.user_id, None
    await save(case)
    await effects.never(DUE, case.id)
    await lifecycle.case_closed(viewer, order)


async def _set_kind(viewer: Viewer, order: Order, case: DeliveryCase, kind: Trouble, parcel: Parcel | None) -> None:
    policy, now = viewer.market.policy, clock.now()
    proposal = await proposals.propose(viewer, order, kind, parcel)
    case.kind, case.proposed, case.proposed_amount = kind, proposal.remedy, proposal.amount
    case.lines = proposal.as_json()
    case.due_at = now + sla(policy, kind)
    choice = proposals.may_choose(kind, order, parcel) and bool(proposal.units)
    case.choose_by = now + timedelta(hours=policy.case_choice_hours) if choice else None


async def _write_to_customer(order: Order, kind: Trouble) -> None:
    match kind:
        case Trouble.LATE_DISPATCH:
            await effects.soon("notice.late_dispatch", order.id)
        case Trouble.PAST_ESTIMATE | Trouble.NO_SCAN:
            await effects.soon("notice.delivery_delayed", order.id)
        case Trouble.FAILED_ATTEMPTS:
            await effects.soon("notice.delivery_in_vain", order.id)
        case Trouble.LOST:
            await effects.soon("notice.parcel_lost", order.id)
        case Trouble.DAMAGED:
            await effects.soon("notice.parcel_damaged", order.id)
        case Trouble.REFUSED | Trouble.RETURNED:
            await effects.soon("notice.parcel_refused", order.id)


async def escalate(viewer: Viewer, case_id: UUID) -> None:
    """The time to settle it is over: whoever had claimed it gives it up, and it is marked, a few times at most."""
    async with viewer.market.change():
        order, case = await locked(viewer, case_id)
        policy, now = viewer.market.policy, clock.now()
        if not states.is_live(case) or now < case.due_at or case.escalations >= policy.case_escalations:
            return
        case.escalations += 1
        if case.state == CaseState.CLAIMED:
            _give_up(case)
        await save(case)
        if case.escalations < policy.case_escalations:
            await effects.at(DUE, case.id, now + sla(policy, case.kind))
        await tell(viewer, order, kind="case.escalated", data={**facts(case), "times": case.escalations})


# ------------------------------------------------------------------------------------------------ worked on by staff


@persistent
async def claim(viewer: Viewer, case_id: UUID) -> DeliveryCase:
    """Take a case upon oneself. Claiming one's own again changes nothing."""
    viewer.require(Permission.RESOLVE_CASES)
    async with viewer.market.change():
        order, case = await locked(viewer, case_id)
        check_live(case)
        check_owner(viewer, case)
        if case.state == CaseState.OPEN:
            states.move(case, CaseState.CLAIMED)
            case.owner_id, case.claimed_at = viewer.user_id, clock.now()
            await save(case)
            await tell(viewer, order, kind="case.claimed", data=facts(case))
        return case


@persistent
async def release(viewer: Viewer, case_id: UUID) -> DeliveryCase:
    """Give a claimed case back to the queue: one's own, or anybody's for those who run the staff."""
    viewer.require(Permission.RESOLVE_CASES)
    async with viewer.market.change():
        order, case = await locked(viewer, case_id)
        check_live(case)
        if not viewer.may(Permission.EDIT_STAFF):
            check_owner(viewer, case)
        if case.state == CaseState.CLAIMED:
            _give_up(case)
            await save(case)
            await tell(viewer, order, kind="case.released", data=facts(case))
        return case


@persistent
async def note(viewer: Viewer, case_id: UUID, text: str) -> DeliveryCase:
    """Write something down about a case, for staff."""
    viewer.require(Permission.RESOLVE_CASES)
    words = clean_text(text, path=("text",), minimum=1, maximum=LONGEST_NOTE, multiline=True)
    async with viewer.market.change():
        _, case = await locked(viewer, case_id)
        await add_note(viewer, case, words)
        await save(case)
        return case


async def add_note(viewer: Viewer, case: DeliveryCase, text: str) -> None:
    """Write it down beside a locked case. The caller saves the case."""
    await CaseNote.create(case_id=case.id, author_id=viewer.user_id, text=text, created_at=clock.now())


def check_live(case: DeliveryCase) -> None:
    """Refuse a case that has ended."""
    if not states.is_live(case):
        raise Refused("CASE_ENDED", path=("caseId",))


def check_owner(viewer: Viewer, case: DeliveryCase) -> None:
    """Refuse a case that somebody else has claimed."""
    if case.state == CaseState.CLAIMED and case.owner_id != viewer.user_id:
        raise Refused("CASE_CLAIMED_BY_ANOTHER", path=("caseId",))


def _give_up(case: DeliveryCase) -> None:
    states.move(case, CaseState.OPEN)
    case.owner_id = case.claimed_at = None


# ------------------------------------------------------------------------------------------------- by the customer


def choices(case: DeliveryCase) -> tuple[Remedy, ...]:
    """What the customer may choose between now; nothing once the time is over or the case has ended."""
    is_open = states.is_live(case) and case.choose_by is not None and clock.now() < case.choose_by
    return proposals.CHOICES if is_open else ()


@persistent
async def choose(viewer: Viewer, case_id: UUID, remedy: Remedy) -> DeliveryCase:
    """The buyer would rather have the goods again, or the money. It becomes the proposal that staff confirm."""
    async with viewer.market.change():
        order, case = await locked(viewer, case_id)
        if not is_owner(viewer, order):
            raise Refused("FORBIDDEN")
        check_live(case)
        if case.choose_by is None or remedy not in proposals.CHOICES:
            raise Refused("CHOICE_NOT_OFFERED", path=("remedy",))
        if clock.now() >= case.choose_by:
            raise Refused("CHOICE_TIME_OVER", path=("caseId",))
        lines = {line.id: line for line in await OrderLine.filter(order_id=order.id)}
        worth = proposals.worth(lines, proposals.units_of(case)) or None
        case.chosen = case.proposed = remedy
        case.proposed_amount = worth if remedy == Remedy.REFUND else None
        await save(case)
        await tell(viewer, order, kind="case.chosen", cause=remedy.value, data=facts(case))
        return case


# ------------------------------------------------------------------------------------------------------------ telling


async def save(case: DeliveryCase) -> None:
    """Store a locked case as its next version."""
    case.version += 1
    await case.save()


def facts(case: DeliveryCase) -> dict[str, object]:
    """What an event on the order's stream says about a case."""
    remedy = case.remedy or case.proposed
    return {
        "case_id": str(case.id),
        "case": case.number,
        "case_kind": case.kind.value,
        "case_state": case.state.value,
        "what": texts.WHAT[case.kind],
        "remedy": texts.REMEDIES[remedy],
        "parcel_id": str(case.parcel_id) if case.parcel_id else None,
    }
