"""The market that actions happen in: its policy figures and its links to the outside, put together once at start."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.bus import EventBus
from adapters.carriers.carrier import Carrier
from adapters.messages import MessageSender
from adapters.payments.provider import PaymentProvider
from models.database import transaction


class Policy(Protocol):
    """The figures of `settings.py` that rules read. Units are in the names; amounts are minor units."""

    @property
    def demo(self) -> bool: ...
    @property
    def url(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def currency(self) -> str: ...
    @property
    def upload_bytes(self) -> int: ...
    @property
    def shortage_default(self) -> str: ...

    media_root: Path
    access_token_minutes: int
    refresh_token_days: int
    order_token_minutes: int
    code_minutes: int
    code_attempts: int
    codes_per_contact_per_hour: int
    codes_per_address_per_hour: int
    password_attempts: int
    password_lock_minutes: int
    saved_addresses: int
    cart_lines: int
    line_quantity: int
    held_units_per_customer: int
    low_stock: int
    shown_stock: int
    upload_minutes: int
    export_minutes: int
    import_rows: int
    import_cell_chars: int
    payment_minutes: int
    change_payment_minutes: int
    review_hours: int
    review_claim_minutes: int
    review_call_minor_units: int
    payment_attempts: int
    refund_attempts: int
    refund_retry_minutes: int
    auto_receipt_days: int
    package_grams: int
    manifest_packages: int
    tracking_days: int
    unused_label_hours: int
    carrier_seconds: float
    sender_name: str
    sender_phone: str
    after_sales_days: int
    shortage_hours: int
    wait_days: int
    dispatch_hours: int
    urge_after_hours: int
    urge_again_hours: int
    silent_hours: int
    failed_attempts: int
    courier_attempts: int
    lost_days: int
    estimate_grace_hours: int
    case_delay_hours: int
    case_loss_hours: int
    case_wait_hours: int
    case_choice_hours: int
    case_escalations: int
    late_compensation: int
    compensation_coupon_days: int
    return_days: int
    complaint_days: int
    service_decision_hours: int
    service_ship_back_days: int
    service_inspection_days: int
    service_appeal_days: int
    archive_days: int
    demo_ship_seconds: float
    slot_days: int
    pickup_code_tries: int
    pickup_codes: int
    pickup_remind_hours: int
    courier_position_seconds: float
    courier_position_hours: int
    tip_min: int
    tip_max: int
    tip_days: int
    proof_bytes: int
    proof_minutes: int


@dataclass(frozen=True, slots=True)
class Market:
    """What every domain action may need; reached as `viewer.market`."""

    policy: Policy
    bus: EventBus
    messages: MessageSender
    providers: Mapping[str, PaymentProvider]
    carriers: Mapping[str, Carrier]

    @asynccontextmanager
    async def change(self) -> AsyncIterator[None]:
        """A writing transaction, after which readers of events and timers are woken. On SQLite it holds all writers."""
        async with transaction():
            yield
        await self.bus.wake()
