"""The way to a provider's local server, and back from it to the market's own webhook door; either may fail."""

import asyncio
from collections.abc import Mapping
from functools import cache

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.routing import Route

from domain.market import Market
from settings import LimitSettings
from transport.doors import Doors

ANSWER_SECONDS = 0.3


@cache
def key_named(name: str) -> rsa.RSAPrivateKey:
    """A key of 2048 bits, made once for each name in a run: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key_named(name).private_bytes(encoding, form, serialization.NoEncryption()).decode()


def public_pem(name: str) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key_named(name).public_key().public_bytes(serialization.Encoding.PEM, form).decode()


class Line(httpx.AsyncBaseTransport):
    """The way to a server. `cut` loses so many calls before they arrive, `deaf` so many answers on the way back."""

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx.ASGITransport(app)
        self.cut = 0
        self.deaf = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            self.cut -= 1
            raise httpx.ConnectTimeout("no answer", request=request)
        try:
            async with asyncio.timeout(request.extensions["timeout"]["read"]):  # an ASGI transport has no clock
                response = await self._inner.handle_async_request(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout("too slow", request=request) from error
        if self.deaf:
            self.deaf -= 1
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return response


async def knock(market: Market, code: str, *, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    """Call back at the market's webhook door, the one that the server has."""
    doors = Doors(lambda: market, limits=LimitSettings(_env_file=None))
    app = Starlette(routes=[Route("/webhooks/{provider}", doors.webhook, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://shop.example") as client:
        return await client.post(f"/webhooks/{code}", content=body, headers=dict(headers))
