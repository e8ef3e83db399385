"""How Alipay is spoken to: forms and links signed with RSA2, answers that are believed only when Alipay signed them.

Written from the published specification: https://opendocs.alipay.com/open-v2/common
(公共参数, 签名, 同步响应验签, 异步通知验签).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from adapters.payments import rsa
from adapters.payments.provider import ProviderError, ProviderRefused
from kit import clock

CHINA = timezone(timedelta(hours=8))
DONE = "10000"
BUSINESS_NO = "40004"
UNKNOWN_OUTCOME = frozenset({"ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What Alipay and an app know each other by: its id, its private key, and Alipay's public key for it."""

    app_id: str
    private: RSAPrivateKey
    alipay: RSAPublicKey
    seller_id: str = ""


def keys(*, app_id: str, private_key: str, public_key: str, seller_id: str = "") -> Keys:
    """The keys from the texts of the settings; ValueError when they cannot be right."""
    return Keys(app_id, rsa.private_key(private_key), rsa.public_key(public_key), seller_id)


def signed_text(fields: Mapping[str, str]) -> str:
    """The text that is signed: every field that is not empty, by name."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value)


def wall_clock(moment: datetime) -> str:
    """A moment as Alipay writes it, by the clock of China."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def moment_of(text: str) -> datetime:
    """A moment that Alipay wrote; ValueError when it is none."""
    return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)


class Wire:
    """The connection to Alipay. `transport` replaces the network."""

    def __init__(
        self, keys: Keys, *, url: str, seconds: float, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.keys = keys
        self._url = url
        self._seconds = seconds
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    def order_text(self, method: str, content: Mapping[str, Any], **more: str) -> str:
        """A signed request as one text: what an app hands to Alipay's SDK."""
        return urlencode(self._request(method, content, **more))

    def link(self, method: str, content: Mapping[str, Any], **more: str) -> str:
        """The same as an address that a browser opens."""
        return f"{self._url}?{self.order_text(method, content, **more)}"

    async def ask(self, method: str, content: Mapping[str, Any], **more: str) -> dict[str, Any]:
        """The answer to a question. ProviderRefused with its sub code, ProviderError when the outcome is unknown."""
        text = await self._post(self._request(method, content, **more))
        said = self._believed(text, method.replace(".", "_") + "_response")
        code, sub_code = str(said.get("code", "")), str(said.get("sub_code", ""))
        if code == DONE:
            return said
        if code == BUSINESS_NO and sub_code and sub_code not in UNKNOWN_OUTCOME:
            raise ProviderRefused(sub_code)
        raise ProviderError(f"{code} {sub_code} {str(said.get('sub_msg', ''))[:100]}")

    async def close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _request(self, method: str, content: Mapping[str, Any], **more: str) -> dict[str, str]:
        fields = {
            "app_id": self.keys.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": wall_clock(clock.machine()),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
            **{name: value for name, value in more.items() if value},
        }
        return {**fields, "sign": rsa.sign(self.keys.private, signed_text(fields))}

    def _believed(self, text: str, name: str) -> dict[str, Any]:
        """The node of an answer with this name, after its signature, which is over its very text, was checked."""
        try:
            whole = json.loads(text)
            name = name if name in whole else "error_response"
            start = text.index(":", text.index(f'"{name}"')) + 1
            start += len(text[start:]) - len(text[start:].lstrip())
            node, end = json.JSONDecoder().raw_decode(text, start)
            signature = whole.get("sign", "")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ProviderError("the answer cannot be read") from error
        if not isinstance(node, dict) or not isinstance(signature, str):
            raise ProviderError("the answer cannot be read")
        if not rsa.is_signed(self.keys.alipay, text[start:end].encode(), signature):
            raise ProviderError(f"the answer is not signed by Alipay: {node.get('code')} {node.get('sub_code')}")
        return node

    async def _post(self, fields: Mapping[str, str]) -> str:
        if self._client is None:
            self._client = httpx.AsyncClient(transport=self._transport, timeout=self._seconds, trust_env=False)
        form = dict(fields)
        content = {"biz_content": form.pop("biz_content")}
        try:
            response = await self._client.post(f"{self._url}?{urlencode(form)}", data=content)
            response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderError(f"{type(error).__name__}: {error}") from error
        return response.content.decode(errors="replace")
