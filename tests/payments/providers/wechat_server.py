"""WeChat Pay on this machine: checks requests as its API v3 says it does, keeps books, signs and seals what it says."""

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.payments import rsa
from kit import clock
from tests.payments.providers.lines import key_named

NUMBER, APP_ID, API_KEY, SERIAL = "1900000001", "wx0123456789abcdef", "k" * 32, "5157F09EFDC096DE15EBE81A47057A72"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012024"
HEADER = re.compile(
    r'^WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>[^"]+)",nonce_str="(?P<nonce>[^"]{1,32})",'
    r'signature="(?P<signature>[^"]+)",timestamp="(?P<timestamp>\d+)",serial_no="(?P<serial>[^"]+)"$'
)
NUMBERS = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
TARGETS = {"native": "code_url", "h5": "h5_url", "jsapi": "prepay_id"}


@dataclass
class Order:
    """An order of the merchant's."""

    asked: dict[str, Any]
    kind: str
    state: str = "NOTPAY"
    transaction_id: str = ""
    paid_at: str = ""
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class PlatformCertificate:
    """A certificate of WeChat Pay and its key."""

    serial: str
    key: RSAPrivateKey
    pem: bytes


def certificate(name: str, *, days: int = 1) -> PlatformCertificate:
    """A certificate that is good until so many days from now."""
    key, now = key_named(name), clock.machine()
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tenpay.com sign")])
    builder = x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
    made = (
        builder.not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return PlatformCertificate(f"{made.serial_number:X}", key, made.public_bytes(serialization.Encoding.PEM))


@dataclass
class WechatServer:
    """What it knows, and how badly it behaves: so many answers are slow, broken, busy, unsigned or signed wrongly."""

    orders: dict[str, Order] = field(default_factory=dict)
    certificates: list[PlatformCertificate] = field(default_factory=lambda: [certificate("wechat platform")])
    nonces: set[str] = field(default_factory=set)
    fetched: int = 0
    answers_by_public_key: bool = False
    hang: int = 0
    broken: int = 0
    busy: int = 0
    garbled: int = 0
    forged: int = 0
    poor: bool = False  # the merchant has no money for refunds
    keeps: bool = False  # refunds stay on their way
    abnormal: bool = False  # refunds cannot reach the payer's card

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                self._route("/v3/certificates", self._certificates, "GET"),
                self._route("/v3/pay/transactions/{kind}", self._order, "POST"),
                self._route("/v3/pay/transactions/out-trade-no/{number}", self._query, "GET"),
                self._route("/v3/pay/transactions/out-trade-no/{number}/close", self._close, "POST"),
                self._route("/v3/refund/domestic/refunds", self._refund, "POST"),
                self._route("/v3/refund/domestic/refunds/{number}", self._query_refund, "GET"),
            ]
        )

    # What happens at WeChat Pay's own side --------------------------------------------------------------------------

    def pay(self, number: str) -> None:
        order = self.orders[number]
        order.state, order.paid_at = "SUCCESS", _wall_clock()
        order.transaction_id = order.transaction_id or f"42000{secrets.randbelow(10**23):023}"

    def callback(
        self, number: str, *, ago: timedelta = timedelta(0), signer: str = "", **changes: Any
    ) -> tuple[bytes, dict[str, str]]:
        """What it posts when an order was paid. `signer` names somebody else's key; `changes` is what it gets wrong."""
        content = {**self._transaction(number), **changes}
        return self._told("TRANSACTION.SUCCESS", content, name=f"pay {number}", ago=ago, signer=signer)

    def refund_callback(self, number: str) -> tuple[bytes, dict[str, str]]:
        order, refund = self._find_refund(number)
        state = {"SUCCESS": "SUCCESS", "CLOSED": "CLOSED"}.get(refund["status"], "ABNORMAL")
        content = {
            "mchid": NUMBER,
            "out_trade_no": order.asked["out_trade_no"],
            "transaction_id": order.transaction_id,
            "out_refund_no": number,
            "refund_id": refund["refund_id"],
            "refund_status": state,
            "success_time": refund["success_time"],
            "user_received_account": "支付用户零钱",
            "amount": {key: refund["amount"][key] for key in ("total", "refund", "payer_total", "payer_refund")},
        }
        return self._told(f"REFUND.{state}", content, name=f"refund {number}")

    def _told(
        self, event: str, content: dict[str, Any], *, name: str, ago: timedelta = timedelta(0), signer: str = ""
    ) -> tuple[bytes, dict[str, str]]:
        body = json.dumps(
            {
                "id": f"EV-{name}"[:36],
                "create_time": _wall_clock(),
                "event_type": event,
                "resource_type": "encrypt-resource",
                "resource": seal(json.dumps(content, ensure_ascii=False).encode(), words="transaction"),
                "summary": "支付成功",
            },
            ensure_ascii=False,
        ).encode()
        key = key_named(signer) if signer else None
        return body, {"content-type": "application/json", **self.signed(body, key=key, ago=ago)}

    def signed(
        self, body: bytes, *, key: RSAPrivateKey | None = None, ago: timedelta = timedelta(0), serial: str = ""
    ) -> dict[str, str]:
        moment, nonce = str(int((clock.machine() - ago).timestamp())), secrets.token_hex(16)
        newest = self.certificates[-1]
        message = f"{moment}\n{nonce}\n{body.decode()}\n"
        own = key_named("wechat public key") if self.answers_by_public_key else newest.key
        return {
            "Wechatpay-Serial": serial or (PUBLIC_KEY_ID if self.answers_by_public_key else newest.serial),
            "Wechatpay-Timestamp": moment,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": rsa.sign(key or own, message),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    # What merchants ask ---------------------------------------------------------------------------------------------

    async def _certificates(self, request: Request, content: Any) -> tuple[int, Any]:
        self.fetched += 1
        rows = [
            {
                "serial_no": one.serial,
                "effective_time": "2024-01-01T00:00:00+08:00",
                "expire_time": "2034-01-01T00:00:00+08:00",
                "encrypt_certificate": seal(one.pem, words="certificate"),
            }
            for one in self.certificates
        ]
        return 200, {"data": rows}

    async def _order(self, request: Request, asked: Any) -> tuple[int, Any]:
        kind = request.path_params["kind"]
        wrong = _wrong_order(kind, asked)
        if wrong:
            return 400, {"code": wrong, "message": "参数错误"}
        known = self.orders.get(asked["out_trade_no"])
        if known is not None and (known.asked, known.kind) != (asked, kind):
            return 400, {"code": "INVALID_REQUEST", "message": "请求重入时，参数与首次请求时不一致"}
        if known is not None and known.state != "NOTPAY":
            code = "ORDERPAID" if known.state == "SUCCESS" else "ORDER_CLOSED"
            return 400, {"code": code, "message": "订单已支付或已关闭"}
        self.orders.setdefault(asked["out_trade_no"], Order(asked, kind))
        shown = {
            "native": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz",
            "h5": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2916&package=1",
            "jsapi": "wx201410272009395522657a690389285100",
        }
        return 200, {TARGETS[kind]: shown[kind]}

    async def _query(self, request: Request, content: Any) -> tuple[int, Any]:
        number = request.path_params["number"]
        if request.query_params.get("mchid") != NUMBER:
            return 400, {"code": "PARAM_ERROR", "message": "商户号缺失"}
        if number not in self.orders:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
        return 200, self._transaction(number)

    async def _close(self, request: Request, content: Any) -> tuple[int, Any]:
        order = self.orders.get(request.path_params["number"])
        if content.get("mchid") != NUMBER or order is None:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
        if order.state != "NOTPAY":
            code = "ORDER_CLOSED" if order.state == "CLOSED" else "ORDERPAID"
            return 400, {"code": code, "message": "订单已支付或已关闭"}
        order.state = "CLOSED"
        return 204, None

    async def _refund(self, request: Request, asked: Any) -> tuple[int, Any]:
        order = next((one for one in self.orders.values() if _is_about(asked, one)), None)
        if order is None or order.state not in ("SUCCESS", "REFUND"):
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "订单号不存在"}
        money, number = asked["amount"], asked["out_refund_no"]
        if money["total"] != order.asked["amount"]["total"] or money["currency"] != "CNY" or money["refund"] <= 0:
            return 400, {"code": "PARAM_ERROR", "message": "订单金额不一致"}
        known = order.refunds.get(number)
        if known is not None:
            if known["amount"]["refund"] != money["refund"]:
                return 400, {"code": "INVALID_REQUEST", "message": "退款金额与之前请求不一致"}
            return 200, known
        given = sum(one["amount"]["refund"] for one in order.refunds.values() if one["status"] != "CLOSED")
        if given + money["refund"] > money["total"]:
            return 400, {"code": "INVALID_REQUEST", "message": "累计退款金额大于支付金额"}
        if self.poor:
            return 403, {"code": "NOT_ENOUGH", "message": "余额不足"}
        status = "ABNORMAL" if self.abnormal else "PROCESSING" if self.keeps else "SUCCESS"
        order.refunds[number] = {
            "refund_id": f"50000{secrets.randbelow(10**23):023}",
            "out_refund_no": number,
            "transaction_id": order.transaction_id,
            "out_trade_no": order.asked["out_trade_no"],
            "status": status,
            "success_time": _wall_clock(),
            "create_time": _wall_clock(),
            "amount": {**money, "payer_total": money["total"], "payer_refund": money["refund"]},
        }
        return 200, order.refunds[number]

    async def _query_refund(self, request: Request, content: Any) -> tuple[int, Any]:
        try:
            return 200, self._find_refund(request.path_params["number"])[1]
        except LookupError:
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}

    def _find_refund(self, number: str) -> tuple[Order, dict[str, Any]]:
        for order in self.orders.values():
            if number in order.refunds:
                return order, order.refunds[number]
        raise LookupError(number)

    def _transaction(self, number: str) -> dict[str, Any]:
        order = self.orders[number]
        told = {
            "appid": APP_ID,
            "mchid": NUMBER,
            "out_trade_no": number,
            "trade_state": "REFUND" if order.refunds and order.state == "SUCCESS" else order.state,
            "trade_state_desc": "",
        }
        if order.state != "SUCCESS":
            return told
        total = order.asked["amount"]["total"]
        return {
            **told,
            "transaction_id": order.transaction_id,
            "trade_type": order.kind.upper(),
            "success_time": order.paid_at,
            "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
            "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"},
        }

    def _route(self, path: str, answer: Callable[..., Any], method: str) -> Route:
        async def door(request: Request) -> Response:
            await self._misbehave()
            if self.broken:
                self.broken -= 1
                return Response("Bad Gateway", status_code=502)
            body = await request.body()
            wrong = self._who(request, body)
            if wrong:
                return self._said(401, {"code": "SIGN_ERROR", "message": wrong})
            if self.busy:
                self.busy -= 1
                return self._said(500, {"code": "SYSTEM_ERROR", "message": "系统繁忙"})
            return self._said(*await answer(request, json.loads(body or b"{}")))

        return Route(path, door, methods=[method])

    async def _misbehave(self) -> None:
        if self.hang:
            self.hang -= 1
            await asyncio.sleep(60)

    def _who(self, request: Request, body: bytes) -> str:
        """What is wrong with the signature of a request, by the rules of API v3; empty when nothing is."""
        found = HEADER.match(request.headers.get("authorization", ""))
        if found is None or not request.headers.get("user-agent") or "json" not in request.headers.get("accept", ""):
            return "Http头缺少签名信息"
        if (found["mchid"], found["serial"]) != (NUMBER, SERIAL):
            return "商户证书序列号有误"
        if abs(clock.machine() - datetime.fromtimestamp(int(found["timestamp"]), UTC)) > timedelta(minutes=5):
            return "Http头Authorization的timestamp与发起请求的时间不得超过5分钟"
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        message = f"{request.method}\n{target}\n{found['timestamp']}\n{found['nonce']}\n".encode() + body + b"\n"
        if found["nonce"] in self.nonces:
            return "请求重放"
        self.nonces.add(found["nonce"])
        try:
            signature = base64.b64decode(found["signature"])
            key_named("wechat merchant").public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature):  # not base64, or not of this message
            return "签名错误"
        return ""

    def _said(self, status: int, content: Any) -> Response:
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        if self.garbled:
            self.garbled -= 1
            body = "<html>维护中</html>".encode()
        key = None
        if self.forged:
            self.forged -= 1
            key = key_named("somebody else")
        return Response(body, status_code=status, headers=self.signed(body, key=key), media_type="application/json")


