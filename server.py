"""The ASGI application: `/graphql`, webhooks, uploads, health; and the timers unless a worker runs them."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from adapters.bus import EventBus, InProcessBus, RedisBus
from adapters.carriers.simulator import CarrierSimulator
from adapters.messages import Console, DatabaseInbox
from adapters.payments.simulator import PaymentSimulator
from adapters.payments.simulator_page import routes as simulator_routes
from domain import clock as market_clock
from domain import events, refusals
from domain.access import Viewer
from domain.customers import sessions
from domain.market import Market
from domain.payments import webhooks
from jobs import health, runner
from jobs.registry import HANDLERS
from kit import crypto, tally
from kit.errors import Refused
from kit.text import best_locale
from models.database import close_database, open_database
from resolvers.context import Context
from schema.root import schema
from settings import ROOT, Settings
from transport.endpoint import GraphQLEndpoint
from transport.files import PublicFiles
from transport.logs import configure_logging

log = logging.getLogger("jishi.server")

GRAPHIQL = ROOT / "web" / "graphiql" / "dist"


class Contexts:
    """Who is behind a connection."""

    def __init__(self) -> None:
        self.market: Market | None = None

    async def for_request(self, connection: HTTPConnection, token: str | None) -> Context:
        """The caller's context. Raises `Refused("UNAUTHENTICATED")` for a token that is not good."""
        market = self.open_market
        accepted = connection.headers.get("accept-language")
        visitor = Viewer(
            market=market,
            cart_token=connection.headers.get("x-cart-token") or None,
            locale=best_locale(accepted),
            address=connection.client.host if connection.client else "",
        )
        return Context(await _identified(visitor, token, speaks=accepted is not None) if token else visitor)

    async def still_valid(self, context: Context) -> bool:
        """Whether the session behind a long-lived stream has been neither revoked nor outlived."""
        session_id = context.viewer.session_id
        return session_id is None or await sessions.is_alive(session_id)

    @property
    def open_market(self) -> Market:
        if self.market is None:
            raise RuntimeError("the market is not open yet")
        return self.market


async def _identified(visitor: Viewer, token: str, *, speaks: bool) -> Viewer:
    """The person behind the token, in the language of the request or else in their own."""
    identity = await sessions.identify(visitor.market, token)
    return visitor.but(
        user_id=identity.user_id,
        session_id=identity.session_id,
        order_id=identity.order_id,
        roles=identity.roles,
        locale=visitor.locale if speaks else identity.locale or visitor.locale,
    )


@contextlib.asynccontextmanager
async def open_market(settings: Settings) -> AsyncIterator[Market]:
    """Everything that actions need, from the database to the providers; closed again at the end."""
    crypto.use_keys(settings.keys)
    await open_database(settings.database_url, pool=settings.database_pool)
    bus: EventBus = RedisBus(settings.redis_url) if settings.redis_url else InProcessBus()
    simulator = payment_simulator(settings, bus)
    try:
        await market_clock.follow()
        yield Market(
            policy=settings,
            bus=bus,
            messages=Console() if settings.sms_adapter == "console" else DatabaseInbox(),
            providers={simulator.code: simulator},
            carriers={"simulator": CarrierSimulator(settings)},
        )
    finally:
        await simulator.close()
        await bus.close()
        await close_database()


def payment_simulator(settings: Settings, bus: EventBus) -> PaymentSimulator:
    """The default payment provider for these settings."""
    secret = settings.simulator_secret or crypto.derive(settings.keys[0], "payment simulator").hex()
    return PaymentSimulator(
        url=settings.url, secret=secret, callback_seconds=settings.simulator_callback_seconds, bus=bus
    )


def payment_simulator_of(market: Market) -> PaymentSimulator:
    """The simulator of an open market, for its pay page."""
    simulator = market.providers[PaymentSimulator.code]
    if not isinstance(simulator, PaymentSimulator):
        raise TypeError("another provider goes by the simulator's name")
    return simulator


@contextlib.asynccontextmanager
async def background(market: Market, *, jobs: bool) -> AsyncIterator[None]:
    """The event relay, and the timers where this process runs them, until the end."""
    tasks = [asyncio.create_task(events.relay(market), name="relay")]
    if jobs:
        tasks.append(asyncio.create_task(runner.run(market, HANDLERS), name="timers"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def create_app(settings: Settings) -> Starlette:
    """The application for these settings."""
    contexts = Contexts()
    page = GRAPHIQL / "index.html"
    endpoint = GraphQLEndpoint(
        schema,
        settings=settings,
        contexts=contexts,
        say=refusals.message,
        page=page if page.exists() and not settings.strict else None,
        statements=tally.gauge,
    )

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_market(settings) as market, background(market, jobs=settings.run_jobs):
            contexts.market = market
            app.state.market = market
            yield

    async def webhook(request: Request) -> Response:
        body = await request.body()
        if len(body) > settings.limits.body_bytes:
            return Response(status_code=413)
        try:
            await webhooks.receive(
                contexts.open_market, request.path_params["provider"], body=body, headers=dict(request.headers)
            )
        except Refused as refused:
            return JSONResponse({"code": refused.code}, status_code=WEBHOOK_STATUS.get(refused.code, 400))
        return Response(status_code=204)

    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def deep(request: Request) -> Response:
        report = await health.report(contexts.open_market)
        return JSONResponse(report.as_json(), status_code=200 if report.is_healthy else 503)

    async def home(request: Request) -> Response:
        return RedirectResponse("/graphql")

    routes = [
        Route("/", home),
        Route("/graphql", endpoint),
        WebSocketRoute("/graphql", endpoint),
        Route("/graphql/stream", endpoint.stream),
        Route("/webhooks/{provider}", webhook, methods=["POST"]),
        Route("/health", alive),
        Route("/health/deep", deep),
        *simulator_routes(lambda: payment_simulator_of(contexts.open_market)),
        Mount("/media", PublicFiles(settings.media_root)),
        Mount("/graphiql", _assets()),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


WEBHOOK_STATUS = {"NOT_FOUND": 404, "BAD_SIGNATURE": 401}


def _assets() -> ASGIApp:
    return PublicFiles(GRAPHIQL, immutable=True)


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    configure_logging(settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        ws_max_size=settings.limits.body_bytes,
        ws_ping_interval=None,
        timeout_graceful_shutdown=10,
        server_header=False,
    )


if __name__ == "__main__":
    sys.exit(main())
