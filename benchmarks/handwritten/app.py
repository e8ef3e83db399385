"""The other server: one Starlette handler for each question, with nothing between the request and its rows."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.handwritten import purchase, reads, search
from benchmarks.handwritten.caller import Caller
from benchmarks.handwritten.sql import Fields
from kit import crypto
from models.database import close_database, open_database
from settings import Settings

Answer = Callable[[Caller, dict[str, Any]], Awaitable[Fields]]


def create_app(settings: Settings) -> Starlette:
    """The server for these settings."""
    url, key, secret = settings.url, settings.keys[0], settings.simulator_secret or ""
    answers: dict[str, Answer] = {
        "product-list": lambda caller, given: reads.product_list(caller, given["first"]),
        "product": lambda caller, given: reads.product(caller, given["slug"]),
        "search": lambda caller, given: search.search(caller, given["query"], given["first"]),
        "order-history": lambda caller, given: reads.order_history(caller, given["first"]),
        "cart": lambda caller, given: purchase.cart(caller, given["input"]["lines"]),
        "preview": lambda caller, given: purchase.preview(caller, given["input"]["destination"]),
        "place": lambda caller, given: purchase.place(
            caller,
            given["input"]["destination"],
            given["input"]["idempotencyKey"],
            given["input"]["expectedTotalMinorUnits"],
        ),
        "pay": lambda caller, given: purchase.pay(
            caller, url, purchase.order_key(given["input"]["orderId"]), given["input"]["idempotencyKey"]
        ),
        "order": lambda caller, given: purchase.order(caller, purchase.order_key(given["id"])),
    }

    def handler(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            given = json.loads(await request.body())["variables"]
            found = {"data": await answer(Caller.of(request, secret=key), given)}
            return Response(
                json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(), media_type="application/json"
            )

        return handle

    async def webhook(request: Request) -> Response:
        await purchase.called_back(await request.body(), dict(request.headers), secret=secret)
        return Response(status_code=204)

    async def alive(request: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        crypto.use_keys(settings.keys)
        await open_database(settings.database_url, pool=settings.database_pool)
        yield
        await close_database()

    return Starlette(
        routes=[
            *(Route(f"/{name}", handler(answer), methods=["POST"]) for name, answer in answers.items()),
            Route("/webhooks/simulator", webhook, methods=["POST"]),
            Route("/health", alive),
        ],
        lifespan=lifespan,
    )
