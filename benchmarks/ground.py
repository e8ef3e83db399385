"""The market that is measured: databases that exist for one run, and rows enough to be a shop."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.migrations.api import migrate

from adapters.bus import InProcessBus
from adapters.messages import DatabaseInbox
from domain.access import Viewer
from domain.catalog import index, words
from domain.customers import sessions
from domain.market import Market
from kit import ids
from kit.crypto import lookup_hash
from models.base import Row
from models.catalog import (
    Brand,
    Category,
    Product,
    ProductImage,
    ProductOption,
    ProductStatus,
    ProductTag,
    TagKind,
    Variant,
)
from models.customers import User
from models.database import close_database, open_database, tortoise_config, transaction
from models.inventory import MovementKind, StockLevel, StockMovement, Warehouse
from models.orders import Order, OrderLine, OrderState
from models.pricing import ShippingRate
from settings import Settings

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
START = datetime(2026, 1, 1, tzinfo=UTC)
VARIANTS = 3
ORDERS_EACH = 20
LINES = 3
STOCK = 10_000_000  # units; no run buys them all
BATCH = 500  # rows written at a time

THINGS = [
    ("苹果", "Apples"), ("香蕉", "Bananas"), ("橙子", "Oranges"), ("绿茶", "Green tea"), ("大米", "Rice"),
    ("面条", "Noodles"), ("牛奶", "Milk"), ("酸奶", "Yogurt"), ("鸡蛋", "Eggs"), ("豆腐", "Tofu"),
    ("番茄", "Tomatoes"), ("土豆", "Potatoes"), ("菠菜", "Spinach"), ("三文鱼", "Salmon"), ("虾仁", "Shrimps"),
    ("牛肉", "Beef"), ("蜂蜜", "Honey"), ("核桃", "Walnuts"), ("酱油", "Soy sauce"), ("果汁", "Juice"),
]  # fmt: skip
KINDS = [("有机", "Organic"), ("新鲜", "Fresh"), ("山区", "Mountain"), ("家庭装", "Family"), ("精选", "Choice")]
SIZES = [("500 克", "500 g"), ("1 千克", "1 kg"), ("2 千克", "2 kg")]
QUERIES = ("苹果", "apple", "lvcha", "fresh milk", "牛肉")
STATES = (OrderState.COMPLETED, OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED, OrderState.CANCELED)


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows."""

    products: int
    customers: int
    orders: int


FULL = Size(products=2000, customers=200, orders=2000)
QUICK = Size(products=120, customers=8, orders=80)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the questions refer to: names and tokens of what was made."""

    slugs: Sequence[str]
    variants: Sequence[str]
    readers: Sequence[str]
    """Tokens of customers with a history of orders."""
    buyers: Sequence[str]
    """Tokens of customers who go shopping."""


@contextlib.contextmanager
def sqlite_database() -> Iterator[str]:
    """An empty SQLite file that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as folder:
        yield f"sqlite://{folder}/bench.sqlite3"


@contextlib.contextmanager
def postgres_database(server: str = POSTGRES) -> Iterator[str]:
    """An empty PostgreSQL database of its own that is dropped afterwards."""
    name = f"jishi_bench_{uuid4().hex[:10]}"
    asyncio.run(_on_server(server, f'CREATE DATABASE "{name}"'))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(_on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _on_server(server: str, statement: str) -> None:
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(statement)
    finally:
        await admin.close()


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Market]:
    """The market of this process, without providers: enough to write rows and to sign people in."""
    await open_database(settings.database_url, pool=settings.database_pool)
    try:
        yield Market(policy=settings, bus=InProcessBus(), messages=DatabaseInbox(), providers={}, carriers={})
    finally:
        await close_database()


