"""The network of a market that is being loaded: the payment simulator's callbacks reach the market without a socket."""

import httpx

from domain.market import Market
from domain.payments import webhooks
from kit.errors import Refused


class Loopback(httpx.AsyncBaseTransport):
    """Answers a callback as the server's `/webhooks/{provider}` would."""

    def __init__(self) -> None:
        self.market: Market | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.market is None:
            return httpx.Response(503)
        provider = request.url.path.rpartition("/")[2]
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            await webhooks.receive(self.market, provider, body=await request.aread(), headers=headers)
        except Refused:
            return httpx.Response(400)
        return httpx.Response(204)
