"""A small market with something of every kind in it, and the people who will talk nonsense to it."""

from domain.access import Viewer
from domain.market import Market
from kit import ids
from models.base import Row
from models.carts import Cart, CartLine
from models.catalog import Brand, Category, Product, Variant
from models.customers import Address, Role, User
from models.fulfillment import Parcel
from models.inventory import StockLevel, Warehouse
from models.orders import Order, OrderLine
from models.payments import Payment, Refund
from models.promotions import Coupon
from tests.factories.catalog import make_brand, make_category, make_product
from tests.factories.customers import make_staff, make_user, viewer_for
from tests.factories.orders import SHANGHAI, place_order
from tests.factories.payments import make_order, make_paid_order, pay

KINDS: tuple[type[Row], ...] = (
    Address,
    Brand,
    Cart,
    CartLine,
    Category,
    Coupon,
    Order,
    OrderLine,
    Parcel,
    Payment,
    Product,
    Refund,
    StockLevel,
    User,
    Variant,
    Warehouse,
)


async def people(market: Market) -> dict[str, Viewer]:
    """A guest with a cart, two customers, the guest of one order, and somebody in each role."""
    everybody = {"guest": Viewer(market=market, address="192.0.2.9", locale="en", cart_token=ids.token())}
    for name in ("customer", "other"):
        everybody[name] = viewer_for(market, await make_user())
    for role in Role:
        everybody[role.value] = viewer_for(market, await make_staff(role))
    return everybody


async def fill(market: Market, everybody: dict[str, Viewer]) -> list[str]:
    """Goods, orders in several states, and the words by which people would look for them."""
    fruit = await make_category("fruit")
    apples = await make_category("apples", parent=fruit)
    brand = await make_brand("orchard")
    product = await make_product(
        slug="red-apple",
        title={"zh-CN": "红富士苹果", "en": "Red apple"},
        category=apples,
        brand=brand,
        stock={"SH": 500, "CD": 20},
        images=["/media/apple.svg"],
    )
    await make_product(slug="pear", title={"zh-CN": "雪梨", "en": "Pear"}, category=fruit, stock={"SH": 3})
    customer = everybody["customer"]
    buyers = (customer, everybody["other"], everybody["guest"])
    numbers = [(await place_order(viewer, product)).number for viewer in buyers]
    await make_order(market, viewer=customer)
    paid = await make_paid_order(market, viewer=customer)
    placed = await place_order(customer, {product: 4})
    await pay(market, placed)
    everybody["order guest"] = everybody["guest"].but(order_id=paid.id, cart_token=None)
    return ["red-apple", "pear", "apples", "orchard", SHANGHAI.phone, paid.number, *numbers]


async def known_ids() -> dict[str, list[str]]:
    """Ids of everything that there is, by type."""
    found = {
        kind.__name__: [ids.to_public(kind.__name__, row.id) for row in await kind.all().limit(8)] for kind in KINDS
    }
    return {name: several for name, several in found.items() if several}
