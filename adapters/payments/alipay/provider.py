"""Alipay (支付宝): pages, orders for apps and QR codes, refunds, and its asynchronous notices."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from adapters.payments import rsa
from adapters.payments.alipay import notices
from adapters.payments.alipay.wire import Wire, moment_of, signed_text, wall_clock
from adapters.payments.provider import BadSignature, Charge, Notice, ProviderError, ProviderRefused, Way
from adapters.replies import Reply
from kit import clock
from kit.money import to_decimal
from models.payments import PaymentScene

REPEATED_FOR = timedelta(hours=26)  # Alipay repeats a notice for 25 hours; what is older is a replay
AHEAD = timedelta(minutes=5)
MOST_FIELDS = 80
STATUS_DOES_NOT_FIT = "ACQ.TRADE_STATUS_ERROR"
CLOSED = "TRADE_CLOSED"


class Alipay:
    """The provider of `PaymentMethod.ALIPAY`."""

    code = "alipay"
    scenes = (PaymentScene.QR_CODE, PaymentScene.BROWSER, PaymentScene.IN_APP)
    names_payer: frozenset[PaymentScene] = frozenset()
    heard = Reply(200, "success", "text/plain")

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._keys = wire.keys

    async def open_charge(
        self,
        *,
        request_key: str,
        amount: int,
        currency: str,
        title: str,
        return_url: str,
        notify_url: str,
        now: datetime,
        expires_at: datetime,
        way: Way,
    ) -> Charge:
        if currency != "CNY":
            raise ProviderRefused("CURRENCY_NOT_TAKEN")
        order = {
            "out_trade_no": request_key,
            "total_amount": str(to_decimal(amount, currency)),
            "subject": title,
            "time_expire": wall_clock(expires_at - clock.offset()),  # Alipay goes by the machine's time, not ours
        }
        if way.scene == PaymentScene.QR_CODE:
            made = await self._wire.ask("alipay.trade.precreate", order, notify_url=notify_url)
            return Charge(request_key, pay_code=_given(made, "qr_code"))
        if way.scene == PaymentScene.BROWSER:  # nothing is asked: the buyer's browser brings the order to Alipay
            page = {**order, "product_code": "FAST_INSTANT_TRADE_PAY"}
            link = self._wire.link("alipay.trade.page.pay", page, notify_url=notify_url, return_url=return_url)
            return Charge(request_key, pay_url=link)
        in_app = {**order, "product_code": "QUICK_MSECURITY_PAY"}
        return Charge(
            request_key, pay_code=self._wire.order_text("alipay.trade.app.pay", in_app, notify_url=notify_url)
        )

    async def refund(
        self,
        *,
        request_key: str,
        charge_reference: str,
        charge_amount: int,
        amount: int,
        currency: str,
        notify_url: str,
        now: datetime,
    ) -> str:
        await self._wire.ask(
            "alipay.trade.refund",
            {
                **_about(charge_reference),
                "refund_amount": str(to_decimal(amount, currency)),
                "out_request_no": request_key,
            },
        )
        return request_key  # Alipay gives refunds no number of its own

    async def find_charge(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        content = await self._wire.ask("alipay.trade.query", {"out_trade_no": request_key})
        try:
            return notices.of_charge(content, paid_at="send_pay_date")
        except ValueError as error:
            raise ProviderError(f"an answer that makes no sense: {error}") from error

    async def find_refund(
        self, *, request_key: str, reference: str, charge_reference: str, now: datetime
    ) -> Notice | None:
        content = await self._wire.ask(
            "alipay.trade.fastpay.refund.query",
            {**_about(charge_reference), "out_request_no": request_key, "query_options": ["gmt_refund_pay"]},
        )
        try:
            return notices.of_refund(content, request_key=request_key, now=clock.machine())
        except ValueError as error:
            raise ProviderError(f"an answer that makes no sense: {error}") from error

    async def close_charge(self, *, request_key: str, reference: str, now: datetime) -> None:
        try:
            await self._wire.ask("alipay.trade.close", {"out_trade_no": request_key})
        except ProviderRefused as refused:
            if str(refused) != STATUS_DOES_NOT_FIT:
                raise
            content = await self._wire.ask("alipay.trade.query", {"out_trade_no": request_key})
            if content.get("trade_status") != CLOSED:
                raise

    async def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice | None:
        fields = self._signed_fields(body)
        sent = moment_of(notices.text_of(fields, "notify_time"))
        if not -AHEAD < clock.machine() - sent < REPEATED_FOR:
            raise BadSignature("signed too long ago, or ahead of time")
        if fields.get("app_id") != self._keys.app_id:
            raise ValueError("of another app")
        if self._keys.seller_id and fields.get("seller_id") != self._keys.seller_id:
            raise ValueError("of another seller")
        if fields.get("notify_type") != "trade_status_sync" or "gmt_refund" in fields:
            return None  # what became of a refund is asked for: a notice tells the sum of all of them
        try:
            return notices.of_charge(fields, paid_at="gmt_payment", notice_id=notices.text_of(fields, "notify_id"))
        except ProviderRefused:
            return None  # closed without any money: nothing to us

    async def close(self) -> None:
        await self._wire.close()

    def _signed_fields(self, body: bytes) -> dict[str, str]:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, strict_parsing=True)
        except ValueError as error:
            raise BadSignature("no form") from error
        fields = dict(pairs)
        if len(fields) != len(pairs) or fields.pop("sign_type", "") != "RSA2":
            raise BadSignature("not signed with RSA2, or a field twice")
        sign = fields.pop("sign", "")
        if not rsa.is_signed(self._keys.alipay, signed_text(fields).encode(), sign):
            raise BadSignature("the signature does not fit")
        return fields


def _about(charge_reference: str) -> dict[str, Any]:
    """Which trade: by Alipay's number once we know it, by ours before."""
    return {"trade_no" if charge_reference.isdecimal() else "out_trade_no": charge_reference}


def _given(made: Mapping[str, Any], name: str) -> str:
    value = made.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderError(f"the answer has no {name}")
    return value
