"""How Kuaidi100 (快递100) is spoken to: signed forms over HTTPS, answers in JSON, a few tries and a limited time.

Written from the published API: https://api.kuaidi100.com/document – 实时快递查询 (poll/query.do), 快递信息推送 (poll),
商家寄件 (order/borderapi.do) and 快递预估时效 (label/order).
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from adapters.carriers.carrier import CarrierError, CarrierRefused

TRIES = 2
PAUSE_SECONDS = 0.3

# Return codes that say no for good; what is not listed may be tried again.
OURS_TO_MEND = {
    "400": "bad parameters",
    "408": "the phone does not belong to this waybill",
    "503": "bad signature",
    "600": "bad authorization key",
    "601": "the key has expired",
    "700": "the waybill cannot be followed",
    "701": "the courier company cannot be followed",
    "702": "the courier company is unknown",
}
BUSY = frozenset({"502"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What Kuaidi100 gives a merchant. `salt` is ours: 32 characters by which it signs what it pushes."""

    customer: str
    key: str
    secret: str
    salt: str


def signature(*parts: str) -> str:
    """MD5 of the parts one after another, in capitals: how Kuaidi100 signs everything."""
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest().upper()


def compact(content: Mapping[str, Any]) -> str:
    """The text of a `param`, exactly as it is signed."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


class Wire:
    """The connection to Kuaidi100. `poll_url` and `api_url` are its two hosts; `transport` replaces the network."""

    def __init__(
        self,
        keys: Keys,
        *,
        poll_url: str,
        api_url: str,
        seconds: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.keys = keys
        self._poll_url = poll_url.rstrip("/")
        self._api_url = api_url.rstrip("/")
        self._seconds = seconds
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def query(self, param: Mapping[str, Any]) -> dict[str, Any]:
        """实时查询: where a parcel is. An answer without `data` says in `returnCode` why."""
        text = compact(param)
        sign = signature(text, self.keys.key, self.keys.customer)
        return await self._ask(
            f"{self._poll_url}/poll/query.do", {"customer": self.keys.customer, "sign": sign, "param": text}
        )

    async def subscribe(self, param: Mapping[str, Any]) -> dict[str, Any]:
        """订阅: have it push what it learns about a waybill."""
        text = compact({**param, "key": self.keys.key})
        return await self._ask(f"{self._poll_url}/poll", {"schema": "json", "param": text})

    async def order(self, method: str, param: Mapping[str, Any], *, moment: int) -> dict[str, Any]:
        """商家寄件: book (`bOrder`), cancel (`cancel`), price (`price`). `moment` is now in milliseconds."""
        return await self._signed(f"{self._poll_url}/order/borderapi.do", method, param, moment=moment)

    async def label(self, method: str, param: Mapping[str, Any], *, moment: int) -> dict[str, Any]:
        """电子面单 and what hangs on it: how long a parcel takes (`time`)."""
        return await self._signed(f"{self._api_url}/label/order", method, param, moment=moment)

    async def close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _signed(self, url: str, method: str, param: Mapping[str, Any], *, moment: int) -> dict[str, Any]:
        text, t = compact(param), str(moment)
        sign = signature(text, t, self.keys.key, self.keys.secret)
        return await self._ask(url, {"method": method, "key": self.keys.key, "t": t, "sign": sign, "param": text})

    async def _ask(self, url: str, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to a form. Every call of this API may be repeated, so one that fails on the way is."""
        for turn in range(1, TRIES + 1):
            try:
                answer = await self._post(url, form)
            except CarrierError:
                if turn == TRIES:
                    raise
            else:
                if str(answer.get("returnCode")) not in BUSY or turn == TRIES:
                    return answer
            await asyncio.sleep(PAUSE_SECONDS)
        raise CarrierError("unreachable")

    async def _post(self, url: str, form: Mapping[str, str]) -> dict[str, Any]:
        if self._client is None:
            self._client = httpx.AsyncClient(transport=self._transport, timeout=self._seconds, trust_env=False)
        try:
            response = await self._client.post(url, data=dict(form))
            answer = response.raise_for_status().json()
        except httpx.HTTPError as error:
            raise CarrierError(f"{type(error).__name__}: {error}") from error
        except ValueError as error:
            raise CarrierError("the answer is no JSON") from error
        if not isinstance(answer, dict):
            raise CarrierError("the answer is no object")
        return answer


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a successful answer carries. Raises what an unsuccessful one means."""
    code = str(answer.get("returnCode", ""))
    if answer.get("result") is True and code == "200":
        data = answer.get("data")
        return data if isinstance(data, dict) else {}
    said = str(answer.get("message", ""))[:100]
    if code in OURS_TO_MEND:
        raise CarrierRefused(f"{code} {said or OURS_TO_MEND[code]}")
    raise CarrierError(f"{code} {said}")
