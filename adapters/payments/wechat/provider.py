"""WeChat Pay (微信支付) API v3 for merchants of the mainland: Native, H5 and JSAPI orders, refunds, callbacks."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode

from adapters.payments.provider import Charge, Notice, ProviderError, ProviderRefused, Way
from adapters.payments.wechat import notices
from adapters.payments.wechat.wire import Wire
from adapters.replies import Reply
from kit import clock, ids
from models.payments import PaymentScene

CHINA = timezone(timedelta(hours=8))
ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
KIND_OF = {PaymentScene.QR_CODE: "native", PaymentScene.BROWSER: "h5", PaymentScene.IN_APP: "jsapi"}
CLOSED_BEFORE = frozenset({"ORDER_CLOSED", "ORDERCLOSED"})
LONGEST_TITLE = 127  # bytes; titles here are numbers of orders
SOMEWHERE = "127.0.0.1"  # an H5 order must name the payer's address, also where we do not know it


class WechatPay:
    """The provider of `PaymentMethod.WECHAT_PAY`."""

    code = "wechat"
    scenes = (PaymentScene.QR_CODE, PaymentScene.BROWSER, PaymentScene.IN_APP)
    names_payer = frozenset({PaymentScene.IN_APP})
    heard = Reply(204)

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._merchant = wire.merchant

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
        until = (expires_at - clock.offset()).astimezone(CHINA)  # WeChat Pay goes by the machine's time, not ours
        order: dict[str, Any] = {
            "appid": self._merchant.app_id,
            "mchid": self._merchant.number,
            "description": title[:LONGEST_TITLE],
            "out_trade_no": request_key,
            "time_expire": until.isoformat(timespec="seconds"),
            "notify_url": notify_url,
            "amount": {"total": amount, "currency": currency},
        }
        if way.scene == PaymentScene.BROWSER:
            order["scene_info"] = {"payer_client_ip": way.address or SOMEWHERE, "h5_info": {"type": "Wap"}}
        elif way.scene == PaymentScene.IN_APP:
            order["payer"] = {"openid": way.payer_id}
        made = await self._wire.ask("POST", f"{ORDERS}/{KIND_OF[way.scene]}", order)
        if way.scene == PaymentScene.QR_CODE:
            return Charge(request_key, pay_code=_given(made, "code_url"))
        if way.scene == PaymentScene.BROWSER:
            back = f"&{urlencode({'redirect_url': return_url})}" if return_url else ""
            return Charge(request_key, pay_url=_given(made, "h5_url") + back)
        return Charge(request_key, pay_code=self._handed_over(_given(made, "prepay_id")))

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
        charge = "transaction_id" if charge_reference.isdecimal() else "out_trade_no"
        made = await self._wire.ask(
            "POST",
            REFUNDS,
            {
                charge: charge_reference,
                "out_refund_no": request_key,
                "notify_url": notify_url,
                "amount": {"refund": amount, "total": charge_amount, "currency": currency},
            },
        )
        return _given(made, "refund_id")

    async def find_charge(self, *, request_key: str, reference: str, now: datetime) -> Notice | None:
        query = urlencode({"mchid": self._merchant.number})
        content = await self._wire.ask("GET", f"{ORDERS}/out-trade-no/{quote(request_key, safe='')}?{query}")
        if content.get("mchid") != self._merchant.number:
            raise ProviderError("an answer about another merchant")
        return _read(notices.of_charge, content)

    async def find_refund(
        self, *, request_key: str, reference: str, charge_reference: str, now: datetime
    ) -> Notice | None:
        return _read(notices.of_refund, await self._wire.ask("GET", f"{REFUNDS}/{quote(request_key, safe='')}"))

    async def close_charge(self, *, request_key: str, reference: str, now: datetime) -> None:
        target = f"{ORDERS}/out-trade-no/{quote(request_key, safe='')}/close"
        try:
            await self._wire.ask("POST", target, {"mchid": self._merchant.number})
        except ProviderRefused as refused:
            if str(refused) not in CLOSED_BEFORE:
                raise

    async def verify(self, *, body: bytes, headers: Mapping[str, str]) -> Notice | None:
        await self._wire.check(body, headers)
        callback = json.loads(body)
        if not isinstance(callback, dict) or not isinstance(callback.get("resource"), dict):
            raise ValueError("a callback is an object with a resource")
        notice_id = str(callback.get("id", ""))
        if not 0 < len(notice_id) <= notices.LONGEST_TEXT:
            raise ValueError("id: needs a text")
        content = json.loads(self._merchant.open(callback["resource"]))
        if not isinstance(content, dict) or content.get("mchid") != self._merchant.number:
            raise ValueError("no resource of ours")
        what, _, _ = str(callback.get("event_type", "")).partition(".")
        try:
            if what == "TRANSACTION":
                return notices.of_charge(content, notice_id=notice_id)
            return notices.of_refund(content, notice_id=notice_id) if what == "REFUND" else None
        except ProviderRefused:
            return None  # closed without any money: nothing to us
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a resource without {error}") from error

    async def close(self) -> None:
        await self._wire.close()

    def _handed_over(self, prepay_id: str) -> str:
        """What a page or a mini program hands to WeChat, which checks that it is signed by us."""
        moment, nonce, package = str(int(clock.machine().timestamp())), ids.token()[:32], f"prepay_id={prepay_id}"
        return json.dumps(
            {
                "appId": self._merchant.app_id,
                "timeStamp": moment,
                "nonceStr": nonce,
                "package": package,
                "signType": "RSA",
                "paySign": self._merchant.sign(self._merchant.app_id, moment, nonce, package),
            }
        )


def _given(made: Mapping[str, Any], name: str) -> str:
    value = made.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderError(f"the answer has no {name}")
    return value


def _read(read: Callable[[Mapping[str, Any]], Notice | None], content: Mapping[str, Any]) -> Notice | None:
    try:
        return read(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderError(f"an answer that makes no sense: {error}") from error
