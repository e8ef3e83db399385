"""Storage bins, waves and picking for warehouse staff: small mutations for a hand scanner, each safe to repeat."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.fulfillment.feed import WarehouseEventKind
from models.delivery import DeliveryMode
from models.warehouse import PackageKind, ShortCause, WaveState
from resolvers.context import Info
from resolvers.warehouse import live
from resolvers.warehouse import picking as resolvers
from schema.errors import Payload, UserError, error_type
from schema.fields import enum_type, field, given, mutation, subscription
from schema.paging import After, Before, Connection, First, Last
from schema.warehouse.types import PickTask, StorageBin, VariantReference, Wave

enum_type(
    WarehouseEventKind,
    description="What happened in a warehouse.",
    values={
        "WAVE_CREATED": "A pick list was made.",
        "WAVE_CLAIMED": "A picker has it.",
        "WAVE_PICKED": "Its last unit was picked.",
        "WAVE_PACKED": "Everything of it lies in packages.",
        "WAVE_DONE": "All of it has left.",
        "WAVE_CANCELED": "It was given up.",
        "TASK_PICKED": "Units were picked.",
        "TASK_SHORT": "Units were not found or broken.",
        "TASK_DROPPED": "Units are no longer asked for.",
    },
)


@strawberry.input(description="Which waves. All conditions must hold.")
class WaveFilter:
    warehouse_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Of this warehouse.")
    states: list[WaveState] | None = strawberry.field(default=strawberry.UNSET, description="In one of these states.")
    mine: bool | None = strawberry.field(
        default=strawberry.UNSET, description="True: only those that the caller walks."
    )


@strawberry.input(description="Which storage bins. All conditions must hold.")
class StorageBinFilter:
    warehouse_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="In this warehouse.")
    variant_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Of this variant.")


async def list_waves(
    info: Info,
    filter: Annotated[WaveFilter | None, strawberry.argument(description="Which; all when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.WaveChoice(**given(filter)) if filter else resolvers.WaveChoice()
    return await resolvers.wave_list(info, choice, first=first, after=after, last=last, before=before)


async def list_bins(
    info: Info,
    filter: Annotated[StorageBinFilter | None, strawberry.argument(description="Which; all when left out.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    choice = resolvers.BinChoice(**given(filter)) if filter else resolvers.BinChoice()
    return await resolvers.bin_list(info, choice, first=first, after=after, last=last, before=before)


@strawberry.type
class PickingQuery:
    wave: Wave | None = field(resolvers.wave, description="A wave by its id; null unless you ship.")
    waves: Connection[Wave] = field(list_waves, description="Waves, newest first. Empty unless you ship.")
    storage_bins: Connection[StorageBin] = field(
        list_bins, description="What lies where, in the order of a walk. Empty unless you see stock."
    )


@strawberry.input(description="Where a warehouse keeps a variant.")
class StorageBinSetInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    variant_id: strawberry.ID = strawberry.field(description="What lies there.")
    zone: str = strawberry.field(description="Part of the warehouse, 1–10 characters; kept in capitals.")
    bin: str = strawberry.field(description="Shelf and place in the zone, 1–20 characters; kept in capitals.")
    barcode: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The code on the goods, 4–60 characters; thirteen digits must be an EAN-13. Left out, it stays.",
    )


@strawberry.type(description="The bin as it is now.")
class StorageBinSetPayload(Payload):
    storage_bin: StorageBin | None = strawberry.field(description="The bin; null when nothing was done.")


@strawberry.input(description="Which orders a wave is made of: the oldest that are ready.")
class WaveCreateInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    most_orders: int = strawberry.field(default=20, description="At most so many orders, 1–200.")
    temperature: PackageKind | None = strawberry.field(
        default=strawberry.UNSET,
        description="COLD: only goods that are kept cold; AMBIENT or FRAGILE: only the others. Left out: all goods.",
    )
    delivery_mode: DeliveryMode | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only orders that go this way, such as those that a counter or a courier waits for. Left out: all.",
    )
    order_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Only these orders, 1–200, for what must go now. Left out: all."
    )
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1–100 characters: the same key makes one wave however often it is sent."
    )


@strawberry.type(description="The new wave.")
class WaveCreatePayload(Payload):
    wave: Wave | None = strawberry.field(description="The wave; null when nothing was done.")


@strawberry.input(description="Which wave to take.")
class WaveClaimInput:
    wave_id: strawberry.ID = strawberry.field(description="The wave.")


@strawberry.type(description="The wave after it was taken.")
class WaveClaimPayload(Payload):
    wave: Wave | None = strawberry.field(description="The wave; null when nothing was done.")


@strawberry.input(description="Who is to walk.")
class WaveAssignInput:
    wave_id: strawberry.ID = strawberry.field(description="The wave.")
    picker_id: strawberry.ID = strawberry.field(description="A member of staff who ships.")


@strawberry.type(description="The wave after it was given to somebody.")
class WaveAssignPayload(Payload):
    wave: Wave | None = strawberry.field(description="The wave; null when nothing was done.")


@strawberry.input(description="Which wave to give up.")
class WaveCancelInput:
    wave_id: strawberry.ID = strawberry.field(description="The wave.")


@strawberry.type(description="The wave after it was given up.")
class WaveCancelPayload(Payload):
    wave: Wave | None = strawberry.field(description="The wave; null when nothing was done.")


@strawberry.input(description="Units that were taken from their bin.")
class PickTaskConfirmInput:
    task_id: strawberry.ID = strawberry.field(description="The line of the pick list.")
    barcode: str = strawberry.field(
        description="What the scanner read on the goods: barcode or SKU; of a bundle, that of a part."
    )
    quantity: int = strawberry.field(
        default=1, description="Units of what was scanned, 1 to what is still to be picked."
    )
    scan_id: strawberry.ID = strawberry.field(
        description="Chosen by the scanner, 1–60 characters: the same scan of a task counts once."
    )


@strawberry.type(description="The line of the pick list after the scan.")
class PickTaskConfirmPayload(Payload):
    task: PickTask | None = strawberry.field(description="The task as it is now; null when nothing was done.")


@strawberry.input(description="Units that are not where they should be.")
class PickTaskShortInput:
    task_id: strawberry.ID = strawberry.field(description="The line of the pick list.")
    units: int = strawberry.field(description="Units, 1 to what is still to be picked.")
    variant_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The part of a bundle that is not there, required for a bundle; as many bundles are counted off as "
        "lack it. Left out: the variant of the task.",
    )
    cause: ShortCause = strawberry.field(description="Why.")
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the scanner, 1–100 characters: the same key counts once."
    )


@strawberry.type(description="The line of the pick list after the report.")
class PickTaskShortPayload(Payload):
    task: PickTask | None = strawberry.field(description="The task as it is now; null when nothing was done.")


@error_type("WRONG_ITEM", description="The scanner read another thing than the list asks for.")
class WrongItem(UserError):
    expected: VariantReference | None = strawberry.field(description="What is asked for.")
    scanned: str = strawberry.field(description="What was read.")


@error_type("UNITS_PACKED", description="Units lie in a package already; it must be unpacked first.")
class UnitsPacked(UserError):
    packed: int = strawberry.field(description="Units in packages.")


@error_type("UNITS_IN_WAVE", description="Units are on a pick list or in a package, and go their way from there.")
class UnitsInWave(UserError):
    units: int = strawberry.field(description="Units that others have in hand.")


PICKING_ERRORS: list[type] = [WrongItem, UnitsPacked, UnitsInWave]


@strawberry.type
class PickingMutation:
    storage_bin_set: StorageBinSetPayload = mutation(
        resolvers.storage_bin_set,
        StorageBinSetInput,
        description="Say where a warehouse keeps a variant, and which code is on it. For staff who edit stock.",
    )
    wave_create: WaveCreatePayload = mutation(
        resolvers.wave_create,
        WaveCreateInput,
        description="Make a pick list of the oldest orders that are paid, checked and in stock there. No unit is "
        "ever in two waves. For staff who ship.",
    )
    wave_claim: WaveClaimPayload = mutation(
        resolvers.wave_claim, WaveClaimInput, description="Take a wave to walk it. For staff who ship."
    )
    wave_assign: WaveAssignPayload = mutation(
        resolvers.wave_assign, WaveAssignInput, description="Give a wave to a colleague. For staff who ship."
    )
    wave_cancel: WaveCancelPayload = mutation(
        resolvers.wave_cancel,
        WaveCancelInput,
        description="Give a wave up before anything of it is packed; another one takes its orders. For staff who ship.",
    )
    pick_task_confirm: PickTaskConfirmPayload = mutation(
        resolvers.pick_task_confirm,
        PickTaskConfirmInput,
        description="Scan units that were taken from their bin. Another thing is refused. For staff who ship.",
    )
    pick_task_short: PickTaskShortPayload = mutation(
        resolvers.pick_task_short,
        PickTaskShortInput,
        description="Report units that are not there or broken: they are counted off and promised from elsewhere if "
        "there are any; else the customer is asked. For staff who ship.",
    )


@strawberry.type(description="A wave as it is now, and what happened to it.")
class PickWaveEvent:
    row: Wave = strawberry.field(name="wave", description="The wave as it is now.")
    kind: WarehouseEventKind | None = field(live.kind_of, description="What happened; null in the snapshot.")
    task: PickTask | None = field(live.task_of, description="The line that it happened to; null when it was the wave.")
    units: int | None = field(live.units_of, description="How many units it was about; null when it was about none.")
    occurred_at: datetime | None = field(live.occurred_at, description="When, UTC; null in the snapshot.")
    cursor: str = strawberry.field(description="Give it as `after` to go on from here.")


@strawberry.type
class PickingSubscription:
    pick_wave_events: PickWaveEvent = subscription(
        live.pick_wave_events,
        description="Live work of a warehouse: first its unfinished waves as they are, then every event once and in "
        "order. For staff who ship.",
    )
