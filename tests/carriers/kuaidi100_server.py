"""Kuaidi100 on this machine: checks signatures and fields as its documents say it does, and pushes signed tracks."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from adapters.carriers.kuaidi100.wire import Keys

KEYS = Keys(customer="CUSTOMER0001", key="key-of-the-merchant", secret="secret-of-the-merchant", salt="s" * 32)
COMPANIES = {"shunfeng", "jd", "zhongtong", "yuantong", "ems"}
ASK_FOR_PHONE = {"shunfeng", "zhongtong"}
NEEDED = (
    "kuaidicom",
    "recManName",
    "recManMobile",
    "recManPrintAddr",
    "sendManName",
    "sendManMobile",
    "sendManPrintAddr",
    "callBackUrl",
)


@dataclass
class Order:
    """An order for collection."""

    task: str
    number: str
    waybill: str
    company: str
    phone: str
    status: str = "0"


@dataclass
class Kuaidi100Server:
    """What it knows, and how badly it behaves. `hang` answers are slow, `busy` and `broken` ones are errors."""

    orders: dict[str, Order] = field(default_factory=dict)  # by the merchant's number
    tracks: dict[str, list[dict[str, str]]] = field(default_factory=dict)  # by waybill, newest first
    phones: dict[str, str] = field(default_factory=dict)
    followed: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    moments: list[str] = field(default_factory=list)
    hang: int = 0
    busy: int = 0
    broken: int = 0
    garbled: int = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/poll/query.do", self._query, methods=["POST"]),
                Route("/poll", self._subscribe, methods=["POST"]),
                Route("/order/borderapi.do", self._order, methods=["POST"]),
                Route("/label/order", self._label, methods=["POST"]),
            ]
        )

    # 实时查询 ------------------------------------------------------------------------------------------

    async def _query(self, request: Request) -> Response:
        form = await self._form(request, "query")
        if isinstance(form, Response):
            return form
        if form.get("customer") != KEYS.customer:
            return _no("601", "KEY已过期")
        if form.get("sign") != _md5(form.get("param", "") + KEYS.key + KEYS.customer):
            return _no("503", "验证签名失败")
        param = json.loads(form["param"])
        company, waybill = param.get("com"), param.get("num", "")
        if company not in COMPANIES or not 0 < len(waybill) <= 32:
            return _no("400", "提交的数据不完整，或者贵公司没授权")
        known = self.phones.get(waybill, "")
        if company in ASK_FOR_PHONE and known and param.get("phone", "")[-4:] != known[-4:]:
            return _no("408", "快递公司参数异常：验证码错误")
        if not self.tracks.get(waybill):
            return _no("500", "查询无结果，请隔段时间再查")
        return JSONResponse(self.result(company, waybill))

    def result(self, company: str, waybill: str) -> dict[str, Any]:
        rows = self.tracks.get(waybill, [])
        return {
            "message": "ok",
            "nu": waybill,
            "ischeck": "0",
            "com": company,
            "status": "200",
            "condition": "00",
            "state": rows[0]["statusCode"] if rows else "0",
            "data": rows,
        }

    # 订阅与推送 ------------------------------------------------------------------------------------------

    async def _subscribe(self, request: Request) -> Response:
        form = await self._form(request, "subscribe")
        if isinstance(form, Response):
            return form
        param = json.loads(form.get("param", "{}"))
        parameters = param.get("parameters", {})
        if (
            form.get("schema") != "json"
            or not parameters.get("callbackurl")
            or not 0 < len(param.get("number", "")) <= 32
        ):
            return _no("700", "订阅方的订阅数据存在错误")
        if param.get("key") != KEYS.key:
            return _no("600", "您不是合法的订阅者")
        if param.get("company") not in COMPANIES:
            return _no("701", "拒绝订阅的快递公司")
        if param["number"] in self.followed:
            return _no("501", "重复订阅")
        self.followed[param["number"]] = {"url": parameters["callbackurl"], "salt": parameters.get("salt", "")}
        return JSONResponse({"result": True, "returnCode": "200", "message": "提交成功"})

    def push(self, company: str, waybill: str, *, status: str = "polling", salt: str = KEYS.salt) -> bytes:
        """The body of a push of all that is known, as a form."""
        param = {
            "status": status,
            "billstatus": "got",
            "message": "",
            "autoCheck": "0",
            "comOld": "",
            "comNew": "",
            "lastResult": self.result(company, waybill),
        }
        return self.form(param, salt=salt)

    def order_push(self, order: Order, status: str) -> bytes:
        """The body of a push about an order for collection."""
        told = {"orderId": order.number, "status": status}
        return self.form({"kuaidicom": order.company, "kuaidinum": order.waybill, "status": "200", "data": told})

    def form(self, param: Mapping[str, Any], *, salt: str = KEYS.salt) -> bytes:
        text = json.dumps(param, ensure_ascii=False)
        return urlencode({"sign": _md5(text + salt), "param": text}).encode()

    # 商家寄件 ------------------------------------------------------------------------------------------

    async def _order(self, request: Request) -> Response:
        form = await self._form(request, "order")
        if isinstance(form, Response):
            return form
        wrong = self._wrong(form)
        if wrong is not None:
            return wrong
        param = json.loads(form["param"])
        answers = {"price": self._price, "bOrder": self._book, "cancel": self._cancel, "detail": self._detail}
        if form.get("method") not in answers:
            return _no("400", "参数错误")
        return answers[form["method"]](param)

    def _price(self, param: Mapping[str, str]) -> Response:
        if param.get("kuaidicom") not in COMPANIES or not param.get("recManPrintAddr"):
            return _no("400", "参数错误")
        price = 8 + 2 * max(0.0, float(param.get("weight", "1")) - 1)
        return _yes({"kuaidiCom": param["kuaidicom"], "price": f"{price:.1f}", "firstPrice": "8.0", "overPrice": "2.0"})

    def _book(self, param: Mapping[str, str]) -> Response:
        if any(not param.get(name) for name in NEEDED) or param["kuaidicom"] not in COMPANIES:
            return _no("400", "参数错误")
        if param.get("op") == "1" and not param.get("pollCallBackUrl"):
            return _no("400", "参数错误")
        own = param.get("thirdOrderId", "")
        if len(own) > 32:
            return _no("400", "参数错误")
        order = self.orders.get(own)
        if order is None:
            count = len(self.orders) + 1
            order = Order(
                _md5(f"task {count}"), f"{20066770 + count}", f"YT{22130990000 + count}", param["kuaidicom"], ""
            )
            order.phone = param["recManMobile"]
            self.orders[own] = order
            self.phones[order.waybill] = order.phone
        if param.get("op") == "1":
            self.followed.setdefault(order.waybill, {"url": param["pollCallBackUrl"], "salt": param.get("salt", "")})
        return _yes({"taskId": order.task, "orderId": order.number, "kuaidinum": order.waybill, "attach": None})

    def _cancel(self, param: Mapping[str, str]) -> Response:
        order = self._by_task(param)
        if order is None or order.number != param.get("orderId") or not param.get("cancelMsg"):
            return _no("400", "参数错误")
        if order.status != "0":
            return _no("500", "服务器错误")  # canceled already, or collected: it makes no difference
        order.status = "9"
        return _yes({})

    def _detail(self, param: Mapping[str, str]) -> Response:
        order = self._by_task(param)
        if order is None:
            return _no("400", "参数错误")
        return _yes({"taskId": order.task, "orderId": order.number, "status": order.status})

    def _by_task(self, param: Mapping[str, str]) -> Order | None:
        return next((order for order in self.orders.values() if order.task == param.get("taskId")), None)

    async def _label(self, request: Request) -> Response:
        form = await self._form(request, "label")
        if isinstance(form, Response):
            return form
        wrong = self._wrong(form)
        if wrong is not None:
            return wrong
        if form.get("method") != "time" or not json.loads(form["param"]).get("orderTime"):
            return _no("400", "参数错误")
        return _yes({"deliveryExpendTime": "2", "arrivalTime": "2024-11-24 18:00:00"})

    def _wrong(self, form: Mapping[str, str]) -> Response | None:
        if form.get("key") != KEYS.key:
            return _no("600", "您不是合法的用户")
        t = form.get("t", "")
        if not (t.isdigit() and len(t) == 13):
            return _no("400", "参数错误")
        self.moments.append(t)
        if form.get("sign") != _md5(form.get("param", "") + t + KEYS.key + KEYS.secret):
            return _no("503", "签名认证失败")
        return None

    async def _form(self, request: Request, what: str) -> dict[str, str] | Response:
        self.asked.append(what)
        if self.hang:
            self.hang -= 1
            await asyncio.sleep(60)
        if self.broken:
            self.broken -= 1
            return PlainTextResponse("Bad Gateway", status_code=502)
        if self.garbled:
            self.garbled -= 1
            return PlainTextResponse("<html>维护中</html>")
        if self.busy:
            self.busy -= 1
            return _no("502", "服务器繁忙")
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _no("400", "参数错误")
        body = (await request.body()).decode()
        return dict(httpx.QueryParams(body).multi_items())


class Line(httpx.AsyncBaseTransport):
    """The way to the server. `cut` loses so many calls before they arrive, `deaf` so many answers on the way back."""

    def __init__(self, server: Kuaidi100Server) -> None:
        self._inner = httpx.ASGITransport(server.app())
        self.cut = 0
        self.deaf = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            self.cut -= 1
            raise httpx.ConnectTimeout("no answer", request=request)
        seconds = request.extensions["timeout"]["read"]
        try:
            async with asyncio.timeout(seconds):  # an ASGI transport keeps no time of its own
                response = await self._inner.handle_async_request(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout("too slow", request=request) from error
        if self.deaf:
            self.deaf -= 1
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return response


def row(code: str, at: str, words: str, *, place: str = "四川,成都市,双流区") -> dict[str, str]:
    """A row of a track."""
    return {
        "time": at,
        "ftime": at,
        "context": words,
        "areaCode": "CN510116000000",
        "areaName": place,
        "status": "在途",
        "statusCode": code,
    }


def rows_of(codes: Sequence[str]) -> list[dict[str, str]]:
    """A track of these codes, a scan each hour, newest first as it is told."""
    rows = [row(code, f"2024-11-20 {8 + hour:02}:00:00", f"第 {hour + 1} 站") for hour, code in enumerate(codes)]
    return rows[::-1]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def _yes(data: dict[str, Any]) -> Response:
    return JSONResponse({"result": True, "returnCode": "200", "message": "成功", "data": data})


def _no(code: str, message: str) -> Response:
    return JSONResponse({"result": False, "returnCode": code, "message": message})