async def prepare(settings: Settings, size: Size) -> Ground:
    """Migrate the database and fill it."""
    async with TortoiseContext():
        await migrate(config=tortoise_config(settings.database_url, migrating=True))
    async with opened(settings) as market:
        async with transaction():
            products, variants = await _catalog(size)
            await _stock(variants)
            people = await _people(size)
            readers = people[: size.orders // ORDERS_EACH]
            await _orders(readers, products, variants)
            tokens = [await _token(market, person) for person in people]
        await _index(products)
    return Ground(
        slugs=[product.slug for product in products[:100]],
        variants=[ids.to_public("Variant", variant.id) for variant in variants],
        readers=tokens[: len(readers)],
        buyers=tokens[len(readers) :],
    )


async def _catalog(size: Size) -> tuple[list[Product], list[Variant]]:
    categories, brands = _categories(), _brands()
    products = [_product(place, categories, brands) for place in range(size.products)]
    variants = [variant for product in products for variant in _variants(product)]
    for rows in (categories[:1], categories[1:], brands, products, variants):
        await _write(rows)
    await _write([image for product in products for image in _images(product)])
    await _write(
        [
            ProductOption(
                product_id=product.id,
                position=0,
                name=_both("规格", "Size"),
                values=[_both(*size) for size in SIZES],
            )
            for product in products
        ]
    )
    await _write([ProductTag(product_id=product.id, kind=TagKind.TAG, tag="fresh") for product in products[::3]])
    return products, variants


def _categories() -> list[Category]:
    root = Category(slug="food", path="/food/", name=_both("食品", "Food"))
    return [
        root,
        *(
            Category(
                slug=f"category-{place}",
                path=f"/food/category-{place}/",
                parent_id=root.id,
                position=place,
                name=_both(f"{chinese}类", english),
            )
            for place, (chinese, english) in enumerate(THINGS)
        ),
    ]


def _brands() -> list[Brand]:
    return [Brand(slug=f"brand-{place}", name=_both(f"品牌{place}", f"Brand {place}")) for place in range(40)]


def _product(place: int, categories: Sequence[Category], brands: Sequence[Brand]) -> Product:
    thing, kind = THINGS[place % len(THINGS)], KINDS[place // len(THINGS) % len(KINDS)]
    title = _both(f"{kind[0]}{thing[0]} {place} 号", f"{kind[1]} {thing[1].lower()} no. {place}")
    price = 500 + place * 37 % 9000
    made = START + timedelta(minutes=place)
    return Product(
        slug=f"product-{place}",
        status=ProductStatus.ACTIVE,
        title=title,
        description=_both(
            f"<p>{title['zh-CN']}，每日新鲜送达。</p>" * 4, f"<p>{title['en']}, fresh every day.</p>" * 4
        ),
        category_id=categories[1 + place % len(THINGS)].id,
        brand_id=brands[place % len(brands)].id,
        rating=300 + place % 200,
        sales=place * 7919 % 5000,
        min_price=price,
        max_price=price + 200 * (VARIANTS - 1),
        in_stock=True,
        food={
            "origin": _both("山东", "Shandong"),
            "netContent": "500 g",
            "shelfLifeDays": 30,
            "dietTags": ["VEGAN", "NUT_FREE"],
        },
        sort_title=words.sort_key(title["zh-CN"]),
        listed_at=made,
        created_at=made,
        updated_at=made,
    )


def _variants(product: Product) -> Iterator[Variant]:
    for place in range(VARIANTS):
        yield Variant(
            product_id=product.id,
            position=place,
            sku=f"{product.slug}-{place}".upper(),
            choices=[_both(*SIZES[place])],
            price=product.min_price + 200 * place,
            list_price=product.min_price + 200 * place + 300 if place == 0 else None,
            weight_grams=500 * 2**place,
        )


def _images(product: Product) -> Iterator[ProductImage]:
    for place in range(2):
        yield ProductImage(
            product_id=product.id,
            position=place,
            url=f"/media/{product.slug}-{place}.svg",
            alt=_both(f"{product.title['zh-CN']}的图片", f"Picture of {product.title['en']}"),
        )


async def _stock(variants: Sequence[Variant]) -> None:
    houses = [
        Warehouse(code=code, name=_both(code, code), province=province, city=province, priority=priority)
        for priority, (code, province) in enumerate((("SH", "上海市"), ("BJ", "北京市")))
    ]
    await _write(houses)
    await _write(
        [StockLevel(warehouse_id=house.id, variant_id=one.id, on_hand=STOCK) for house in houses for one in variants]
    )
    await _write(
        [
            StockMovement(
                warehouse_id=house.id,
                variant_id=one.id,
                kind=MovementKind.RECEIVE,
                on_hand_change=STOCK,
                created_at=START,
            )
            for house in houses
            for one in variants
        ]
    )
    await ShippingRate.create(province="*", first_fee=800, step_fee=200, free_from=None)


async def _people(size: Size) -> list[User]:
    people = [
        User(
            name=f"Customer {place}",
            phone=f"+86138{place:08d}",
            phone_hash=lookup_hash(f"+86138{place:08d}"),
            locale="en",
            created_at=START,
        )
        for place in range(size.customers)
    ]
    await _write(people)
    return people


async def _orders(readers: Sequence[User], products: Sequence[Product], variants: Sequence[Variant]) -> None:
    orders, lines = [], []
    for place in range(len(readers) * ORDERS_EACH):
        bought = [variants[(place * LINES + line) * 7 % len(variants)] for line in range(LINES)]
        by_id = {product.id: product for product in products}
        order = _order(place, readers[place % len(readers)], sum(variant.price for variant in bought))
        orders.append(order)
        lines += [_line(order, position, by_id[one.product_id], one) for position, one in enumerate(bought)]
    await _write(orders)
    await _write(lines)


def _order(place: int, buyer: User, subtotal: int) -> Order:
    placed, state = START + timedelta(hours=place), STATES[place % len(STATES)]
    return Order(
        number=f"260101-{place:08d}",
        user_id=buyer.id,
        state=state,
        currency="CNY",
        subtotal=subtotal,
        shipping=800,
        total=subtotal + 800,
        captured=0 if state == OrderState.CANCELED else subtotal + 800,
        address={
            "recipient": "林晓雨",
            "phone": buyer.phone,
            "province": "上海市",
            "city": "上海市",
            "district": "徐汇区",
            "street": "集市路 1 号 301 室",
            "postal_code": "",
        },
        province="上海市",
        contact_phone=buyer.phone,
        contact_phone_hash=buyer.phone_hash,
        locale="en",
        placed_at=placed,
        pay_by=placed + timedelta(minutes=30),
    )


def _line(order: Order, position: int, product: Product, variant: Variant) -> OrderLine:
    return OrderLine(
        order_id=order.id,
        position=position,
        product_id=product.id,
        variant_id=variant.id,
        sku=variant.sku,
        title=product.title,
        choices=variant.choices,
        image_url=f"/media/{product.slug}-0.svg",
        weight_grams=variant.weight_grams,
        unit_price=variant.price,
        quantity=1,
        total=variant.price,
    )


async def _token(market: Market, person: User) -> str:
    visitor = Viewer(market=market, address="127.0.0.1")
    return (await sessions.start(visitor, person, device="benchmark")).access_token


async def _index(products: Sequence[Product]) -> None:
    for start in range(0, len(products), BATCH):
        async with transaction():
            await index.reindex([product.id for product in products[start : start + BATCH]])


async def _write(rows: Sequence[Row]) -> None:
    if rows:
        await type(rows[0]).bulk_create(rows, batch_size=BATCH)


def _both(chinese: str, english: str) -> dict[str, str]:
    return {"zh-CN": chinese, "en": english}
