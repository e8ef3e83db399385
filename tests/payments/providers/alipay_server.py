"""Alipay on this machine: checks requests as its specification says it does, keeps books, signs what it says."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.payments import rsa
from kit import clock
from tests.payments.providers.lines import key_named

APP_ID, SELLER = "2021000000000001", "2088000000000001"
GATEWAY = "https://alipay.test/gateway.do"
COMMON = ("app_id", "method", "charset", "sign_type", "timestamp", "version", "biz_content")


@dataclass
class Trade:
    """A trade in its books."""

    number: str
    amount: Decimal
    subject: str
    until: datetime
    trade_no: str = field(default_factory=lambda: f"2026{secrets.randbelow(10**24):024}")
    status: str = "WAIT_BUYER_PAY"
    paid_at: str = ""
    refunds: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class AlipayServer:
    """What it knows, and how badly it behaves: so many answers are slow, broken, busy, garbled or signed wrongly."""

    trades: dict[str, Trade] = field(default_factory=dict)
    hang: int = 0
    broken: int = 0
    busy: int = 0
    garbled: int = 0
    forged: int = 0
    poor: bool = False
    keeps: bool = False

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/gateway.do", self._gateway, methods=["POST"])])

    # What happens at Alipay's own side ------------------------------------------------------------------------------

    def open_page(self, order: str) -> Trade:
        """A buyer's browser or app brings a signed order: checked like a request, and a trade from then on."""
        fields = dict(parse_qsl(urlsplit(order).query if order.startswith("http") else order))
        wrong = _wrong_request(fields)
        assert not wrong, wrong
        assert fields["method"] in ("alipay.trade.page.pay", "alipay.trade.app.pay")
        content = json.loads(fields["biz_content"])
        product = {"alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY"}.get(fields["method"], "QUICK_MSECURITY_PAY")
        assert content["product_code"] == product
        refused = self._opened(content)
        assert refused is None, refused
        return self.trades[content["out_trade_no"]]

    def pay(self, number: str) -> None:
        trade = self.trades[number]
        assert trade.until > clock.machine()
        trade.status, trade.paid_at = "TRADE_SUCCESS", _wall_clock()

    def notice(
        self, number: str, *, ago: timedelta = timedelta(0), signer: str = "alipay", **changes: str
    ) -> tuple[bytes, dict[str, str]]:
        """What it posts when a trade was paid, refunded or closed. `changes` is what it gets wrong."""
        trade = self.trades[number]
        fields = {
            "notify_time": _wall_clock(ago=ago),
            "notify_type": "trade_status_sync",
            "notify_id": f"notify-{number}",
            "charset": "utf-8",
            "version": "1.0",
            "app_id": APP_ID,
            "seller_id": SELLER,
            "buyer_id": "2088101117955611",
            "trade_no": trade.trade_no,
            "out_trade_no": number,
            "trade_status": trade.status,
            "total_amount": str(trade.amount),
            "gmt_payment": trade.paid_at,
            "subject": "集市 & 订单=1",
            "passback_params": "",
            **changes,
        }
        text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value)
        signed = {**fields, "sign_type": "RSA2", "sign": rsa.sign(key_named(signer), text)}
        return urlencode(signed).encode(), {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}

    # What apps ask --------------------------------------------------------------------------------------------------

    async def _gateway(self, request: Request) -> Response:
        if self.hang:
            self.hang -= 1
            await asyncio.sleep(60)
        if self.broken:
            self.broken -= 1
            return Response("Bad Gateway", status_code=502)
        fields = {**dict(parse_qsl(request.url.query)), **dict(parse_qsl((await request.body()).decode()))}
        wrong = _wrong_request(fields)
        method = fields.get("method", "")
        if wrong:
            said: dict[str, Any] = {"code": "40002", "msg": "Invalid Arguments", "sub_code": wrong}
            return self._said("error_response", said)
        name = f"{method.replace('.', '_')}_response"
        if self.busy:
            self.busy -= 1
            return self._said(name, {"code": "20000", "msg": "Service Unavailable", "sub_code": "isp.unknow-error"})
        answers = {
            "alipay.trade.precreate": self._precreate,
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refund_query,
        }
        return self._said(name, answers[method](json.loads(fields["biz_content"])))

    def _precreate(self, asked: dict[str, Any]) -> dict[str, Any]:
        number = asked["out_trade_no"]
        refused = self._opened(asked)
        return _no(refused) if refused else _yes(out_trade_no=number, qr_code=f"https://qr.alipay.com/{number}")

    def _opened(self, asked: dict[str, Any]) -> str | None:
        until = datetime.strptime(asked["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) - timedelta(hours=8)
        trade = Trade(asked["out_trade_no"], Decimal(asked["total_amount"]), asked["subject"], until)
        if not trade.subject or trade.amount <= 0 or until < clock.machine():
            return "ACQ.INVALID_PARAMETER"
        known = self.trades.setdefault(trade.number, trade)
        if (known.amount, known.subject) != (trade.amount, trade.subject):
            return "ACQ.CONTEXT_INCONSISTENT"
        if known.status != "WAIT_BUYER_PAY":
            return "ACQ.TRADE_HAS_SUCCESS" if known.status == "TRADE_SUCCESS" else "ACQ.TRADE_HAS_CLOSE"
        return None

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        trade = self._find(asked)
        if trade is None:
            return _no("ACQ.TRADE_NOT_EXIST")
        told = {"out_trade_no": trade.number, "trade_no": trade.trade_no, "trade_status": trade.status}
        return _yes(**told, total_amount=str(trade.amount), send_pay_date=trade.paid_at, subject='集市 / "x" {}')

    def _close(self, asked: dict[str, Any]) -> dict[str, Any]:
        trade = self._find(asked)
        if trade is None:
            return _no("ACQ.TRADE_NOT_EXIST")
        if trade.status != "WAIT_BUYER_PAY":
            return _no("ACQ.TRADE_STATUS_ERROR")
        trade.status = "TRADE_CLOSED"
        return _yes(out_trade_no=trade.number, trade_no=trade.trade_no)

    def _refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        trade, number = self._find(asked), asked.get("out_request_no", "")
        if trade is None or not trade.paid_at:
            return _no("ACQ.TRADE_NOT_EXIST")
        amount = Decimal(asked["refund_amount"])
        known = trade.refunds.get(number)
        if known is not None and known != amount:
            return _no("ACQ.DISCORDANT_REPEAT_REQUEST")
        if known is None and sum(trade.refunds.values(), Decimal(0)) + amount > trade.amount:
            return _no("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        if known is None and self.poor:
            return _no("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        trade.refunds[number] = amount
        moved = "Y" if known is None and not self.keeps else "N"
        return _yes(trade_no=trade.trade_no, out_trade_no=trade.number, fund_change=moved, refund_fee=str(amount))

    def _refund_query(self, asked: dict[str, Any]) -> dict[str, Any]:
        trade, number = self._find(asked), asked["out_request_no"]
        if trade is None:
            return _no("ACQ.TRADE_NOT_EXIST")
        if number not in trade.refunds or self.keeps:
            return _yes()
        amount = str(trade.refunds[number])
        return _yes(
            out_trade_no=trade.number,
            trade_no=trade.trade_no,
            out_request_no=number,
            refund_amount=amount,
            refund_status="REFUND_SUCCESS",
            gmt_refund_pay=_wall_clock(),
        )

    def _find(self, asked: dict[str, Any]) -> Trade | None:
        by_theirs = {trade.trade_no: trade for trade in self.trades.values()}
        return by_theirs.get(asked.get("trade_no", "")) or self.trades.get(asked.get("out_trade_no", ""))

    def _said(self, name: str, content: dict[str, Any]) -> Response:
        text = json.dumps(content, ensure_ascii=False)
        signer = "alipay"
        if self.forged:
            self.forged -= 1
            signer = "somebody else"
        if self.garbled:
            self.garbled -= 1
            return Response("<html>维护中</html>")
        sign = rsa.sign(key_named(signer), text)
        return Response(f'{{"{name}":{text},"sign":"{sign}"}}', media_type="text/html")


def _wrong_request(fields: dict[str, str]) -> str:
    """What is wrong with a request, by the rules for common parameters; empty when nothing is."""
    if any(not fields.get(name) for name in COMMON) or fields["app_id"] != APP_ID or fields["sign_type"] != "RSA2":
        return "isv.invalid-app-id"
    sent = datetime.strptime(fields["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) - timedelta(hours=8)
    if abs(clock.machine() - sent) > timedelta(minutes=15):
        return "isv.invalid-timestamp"
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value and name != "sign")
    is_ours = rsa.is_signed(key_named("alipay merchant").public_key(), text.encode(), fields.get("sign", ""))
    return "" if is_ours else "isv.invalid-signature"


def _yes(**content: str) -> dict[str, Any]:
    return {"code": "10000", "msg": "Success", **content}


def _no(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "业务失败"}


def _wall_clock(*, ago: timedelta = timedelta(0)) -> str:
    return (clock.machine() - ago + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")
