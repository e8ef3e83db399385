"""A whole purchase, as a shop's page makes it: cart, preview, order, payment, the provider's callback, and a look."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from adapters.payments import callbacks
from adapters.payments.provider import Notice, NoticeKind
from adapters.signatures import signed_headers
from benchmarks import documents
from kit import clock

Post = Callable[[str, str, str | None, dict[str, str]], Awaitable[Any]]  # path, body, token, further headers

STEPS: Mapping[str, str] = {
    "cart": documents.CART_ADD,
    "preview": documents.PREVIEW,
    "place": documents.PLACE,
    "pay": documents.PAY,
    "order": documents.ORDER,
}
WEBHOOK = "/webhooks/simulator"
ADDRESS = {
    "recipient": "林晓雨",
    "phone": "+8613800138000",
    "province": "上海市",
    "city": "上海市",
    "district": "徐汇区",
    "street": "集市路 1 号 301 室",
}


@dataclass(frozen=True, slots=True)
class Shopping:
    """Who buys what. `in_graphql` says which of the two servers is talked to."""

    in_graphql: bool
    secret: str
    tokens: Sequence[str]
    variants: Sequence[str]
    lines: int = 3

    @classmethod
    def read(cls, plain: dict[str, Any]) -> "Shopping":
        return cls(**plain)


@dataclass(slots=True)
class Shopper:
    """Buys over and over. Buyers never share a cart."""

    shopping: Shopping
    post: Post
    answers: list[Any] = field(default_factory=list)

    async def buy(self, *, buyer: int, turn: int) -> list[Any]:
        """One purchase; gives the answers of its steps."""
        shopping = self.shopping
        token = shopping.tokens[buyer % len(shopping.tokens)]
        first = turn * shopping.lines
        wishes = [
            {"variantId": shopping.variants[(first + place) % len(shopping.variants)], "quantity": place + 1}
            for place in range(shopping.lines)
        ]
        destination = {"address": ADDRESS}
        await self._step("cart", token, {"lines": wishes})
        seen = await self._step("preview", token, {"destination": destination})
        placed = await self._step(
            "place",
            token,
            {
                "destination": destination,
                "expectedTotalMinorUnits": seen["checkoutPreview"]["checkout"]["total"]["minorUnits"],
                "idempotencyKey": uuid4().hex,
            },
        )
        order_id = placed["orderPlace"]["order"]["id"]
        paid = await self._step(
            "pay", token, {"orderId": order_id, "method": "SIMULATOR", "idempotencyKey": uuid4().hex}
        )
        await self._call_back(paid["paymentCreate"]["payment"])
        done = await self._ask("order", token, {"id": order_id})
        if done["order"]["state"] != "PAID":
            raise RuntimeError(f"the order is not paid: {done}")
        return self.answers

    async def _step(self, name: str, token: str, given: dict[str, Any]) -> dict[str, Any]:
        answer = await self._ask(name, token, {"input": given})
        [payload] = answer.values()
        if payload["userErrors"]:
            raise RuntimeError(f"{name}: {payload['userErrors']}")
        return answer

    async def _ask(self, name: str, token: str, variables: dict[str, Any]) -> dict[str, Any]:
        answer = await self.post(*request(STEPS, name, variables, in_graphql=self.shopping.in_graphql), token, {})
        self.answers.append(answer["data"])
        return cast("dict[str, Any]", answer["data"])

    async def _call_back(self, payment: dict[str, Any]) -> None:
        """What the payment provider does once it has the money."""
        notice = Notice(
            notice_id=uuid4().hex,
            kind=NoticeKind.CAPTURED,
            request_key=payment["number"],
            reference=payment["payUrl"].rpartition("/")[2],
            amount=payment["amount"]["minorUnits"],
            currency=payment["amount"]["currency"],
            occurred_at=clock.machine(),
        )
        body = callbacks.write(notice)
        headers = signed_headers(body.encode(), secret=self.shopping.secret, now=clock.machine())
        await self.post(WEBHOOK, body, None, headers)


def request(
    documents_by_name: Mapping[str, str], name: str, variables: dict[str, Any], *, in_graphql: bool
) -> tuple[str, str]:
    """Path and body of the same question to either server."""
    asked: dict[str, Any] = {"variables": variables}
    if in_graphql:
        asked["query"] = documents_by_name[name]
    return "/graphql" if in_graphql else f"/{name}", json.dumps(asked, ensure_ascii=False)
