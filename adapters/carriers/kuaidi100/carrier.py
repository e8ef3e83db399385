"""Real carriers by way of Kuaidi100 (快递100): one adapter for each carrier, one account for all of them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs

from adapters.carriers.carrier import (
    Ability,
    BadSignature,
    Booking,
    CarrierError,
    CarrierRefused,
    Place,
    PlainCarrier,
    Push,
    Quote,
    Scan,
    WaybillRefused,
)
from adapters.carriers.kuaidi100 import codes
from adapters.carriers.kuaidi100.wire import OURS_TO_MEND, Wire, data_of, signature
from adapters.replies import Reply
from kit import clock, crypto
from kit.money import to_minor
from models.fulfillment import CarrierCode, ScanKind

SERVICE = "标准快递"
CARGO = "日用品"
LONGEST_ORDER_NUMBER = 32  # of ours; under the same one it gives the same waybill for 48 hours
LONGEST_WAYBILL = 32
NOTHING_FOUND = "500"  # of a query: no track yet, or no such waybill
FOLLOWED_ALREADY = "501"
MOST_FIELDS = 10
NOWHERE = "http://127.0.0.1/"  # an order must name a place to call, also where there is none
GIVEN_UP = "99"  # 订单已取消: the courier company will not collect it
CANCELED = frozenset({"9", GIVEN_UP})  # 用户主动取消 as well
COLLECTED = frozenset({"10", "15", "155"})  # 已取件, 已结算, 修改重量


class Kuaidi100Carrier(PlainCarrier):
    """One carrier behind a Kuaidi100 account. `push_url` is where Kuaidi100 reaches us, empty when it cannot."""

    can = frozenset(Ability)
    pause = timedelta(minutes=30)  # more often is against its terms
    longest_pause = timedelta(hours=12)

    def __init__(self, carrier: CarrierCode, wire: Wire, *, push_url: str = "") -> None:
        self.code = carrier.value
        self.company = codes.COMPANIES[carrier]
        self.needs_phone = carrier in codes.ASK_FOR_PHONE
        self._wire = wire
        self._push_url = push_url

    async def quote(self, *, sender: Place, receiver: Place, weight_grams: int, now: datetime) -> Quote:
        price = data_of(
            await self._wire.order(
                "price",
                {
                    "kuaidicom": self.company,
                    "sendManPrintAddr": sender.address,
                    "recManPrintAddr": receiver.address,
                    "weight": _kilograms(weight_grams),
                    "serviceType": SERVICE,
                },
                moment=_milliseconds(now),
            )
        )
        days = await self._days(sender, receiver, now=now)
        return Quote(fee=_fen(price.get("price")), currency="CNY", fastest_days=days, slowest_days=days)

    async def book(
        self,
        *,
        request_key: str,
        waybill: str | None,
        sender: Place,
        receiver: Place,
        weight_grams: int,
        now: datetime,
    ) -> Booking:
        if waybill is not None:  # a label that was printed before: nothing to order, only to follow
            if len(waybill) > LONGEST_WAYBILL:
                raise WaybillRefused(waybill)
            await self._follow(waybill, receiver)
            return Booking(waybill, None)
        for who, place in (("sender", sender), ("receiver", receiver)):
            if not (place.name and place.phone and place.street):
                raise CarrierRefused(f"the {who} needs a name, a phone and a street")
        made = data_of(
            await self._wire.order(
                "bOrder",
                {
                    "kuaidicom": self.company,
                    "recManName": receiver.name,
                    "recManMobile": _mobile(receiver.phone),
                    "recManPrintAddr": receiver.address,
                    "sendManName": sender.name,
                    "sendManMobile": _mobile(sender.phone),
                    "sendManPrintAddr": sender.address,
                    "cargo": CARGO,
                    "payment": "SHIPPER",
                    "serviceType": SERVICE,
                    "weight": _kilograms(weight_grams),
                    "thirdOrderId": signature(request_key)[:LONGEST_ORDER_NUMBER],
                    "salt": self._wire.keys.salt,
                    "callBackUrl": self._push_url or NOWHERE,
                    **self._following(),
                },
                moment=_milliseconds(now),
            )
        )
        number = made.get("kuaidinum")
        if not isinstance(number, str) or not number:
            raise CarrierError("the carrier has given no waybill yet")
        return Booking(number, None, reference=f"{made.get('taskId', '')}/{made.get('orderId', '')}")

    async def cancel(self, *, waybill: str, reference: str, now: datetime) -> None:
        task, _, order = reference.partition("/")
        if not (task and order):
            raise CarrierRefused("this label was not ordered here")
        param = {"taskId": task, "orderId": order, "cancelMsg": "暂时不寄件了"}
        try:
            data_of(await self._wire.order("cancel", param, moment=_milliseconds(now)))
        except CarrierError:
            # The first answer may have been lost, and a second time is an error there: ask how it stands.
            state = await self._order_state(task, now=now)
            if state in CANCELED:
                return
            if state in COLLECTED:
                raise CarrierRefused("it has been collected") from None
            raise

    async def track(self, *, waybill: str, now: datetime, phone: str = "") -> list[Scan]:
        answer = await self._wire.query(
            {
                "com": self.company,
                "num": waybill,
                "phone": _mobile(phone),
                "resultv2": "4",
                "show": "0",
                "order": "desc",
            }
        )
        if "data" not in answer:
            code = str(answer.get("returnCode", ""))
            if code == NOTHING_FOUND:
                return []
            said = f"{code} {str(answer.get('message', ''))[:100]}"
            raise CarrierRefused(said) if code in OURS_TO_MEND else CarrierError(said)
        try:
            return list(codes.scans_of(answer, carrier=self.code, waybill=waybill))
        except ValueError as error:
            raise CarrierError(f"an answer that makes no sense: {error}") from error

    def read_push(self, *, body: bytes, headers: Mapping[str, str]) -> Push:
        form = _form(body)
        param = form.get("param", "")
        if not crypto.same(form.get("sign", "").upper(), signature(param, self._wire.keys.salt)):
            raise BadSignature("the signature does not fit")
        content = json.loads(param)
        if not isinstance(content, dict):
            raise ValueError("a push is an object")
        if "lastResult" in content:
            return self._track_push(param, content)
        return self._order_push(param, content)

    def _track_push(self, param: str, content: Mapping[str, Any]) -> Push:
        """快递信息推送: the whole track of a parcel, newest first."""
        result = content["lastResult"]
        if not isinstance(result, dict) or not isinstance(result.get("nu"), str) or not result["nu"]:
            raise ValueError("lastResult: needs a waybill")
        if result.get("com") not in (self.company, content.get("comNew")):
            raise ValueError("com: another carrier's parcel")
        waybill = result["nu"]
        scans = codes.scans_of(result, carrier=self.code, waybill=waybill) if result.get("data") else ()
        return Push(signature(param), waybill, scans, goes_on=content.get("status") in ("polling", "updateall"))

    def _order_push(self, param: str, content: Mapping[str, Any]) -> Push:
        """下单回调: what becomes of an order for collection. Only that it is given up says anything of the parcel."""
        data, waybill = content.get("data"), content.get("kuaidinum")
        if not isinstance(data, dict) or not isinstance(waybill, str | None):
            raise ValueError("neither a track nor an order")
        if str(data.get("status")) != GIVEN_UP or not waybill:
            return Push(signature(param), waybill or "", (), goes_on=None)
        scan = Scan(
            carrier=self.code,
            waybill=waybill,
            scan_id=f"order-{data.get('orderId', '')}"[:60],
            state=None,
            place={},
            description={"zh-CN": "承运人已取消订单", "en": "The carrier has given the order up"},
            occurred_at=clock.now(),
            kind=ScanKind.CANCELED,
        )
        return Push(signature(param), waybill, (scan,), goes_on=None)

    def answer_push(self, *, taken: bool) -> Reply:
        said = {"result": taken, "returnCode": "200" if taken else "500", "message": "成功" if taken else "失败"}
        return Reply(200, json.dumps(said, ensure_ascii=False))

    async def close(self) -> None:
        await self._wire.close()

    async def _days(self, sender: Place, receiver: Place, *, now: datetime) -> int | None:
        """How long it takes, as far as it can be asked: a price without a time is still a price."""
        param = {
            "kuaidicom": self.company,
            "from": sender.address,
            "to": receiver.address,
            "orderTime": codes.wall_clock(now),
            "expType": SERVICE,
        }
        try:
            told = data_of(await self._wire.label("time", param, moment=_milliseconds(now)))
            return int(Decimal(str(told["deliveryExpendTime"])).to_integral_value())
        except (CarrierError, CarrierRefused, KeyError, InvalidOperation):
            return None

    async def _order_state(self, task: str, *, now: datetime) -> str:
        """订单详情: how an order for collection stands; empty when it does not say."""
        told = data_of(await self._wire.order("detail", {"taskId": task}, moment=_milliseconds(now)))
        return str(told.get("status", ""))

    async def _follow(self, waybill: str, receiver: Place) -> None:
        """Have pushes sent about a waybill. That it is followed already is as good."""
        if not self._push_url:
            return
        parameters = {
            "callbackurl": self._push_url,
            "salt": self._wire.keys.salt,
            "resultv2": "4",
            "phone": _mobile(receiver.phone),
        }
        answer = await self._wire.subscribe({"company": self.company, "number": waybill, "parameters": parameters})
        if str(answer.get("returnCode")) != FOLLOWED_ALREADY:
            data_of({"data": {}, **answer})

    def _following(self) -> dict[str, Any]:
        return {"op": "1", "pollCallBackUrl": self._push_url, "resultv2": "4"} if self._push_url else {"op": "0"}


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadSignature("no form") from error
    return {name: values[0] for name, values in fields.items()}


def _kilograms(grams: int) -> str:
    """Kilograms as the forms want them, never less than a gram."""
    return format(Decimal(max(grams, 1)).scaleb(-3).normalize(), "f")


def _mobile(phone: str) -> str:
    """A Chinese number without its country code."""
    return phone.removeprefix("+86")


def _fen(price: object) -> int:
    try:
        fee = to_minor(Decimal(str(price)), "CNY")
    except (InvalidOperation, ValueError) as error:
        raise CarrierError(f"a price that is none: {price}") from error
    if fee < 0:
        raise CarrierError("a price below nothing")
    return fee


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
