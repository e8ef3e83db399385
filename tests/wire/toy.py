"""A market small enough to see through: one query of each kind that the wire has to tell apart."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import Enum

import strawberry
from starlette.requests import HTTPConnection

from kit.errors import Refusals, Refused

Info = strawberry.Info


@dataclass
class ToyContext:
    viewer: str
    locale: str
    caller_key: str
    cart_token: str | None
    last_event_id: str | None = None
    renewals: list[str] = field(default_factory=list)

    def renewed(self) -> "ToyContext":
        self.renewals.append("fresh")
        return ToyContext(self.viewer, self.locale, self.caller_key, self.cart_token, self.last_event_id)


class ToyContexts:
    """Tokens are names; `bad` is not one; names in `revoked` hold no longer."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()
        self.seen: list[ToyContext] = []
        self.broken = False

    async def for_request(self, connection: HTTPConnection, token: str | None) -> ToyContext:
        if self.broken:
            raise RuntimeError("the secret store is away")
        if token == "bad":
            raise Refused("UNAUTHENTICATED")
        locale = "zh-CN" if connection.headers.get("accept-language", "en").startswith("zh") else "en"
        viewer = token or "guest"
        context = ToyContext(viewer, locale, viewer, connection.headers.get("x-cart-token"))
        self.seen.append(context)
        return context

    async def still_valid(self, context: ToyContext) -> bool:
        return context.viewer not in self.revoked


class Watch:
    """What the sources of subscriptions went through, and how far they were asked."""

    def __init__(self) -> None:
        self.open = 0
        self.produced = 0
        self.changed = asyncio.Event()

    def opened(self, by: int) -> None:
        self.open += by
        self.changed.set()


watch: Watch
writes: list[str]


def reset() -> None:
    global watch, writes
    watch, writes = Watch(), []


@strawberry.enum
class Color(Enum):
    RED = "red"
    GREEN = "green"


@strawberry.input
class Wish:
    name: str
    color: Color | None = None
    inner: "Wish | None" = None


@strawberry.type
class Product:
    id: strawberry.ID
    title: str

    @strawberry.field
    def related(self, first: int = 20) -> "ProductConnection":
        return ProductConnection.of(first)

    @strawberry.field
    def variants(self) -> list["Product"]:
        return [Product(id=strawberry.ID(f"{self.id}v{n}"), title="variant") for n in range(3)]


@strawberry.type
class ProductEdge:
    cursor: str
    node: Product


@strawberry.type
class ProductConnection:
    edges: list[ProductEdge]
    nodes: list[Product]

    @staticmethod
    def of(first: int) -> "ProductConnection":
        nodes = [Product(id=strawberry.ID(str(n)), title=f"product {n}") for n in range(first)]
        return ProductConnection(edges=[ProductEdge(cursor=p.id, node=p) for p in nodes], nodes=nodes)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def viewer(self, info: Info) -> str:
        return f"{info.context.viewer} {info.context.locale} {info.context.cart_token}"

    @strawberry.field
    def number(self, value: int) -> int:
        return value

    @strawberry.field
    def products(self, first: int | None = None, last: int | None = None) -> ProductConnection:
        return ProductConnection.of(first or last or 20)

    @strawberry.field
    def product(self, id: strawberry.ID) -> Product:
        return Product(id=id, title="product")

    @strawberry.field
    def paint(self, color: Color, wish: Wish | None = None) -> str:
        return f"{color.value} {wish.name if wish else ''}"

    @strawberry.field
    def bug(self) -> str | None:
        raise RuntimeError("the password is hunter2")

    @strawberry.field
    def fatal_bug(self) -> str:
        raise RuntimeError("the password is hunter2")

    @strawberry.field
    def refused(self) -> str | None:
        raise Refused("SOLD_OUT", path=("lines", "0"), retryable=True, row=object())

    @strawberry.field
    def refused_twice(self) -> str | None:
        raise Refusals([Refused("SOLD_OUT"), Refused("PRICE_CHANGED")])

    @strawberry.field
    async def slow(self, seconds: float = 60.0) -> str:
        watch.opened(+1)
        try:
            await asyncio.sleep(seconds)
        finally:
            watch.opened(-1)
        return "done"

    @strawberry.field
    def not_json(self) -> str:
        return "\ud800"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def note(self, text: str, seconds: float = 0.0) -> str:
        await asyncio.sleep(seconds)
        writes.append(text)
        return text


@strawberry.type
class Tick:
    number: int
    cursor: str

    @strawberry.field
    def renewed(self, info: Info) -> int:
        return id(info.context)

    @strawberry.field
    def trouble(self) -> str | None:
        raise RuntimeError("the password is hunter2")

    @strawberry.field
    def wide(self, size: int) -> str:
        return "x" * size


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, info: Info, upto: int = 3, after: str | None = None) -> AsyncGenerator[Tick, None]:
        """Counts from after `after` up to `upto`, then ends."""
        start = int(after) if after else 0
        watch.opened(+1)
        try:
            for number in range(start + 1, upto + 1):
                watch.produced += 1
                yield Tick(number=number, cursor=str(number))
        finally:
            watch.opened(-1)

    @strawberry.subscription
    async def forever(self, info: Info, pause: float = 60.0) -> AsyncGenerator[Tick, None]:
        """One event at once, then one each `pause` seconds."""
        watch.opened(+1)
        try:
            number = 0
            while True:
                number += 1
                watch.produced += 1
                yield Tick(number=number, cursor=str(number))
                await asyncio.sleep(pause)
        finally:
            watch.opened(-1)

    @strawberry.subscription
    async def resumed_from(self, info: Info) -> AsyncGenerator[str, None]:
        yield str(info.context.last_event_id)

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[str, None]:
        yield "first"
        raise RuntimeError("the password is hunter2")

    @strawberry.subscription
    async def refuses(self, after: int = 0) -> AsyncGenerator[str, None]:
        if after == 0:
            raise Refused("SOLD_OUT")
        yield "something"


schema = strawberry.Schema(Query, Mutation, Subscription)


def say(refused: Refused, locale: str) -> str:
    return f"{refused.code} in {locale}"
