"""Every figure of policy, read once at start from the environment and `.env`, and passed down from there."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent


class LimitSettings(BaseSettings):
    """How much one caller may ask for. A refusal is cheap and names the limit."""

    model_config = SettingsConfigDict(env_prefix="LIMIT_", env_file=".env", extra="ignore")

    body_bytes: int = Field(256 * 1024, description="largest request body, bytes (after decompression)")
    upload_bytes: int = Field(32 * 1024 * 1024, description="largest imported file, bytes")
    tokens: int = Field(4_000, description="lexical tokens in one document")
    depth: int = Field(14, description="nesting of fields in one operation")
    aliases: int = Field(30, description="aliased fields in one operation, fragments counted where they are spread")
    root_fields: int = Field(20, description="top-level fields in one operation")
    directives: int = Field(60, description="directives in one document")
    fragments: int = Field(100, description="fragment definitions in one document")
    variable_values: int = Field(
        4_000, description="values in the variables of one operation, those in lists and objects counted too"
    )
    cost: int = Field(20_000, description="points of one operation: fields times the list sizes around them")
    assumed_list: int = Field(
        10, description="length that the cost takes for a list whose size the caller does not choose"
    )
    assumed_page: int = Field(20, description="length that the cost takes for a connection without first or last")
    batch: int = Field(0, description="operations in one JSON array; 0 refuses arrays")
    url_bytes: int = Field(8 * 1024, description="longest query string of a GET, bytes")
    operations_per_connection: int = Field(50, description="live operations on one WebSocket")
    connections_per_caller: int = Field(100, description="open WebSockets and event streams of one caller address")
    connection_init_seconds: float = Field(5.0, description="time for connection_init, seconds")
    ping_seconds: float = Field(20.0, description="a connection that answers no ping for this long is ended, seconds")
    revalidate_seconds: float = Field(
        15.0, description="how often an idle stream asks whether its token still holds, seconds"
    )
    operation_seconds: float = Field(20.0, description="time for one query or mutation, seconds")
    cached_document_chars: int = Field(
        400_000, description="text of parsed documents kept for reuse, characters; each holds about 150 bytes of memory"
    )
    bucket_size: int = Field(200_000, description="leaky bucket of cost points per caller")
    bucket_refill_per_second: int = Field(5_000, description="points that flow back into the bucket each second")


class Settings(BaseSettings):
    """The whole configuration. `.env.example` lists each name with its default."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    # Where things are
    database_url: str = Field(f"sqlite://{ROOT}/var/jishi.sqlite3", description="sqlite://PATH or postgres://…")
    database_pool: int = Field(10, description="connections to PostgreSQL per process")
    redis_url: str | None = Field(None, description="redis://…; without it processes wake each other by looking")
    host: str = Field("127.0.0.1", description="address that the server listens on")
    port: int = Field(8000, description="port that the server listens on")
    public_url: str | None = Field(
        None, description="how browsers and providers reach the server; default http://host:port"
    )
    media_root: Path = Field(ROOT / "var" / "media", description="folder of uploaded and drawn pictures")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="origins of other sites that may call, comma-separated; * for any"
    )

    # How it runs
    demo: bool = Field(False, description="demo identities, movable clock, simulator, introspection and hints")
    strict: bool = Field(False, description="no introspection, no suggestions, no GraphiQL")
    run_jobs: bool = Field(True, description="run timers inside server.py; false when worker.py does")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    secret_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="secrets for tokens and sealed columns, newest first, comma-separated; made in var/ when absent",
    )

    # People
    access_token_minutes: int = Field(15, description="life of an access token, minutes")
    refresh_token_days: int = Field(30, description="life of an unused refresh token, days")
    order_token_minutes: int = Field(60, description="life of a guest's token for one order, minutes")
    code_minutes: int = Field(5, description="life of a one-time code, minutes")
    code_attempts: int = Field(5, description="wrong entries after which a code is dead")
    codes_per_contact_per_hour: int = 5
    codes_per_address_per_hour: int = 30
    password_attempts: int = Field(5, description="bad passwords before the account is locked")
    password_lock_minutes: int = Field(15, description="length of the lock, minutes")
    saved_addresses: int = Field(50, description="addresses in one person's address book")
    sms_adapter: Literal["inbox", "console"] = Field(
        "inbox", description="inbox keeps messages in the database; console prints them too"
    )

    # Selling
    currency: Literal["CNY", "USD", "EUR", "GBP", "HKD", "JPY"] = Field(
        "CNY", description="currency of the market's prices"
    )
    cart_lines: int = Field(100, description="distinct variants in one cart")
    line_quantity: int = Field(999, description="units of one variant in one cart or order")
    held_units_per_customer: int = Field(
        999, description="units of one variant that one customer may hold in orders that are not paid"
    )
    low_stock: int = Field(5, description="at or below this many available units a line warns")
    shown_stock: int = Field(20, description="shoppers are told of at most this many available units")
    upload_minutes: int = Field(30, description="life of an address for sending a file, minutes")
    export_minutes: int = Field(15, description="life of an address for fetching an export, minutes")
    import_rows: int = Field(500_000, description="rows of one imported file")
    import_cell_chars: int = Field(100_000, description="characters in one cell of an imported file")
    payment_minutes: int = Field(30, description="time to pay, minutes")
    change_payment_minutes: int = Field(30, description="time to pay the difference of an order change, minutes")
    review_hours: int = Field(4, description="time to decide about an order in review, hours; then it is overdue")
    review_claim_minutes: int = Field(15, description="how long a reviewer has an order for alone, minutes")
    review_call_minor_units: int = Field(
        100_000, description="orders of this total or more are approved only after a call, minor units"
    )
    payment_attempts: int = Field(20, description="attempts to pay one order")
    refund_attempts: int = Field(4, description="how often a provider that refuses a refund is asked before staff must")
    refund_retry_minutes: int = Field(60, description="pause before a refused refund is asked for again, minutes")
    auto_receipt_days: int = Field(7, description="days after delivery until receipt is assumed")
    package_grams: int = Field(15_000, description="heaviest package that is packed, grams")
    manifest_packages: int = Field(200, description="packages on one handover list")
    tracking_days: int = Field(60, description="days after which a carrier is no longer asked about a parcel")
    shortage_hours: int = Field(24, description="time to choose when something of an order is missing, hours")
    shortage_default: Literal["WAIT", "SHIP_AVAILABLE", "CANCEL_MISSING"] = Field(
        "SHIP_AVAILABLE", description="what happens with missing units when the buyer does not choose"
    )
    wait_days: int = Field(14, description="days after the choice until waiting for missing units is given up")
    unused_label_hours: int = Field(
        72, description="hours after which a carrier's label that no parcel uses is given back"
    )
    carrier_seconds: float = Field(8.0, description="how long a carrier may take to answer, seconds")
    sender_name: str = Field("Jishi", description="whom carriers ask for where they collect")
    sender_phone: str = Field("", description="phone of whoever hands parcels to carriers")
    after_sales_days: int = Field(7, description="days after receipt until an order is completed")

    # Watching deliveries
    dispatch_hours: int = Field(24, description="hours from payment until everything is to be shipped")
    urge_after_hours: int = Field(6, description="hours from payment until the customer may urge the dispatch")
    urge_again_hours: int = Field(24, description="hours until the customer may urge again")
    silent_hours: int = Field(48, description="hours without a scan after which a parcel is looked into")
    failed_attempts: int = Field(2, ge=1, description="attempts to deliver in vain after which a case is opened")
    lost_days: int = Field(7, description="days without a scan after which a parcel counts as lost")
    estimate_grace_hours: int = Field(12, description="hours after the estimate when a parcel counts as delayed")
    case_delay_hours: int = Field(24, description="hours to settle a case of delay before it escalates")
    case_loss_hours: int = Field(12, description="hours to settle a case of loss, damage or return before it escalates")
    case_wait_hours: int = Field(48, description="hours that waiting puts a case off by, unless staff say otherwise")
    case_choice_hours: int = Field(24, description="hours for the customer to choose between reshipment and refund")
    case_escalations: int = Field(3, description="how often a case escalates at most")
    late_compensation: int = Field(
        500, description="proposed compensation for a late dispatch, minor units of the currency; 0 proposes to wait"
    )
    compensation_coupon_days: int = Field(90, description="days that a coupon given as compensation is valid")
    return_days: int = Field(7, ge=0, description="days after receipt to return goods without a reason")
    complaint_days: int = Field(15, ge=0, description="days after receipt to complain about goods that are not right")
    service_decision_hours: int = Field(24, description="hours to decide an after-sales request before it escalates")
    service_ship_back_days: int = Field(7, description="days for the customer to send goods back that the shop awaits")
    service_inspection_days: int = Field(
        10, description="days from sending back until goods are to be inspected, before the case escalates"
    )
    service_appeal_days: int = Field(7, description="days to appeal against an after-sales decision")
    archive_days: int = Field(180, description="days after its end until an order is archived")
    # Delivery
    slot_days: int = Field(7, description="days ahead, today included, for which time slots are made")
    pickup_code_tries: int = Field(5, description="wrong codes at a pickup point after which a code is dead")
    pickup_codes: int = Field(5, description="codes that one order can be given, the first one included")
    pickup_remind_hours: int = Field(24, description="hours before the time to collect ends, for the reminder")
    courier_attempts: int = Field(2, ge=1, description="tries of the own couriers until the goods come back")
    courier_position_seconds: float = Field(3.0, description="least time between two positions of a courier, seconds")
    courier_position_hours: int = Field(24, description="hours after which a courier's positions are forgotten")
    tip_min: int = Field(100, description="smallest tip for a courier, minor units")
    tip_max: int = Field(20_000, description="largest tip for a courier, minor units")
    tip_days: int = Field(7, description="days after delivery in which a courier can be tipped")
    proof_bytes: int = Field(5 * 1024 * 1024, description="largest picture that proves a delivery, bytes")
    proof_minutes: int = Field(30, description="life of an address for sending or seeing such a picture, minutes")

    # Payment simulator
    simulator_secret: str | None = Field(
        None, description="signs simulator callbacks; derived from secret_keys when absent"
    )
    simulator_callback_seconds: float = Field(0.5, description="delay before the simulator calls back, seconds")
    demo_ship_seconds: float = Field(
        60.0, description="demo mode: from payment until the demo picker ships what an explorer bought, seconds"
    )
    simulator_parcel_seconds: float = Field(4.0, description="demo mode: seconds between steps of a simulated parcel")
    simulator_reports: bool = Field(
        False, description="whether simulated parcels report by themselves at /webhooks/carriers/simulator"
    )

    # Real carriers, by way of Kuaidi100 (快递100)
    kuaidi100_customer: str = Field("", description="the merchant's number at Kuaidi100; without it carriers are off")
    kuaidi100_key: str = Field("", description="the authorization key of Kuaidi100")
    kuaidi100_secret: str = Field("", description="the secret of Kuaidi100 for ordering labels")
    kuaidi100_carriers: Annotated[tuple[Literal["sf", "jd", "zto", "yto", "ems"], ...], NoDecode] = Field(
        ("sf", "jd", "zto", "yto", "ems"), description="carriers that Kuaidi100 is used for, comma-separated"
    )
    kuaidi100_poll_url: str = Field("https://poll.kuaidi100.com", description="where tracks and orders are asked for")
    kuaidi100_api_url: str = Field("https://api.kuaidi100.com", description="where delivery times are asked for")

    # WeChat Pay (微信支付), API v3
    wechat_merchant: str = Field("", description="the merchant's number (mchid); without it WeChat Pay is off")
    wechat_app_id: str = Field("", description="the app id that is bound to the merchant's number")
    wechat_api_key: SecretStr = Field(SecretStr(""), description="the APIv3 key, 32 bytes")
    wechat_serial: str = Field("", description="serial of the merchant's own certificate")
    wechat_private_key: SecretStr = Field(SecretStr(""), description="its private key, PEM or base64")
    wechat_public_key_id: str = Field(
        "", description="PUB_KEY_ID_…, where the merchant checks WeChat Pay by a public key and not by certificates"
    )
    wechat_public_key: str = Field("", description="that public key of WeChat Pay, PEM or base64")
    wechat_url: str = Field("https://api.mch.weixin.qq.com", description="where WeChat Pay is asked")

    # Alipay (支付宝)
    alipay_app_id: str = Field("", description="the app's id; without it Alipay is off")
    alipay_private_key: SecretStr = Field(SecretStr(""), description="the app's private key, PEM or base64")
    alipay_public_key: str = Field("", description="Alipay's public key for this app, PEM or base64")
    alipay_seller_id: str = Field("", description="the seller's PID; when set, notices about others are refused")
    alipay_url: str = Field("https://openapi.alipay.com/gateway.do", description="where Alipay is asked")
    payment_provider_seconds: float = Field(8.0, description="how long a payment provider may take to answer, seconds")

    limits: LimitSettings = Field(default_factory=LimitSettings)

    @field_validator("allowed_origins", "secret_keys", "kuaidi100_carriers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def upload_bytes(self) -> int:
        """Largest imported file, bytes."""
        return self.limits.upload_bytes

    @cached_property
    def url(self) -> str:
        """Base address without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The secrets, newest first. A machine that was given none makes one and keeps it beside the database."""
        return self.secret_keys or (_kept_secret(ROOT / "var" / "secret-key"),)


def _kept_secret(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{secrets.token_hex(4)}")
        fresh.write_text(secrets.token_urlsafe(32))
        fresh.chmod(0o600)
        try:
            file.hardlink_to(fresh)  # the first process wins; the others read what it wrote
        except FileExistsError:
            pass
        fresh.unlink()
    return file.read_text().strip()