def seal(content: bytes, *, words: str, api_key: str = API_KEY) -> dict[str, str]:
    """Content under the APIv3 key, as it stands in callbacks and certificates."""
    nonce = secrets.token_hex(6)
    sealed = AESGCM(api_key.encode()).encrypt(nonce.encode(), content, words.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": words,
        "ciphertext": base64.b64encode(sealed).decode(),
    }


def _wrong_order(kind: str, asked: dict[str, Any]) -> str:
    money = asked.get("amount", {})
    until = datetime.fromisoformat(asked["time_expire"])
    is_whole = (
        kind in TARGETS
        and (asked.get("appid"), asked.get("mchid")) == (APP_ID, NUMBER)
        and NUMBERS.fullmatch(asked.get("out_trade_no", ""))
        and 0 < len(asked.get("description", "").encode()) <= 127
        and asked.get("notify_url", "").startswith("https://")
        and isinstance(money.get("total"), int)
        and money["total"] > 0
        and money.get("currency") == "CNY"
        and until.utcoffset() == timedelta(hours=8)
        and until > clock.machine()
        and (kind != "jsapi" or asked.get("payer", {}).get("openid"))
        and (kind != "h5" or asked.get("scene_info", {}).get("payer_client_ip"))
    )
    return "" if is_whole else "PARAM_ERROR"


def _is_about(asked: dict[str, Any], order: Order) -> bool:
    return bool(
        (order.transaction_id and asked.get("transaction_id") == order.transaction_id)
        or asked.get("out_trade_no") == order.asked["out_trade_no"]
    )


def _wall_clock() -> str:
    return (clock.machine() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S+08:00")
