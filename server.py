"""The ASGI application: `/graphql`, webhooks, uploads, health; and the timers unless a worker runs them."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from adapters.bus import EventBus, InProcessBus, RedisBus
from adapters.carriers.carrier import Carrier
from adapters.carriers.kuaidi100.carrier import Kuaidi100Carrier
from adapters.carriers.kuaidi100.wire import Keys, Wire
from adapters.carriers.simulator import CarrierSimulator
from adapters.messages import Console, DatabaseInbox
from adapters.payments import rsa
from adapters.payments.alipay.provider import Alipay
from adapters.payments.alipay.wire import Wire as AlipayWire
from adapters.payments.alipay.wire import keys as alipay_keys
from adapters.payments.external import ExternalPayments
from adapters.payments.provider import PaymentProvider
from adapters.payments.simulator import PaymentSimulator
from adapters.payments.simulator_page import routes as simulator_routes
from adapters.payments.wechat.keys import PlatformKey
from adapters.payments.wechat.keys import merchant as wechat_merchant
from adapters.payments.wechat.provider import WechatPay
from adapters.payments.wechat.wire import Wire as WechatWire
from demo import simulator as demo_simulator
from demo.doors import has_residents, people_to_sign_in_as
from demo.doors import routes as demo_routes
from domain import clock as market_clock
from domain import events, refusals
from domain.access import Viewer
from domain.customers import sessions
from domain.market import Market
from jobs import runner
from jobs.registry import HANDLERS
from kit import crypto, memory, tally
from kit.text import best_locale
from models.database import close_database, open_database, what_is_missing
from models.fulfillment import CarrierCode
from resolvers.context import Context
from schema.root import schema
from settings import ROOT, Settings
from transport.doors import Doors
from transport.endpoint import GraphQLEndpoint
from transport.files import PublicFiles
from transport.logs import configure_logging
from transport.silence import end_silent_connections

log = logging.getLogger("jishi.server")

GRAPHIQL = ROOT / "web" / "graphiql"


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
    providers = payment_providers(settings, bus)
    carriers = connected_carriers(settings)
    try:
        await market_clock.follow()
        yield Market(
            policy=settings,
            bus=bus,
            messages=Console() if settings.sms_adapter == "console" else DatabaseInbox(),
            providers=providers,
            carriers=carriers,
        )
    finally:
        for provider in providers.values():
            await provider.close()
        for carrier in carriers.values():
            await carrier.close()
        await bus.close()
        await close_database()


def payment_providers(settings: Settings, bus: EventBus) -> dict[str, PaymentProvider]:
    """The providers that these settings have keys for, and those that need none, by their codes."""
    found: list[PaymentProvider] = [payment_simulator(settings, bus), ExternalPayments()]
    real = (WechatPay, settings.wechat_merchant, wechat_pay), (Alipay, settings.alipay_app_id, alipay)
    for provider, number, connect in real:
        if not number:
            continue
        if settings.currency != "CNY" or not settings.url.startswith("https://"):
            log.warning("%s takes CNY and calls back at a PUBLIC_URL with https only: it is off.", provider.code)
            continue
        found.append(connect(settings))
    return {provider.code: provider for provider in found}


def wechat_pay(settings: Settings) -> WechatPay:
    """WeChat Pay with the keys of these settings; ValueError when they cannot be right."""
    by_hand = {}
    if settings.wechat_public_key_id:
        by_hand[settings.wechat_public_key_id] = PlatformKey(rsa.public_key(settings.wechat_public_key))
    merchant = wechat_merchant(
        number=settings.wechat_merchant,
        app_id=settings.wechat_app_id,
        api_key=settings.wechat_api_key.get_secret_value(),
        serial=settings.wechat_serial,
        private_key=settings.wechat_private_key.get_secret_value(),
    )
    return WechatPay(
        WechatWire(merchant, url=settings.wechat_url, seconds=settings.payment_provider_seconds, platform=by_hand)
    )


def alipay(settings: Settings) -> Alipay:
    """Alipay with the keys of these settings; ValueError when they cannot be right."""
    keys = alipay_keys(
        app_id=settings.alipay_app_id,
        private_key=settings.alipay_private_key.get_secret_value(),
        public_key=settings.alipay_public_key,
        seller_id=settings.alipay_seller_id,
    )
    return Alipay(AlipayWire(keys, url=settings.alipay_url, seconds=settings.payment_provider_seconds))


def payment_simulator(settings: Settings, bus: EventBus) -> PaymentSimulator:
    """The default payment provider for these settings."""
    secret = settings.simulator_secret or crypto.derive(settings.keys[0], "payment simulator").hex()
    return PaymentSimulator(
        url=settings.url, secret=secret, callback_seconds=settings.simulator_callback_seconds, bus=bus
    )


def connected_carriers(settings: Settings) -> dict[str, Carrier]:
    """The carriers that these settings have keys for, by their codes."""
    secret = crypto.derive(settings.keys[0], "carrier simulator").hex()
    simulator = CarrierSimulator(
        settings,
        secret=secret,
        push_url=f"{settings.url}/webhooks/carriers/{CarrierSimulator.code}",
        pushes_all=settings.simulator_reports,
    )
    return {simulator.code: simulator, **kuaidi100_carriers(settings)}


def kuaidi100_carriers(settings: Settings) -> dict[str, Carrier]:
    """Real carriers by way of Kuaidi100; none without its keys. It can call back only where the world reaches us."""
    given = (settings.kuaidi100_customer, settings.kuaidi100_key, settings.kuaidi100_secret)
    if not all(given):
        return {}
    customer, key, secret = given
    salt = crypto.derive(settings.keys[0], "kuaidi100 salt").hex()[:32]
    wire = Wire(
        Keys(customer=customer, key=key, secret=secret, salt=salt),
        poll_url=settings.kuaidi100_poll_url,
        api_url=settings.kuaidi100_api_url,
        seconds=settings.carrier_seconds,
    )
    reached_at = f"{settings.url}/webhooks/carriers" if settings.public_url else None
    return {
        code.value: Kuaidi100Carrier(code, wire, push_url=f"{reached_at}/{code.value}" if reached_at else "")
        for code in map(CarrierCode, settings.kuaidi100_carriers)
    }


def payment_simulator_of(market: Market) -> PaymentSimulator:
    """The simulator of an open market, for its pay page."""
    simulator = market.providers[PaymentSimulator.code]
    if not isinstance(simulator, PaymentSimulator):
        raise TypeError("another provider goes by the simulator's name")
    return simulator


@contextlib.asynccontextmanager
async def background(market: Market, *, jobs: bool) -> AsyncIterator[None]:
    """The event relay, and the timers (and the demo's people) where this process runs them, until the end."""
    tasks = [asyncio.create_task(events.relay(market), name="relay")]
    if jobs:
        tasks.append(asyncio.create_task(runner.run(market, HANDLERS), name="timers"))
    if jobs and market.policy.demo:
        tasks.append(asyncio.create_task(demo_simulator.run(market), name="demo"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def create_app(settings: Settings) -> Starlette:
    """The application for these settings."""
    contexts = Contexts()
    page = GRAPHIQL / "dist" / "index.html"
    endpoint = GraphQLEndpoint(
        schema,
        settings=settings,
        contexts=contexts,
        say=refusals.message,
        page=page if page.exists() and not settings.strict else None,
        page_policy=(GRAPHIQL / "csp.txt").read_text(encoding="utf-8").strip(),
        statements=tally.gauge,
    )
    doors = Doors(lambda: contexts.open_market, limits=settings.limits)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_market(settings) as market, background(market, jobs=settings.run_jobs):
            if not settings.demo:
                await _warn_of_play(market)
            contexts.market = market
            yield

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", _home),
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            Route("/graphql/stream", endpoint.stream),
            Route("/webhooks/{provider}", doors.webhook, methods=["POST"]),
            Route("/webhooks/carriers/{carrier}", doors.carrier_webhook, methods=["POST"]),
            Route("/uploads/{token}", doors.upload, methods=["PUT"]),
            Route("/exports/{token}", doors.export),
            Route("/proofs/{token}", doors.proof_upload, methods=["PUT"]),
            Route("/proofs/{token}", doors.proof),
            Route("/documents/{token}", doors.document),
            Route("/health", doors.alive),
            Route("/health/deep", doors.deep),
            Route("/metrics", doors.metrics),
            *simulator_routes(lambda: payment_simulator_of(contexts.open_market)),
            *(demo_routes(lambda: contexts.open_market) if settings.demo else ()),
            Mount("/media", PublicFiles(settings.media_root)),
            Mount("/graphiql", PublicFiles(GRAPHIQL / "dist", immutable=True)),
        ],
    )


async def _warn_of_play(market: Market) -> None:
    """Say what a market for real customers must not keep from a demo."""
    if set(market.providers) - {ExternalPayments.code} == {PaymentSimulator.code}:
        log.warning("The payment simulator is the only payment provider: whoever places an order can mark it as paid.")
    if await has_residents():
        log.warning("This database holds the staff of the demo market, whose password everybody knows.")


async def _home(request: Request) -> Response:
    return RedirectResponse("/graphql")


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    configure_logging(settings.log_level)
    if missing := asyncio.run(what_is_missing(settings.database_url)):
        sys.exit(missing)
    app = create_app(settings)
    memory.settle()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        ws_max_size=settings.limits.body_bytes,
        ws_ping_interval=None,  # the protocol has its own
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    listener = config.bind_socket()
    end_silent_connections(listener, 3 * settings.limits.ping_seconds)
    print(welcome(settings), flush=True)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn passes Ctrl-C on when all is closed
        uvicorn.Server(config).run(sockets=[listener])


def welcome(settings: Settings) -> str:
    """Where to click, and as whom."""
    lines = [f"Jishi is open at {settings.url}/graphql"]
    if settings.demo:
        lines += [
            "",
            "  The demo market: pick a person at the top right of the page, or sign in by hand, for example as",
            *(f"    {person}" for person in people_to_sign_in_as()),
            "  Codes that the market sends by SMS or e-mail can be read with the query demoInbox.",
        ]
    return "\n".join([*lines, "", "Ctrl-C ends it.", ""])


if __name__ == "__main__":
    main()
