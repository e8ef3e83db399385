"""The pages of a shop, each by as few statements as it takes, written for this one shape of answer."""

import json
from decimal import Decimal
from typing import Any

from benchmarks.handwritten.caller import Caller
from benchmarks.handwritten.sql import Fields, column, grouped, key, marks, moment, money, public, rows, text, uuid
from kit import paging
from kit.paging import Sort
from resolvers.catalog.products import ONLY_CHOICE

SHOWN_STOCK, LOW_STOCK = 20, 5
NEWEST_PRODUCTS = Sort("newest", ("listed_at",), descending=True)
NEWEST_ORDERS = Sort("orders.newest", ("placed_at",), descending=True)
BUYER_STATUS = {
    "PENDING_PAYMENT": "TO_PAY",
    "PAID": "TO_SHIP",
    "PARTIALLY_SHIPPED": "TO_RECEIVE",
    "SHIPPED": "TO_RECEIVE",
    "DELIVERED": "TO_RECEIVE",
    "RECEIVED": "COMPLETED",
    "COMPLETED": "COMPLETED",
    "CANCELED": "CANCELED",
    "EXPIRED": "CANCELED",
}


async def product_list(caller: Caller, first: int) -> Fields:
    found = await rows(
        "SELECT product.id, product.slug, product.title, product.listed_at, category_id, category.name AS category "
        "FROM product LEFT JOIN category ON category.id = category_id "
        "WHERE status = 'ACTIVE' ORDER BY listed_at DESC, product.id DESC LIMIT ?",
        first + 1,
    )
    shown = found[:first]
    keys = column(shown, "id")
    pictures = grouped(
        await rows(
            f"SELECT product_id, url, alt FROM product_image WHERE product_id IN ({marks(len(keys))}) "
            "ORDER BY product_id, position, id",
            *keys,
        ),
        "product_id",
    )
    variants = grouped(
        await rows(
            f"SELECT id, product_id, sku, choices, price FROM variant WHERE product_id IN ({marks(len(keys))}) "
            "AND is_active ORDER BY product_id, position, id",
            *keys,
        ),
        "product_id",
    )
    last = shown[-1] if shown else None
    return {
        "products": {
            "nodes": [
                {
                    "id": public("Product", row["id"]),
                    "slug": row["slug"],
                    "title": text(row["title"], caller.locale),
                    "category": _named("Category", row["category_id"], row["category"], caller.locale),
                    "featuredImage": _picture(pictures.get(row["id"], []), caller.locale),
                    "variants": [
                        {
                            "id": public("Variant", one["id"]),
                            "sku": one["sku"],
                            "title": _variant_title(one["choices"], caller.locale),
                            "price": money(one["price"]),
                        }
                        for one in variants.get(row["id"], [])
                    ],
                }
                for row in shown
            ],
            "pageInfo": {
                "hasNextPage": len(found) > first,
                "endCursor": last
                and paging.encode([moment(last["listed_at"]), uuid(last["id"])], sort=NEWEST_PRODUCTS),
            },
        }
    }


async def product(caller: Caller, slug: str) -> Fields:
    locale = caller.locale
    found = await rows(
        "SELECT product.id, product.slug, title, description, rating, food, brand_id, brand.name AS brand, "
        "category_id, category.name AS category, category.path "
        "FROM product LEFT JOIN brand ON brand.id = brand_id LEFT JOIN category ON category.id = category_id "
        "WHERE product.slug = ? AND status = 'ACTIVE'",
        slug,
    )
    if not found:
        return {"product": None}
    row = found[0]
    above = row["path"].strip("/").split("/")[:-1]
    ancestors = await rows(
        f"SELECT id, name FROM category WHERE slug IN ({marks(len(above))}) ORDER BY length(path)", *above
    )
    tags = await rows("SELECT tag FROM product_tag WHERE product_id = ? AND kind = 'TAG' ORDER BY tag", row["id"])
    options = await rows('SELECT name, "values" FROM product_option WHERE product_id = ? ORDER BY position', row["id"])
    pictures = await rows("SELECT url, alt FROM product_image WHERE product_id = ? ORDER BY position, id", row["id"])
    variants = await rows(
        "SELECT variant.id, sku, choices, price, list_price, weight_grams, "
        "(SELECT COALESCE(SUM(on_hand - reserved), 0) FROM stock_level JOIN warehouse ON warehouse.id = warehouse_id "
        "WHERE variant_id = variant.id AND warehouse.is_active) AS available "
        "FROM variant WHERE product_id = ? AND is_active ORDER BY position, id",
        row["id"],
    )
    names = [text(option["name"], locale) for option in options]
    return {
        "product": {
            "id": public("Product", row["id"]),
            "slug": row["slug"],
            "title": text(row["title"], locale),
            "descriptionHtml": text(row["description"], locale),
            "rating": str(Decimal(row["rating"]).scaleb(-2)) if row["rating"] else None,
            "tags": [tag["tag"] for tag in tags],
            "category": {
                "id": public("Category", row["category_id"]),
                "name": text(row["category"], locale),
                "ancestors": [_named("Category", one["id"], one["name"], locale) for one in ancestors],
            },
            "brand": _named("Brand", row["brand_id"], row["brand"], locale),
            "options": [
                {"name": name, "values": [value[locale] for value in json.loads(option["values"])]}
                for name, option in zip(names, options, strict=True)
            ],
            "images": [{"url": one["url"], "alt": text(one["alt"], locale)} for one in pictures],
            "food": _food(row["food"], locale),
            "variants": [_variant(one, names, locale) for one in variants],
        }
    }


def _variant(row: Fields, names: list[str], locale: str) -> Fields:
    choices = [choice[locale] for choice in json.loads(row["choices"])]
    price, before, available = row["price"], row["list_price"], int(row["available"])
    return {
        "id": public("Variant", row["id"]),
        "sku": row["sku"],
        "title": " / ".join(choices) or ONLY_CHOICE[locale],
        "weightGrams": row["weight_grams"],
        "availability": "OUT" if available <= 0 else "LOW" if available <= LOW_STOCK else "IN_STOCK",
        "availableQuantity": min(available, SHOWN_STOCK),
        "price": money(price),
        "listPrice": money(before) if before is not None and before > price else None,
        "choices": [{"name": name, "value": value} for name, value in zip(names, choices, strict=False)],
    }


def _food(stored: str | None, locale: str) -> Fields | None:
    if stored is None:
        return None
    facts = json.loads(stored)
    if facts is None:
        return None
    return {
        "origin": facts["origin"][locale],
        "netContent": facts["netContent"],
        "shelfLifeDays": facts["shelfLifeDays"],
        "dietTags": facts["dietTags"],
    }


async def order_history(caller: Caller, first: int) -> Fields:
    user_id = await caller.require_user()
    found = await rows(
        "SELECT id, number, state, currency, total, refunded, placed_at FROM orders WHERE user_id = ? "
        "ORDER BY placed_at DESC, id DESC LIMIT ?",
        key(user_id),
        first + 1,
    )
    shown = found[:first]
    keys = column(shown, "id")
    lines = grouped(
        await rows(
            "SELECT id, order_id, title, choices, image_url, quantity, unit_price, total FROM order_line "
            f"WHERE order_id IN ({marks(len(keys))}) ORDER BY order_id, position",
            *keys,
        )
        if keys
        else [],
        "order_id",
    )
    last = shown[-1] if shown else None
    return {
        "orders": {
            "nodes": [
                {
                    "id": public("Order", row["id"]),
                    "number": row["number"],
                    "state": row["state"],
                    "buyerStatus": buyer_status(row),
                    "placedAt": moment(row["placed_at"]).isoformat(),
                    "total": money(row["total"], row["currency"]),
                    "lines": [_order_line(line, row["currency"], caller.locale) for line in lines.get(row["id"], [])],
                }
                for row in shown
            ],
            "pageInfo": {
                "hasNextPage": len(found) > first,
                "endCursor": last and paging.encode([moment(last["placed_at"]), uuid(last["id"])], sort=NEWEST_ORDERS),
            },
        }
    }


def buyer_status(row: Fields) -> str:
    """The shelf that an order lies on."""
    status = BUYER_STATUS[row["state"]]
    return "AFTER_SALES" if row["refunded"] > 0 and status != "CANCELED" else status


def _order_line(row: Fields, currency: str, locale: str) -> Fields:
    return {
        "id": public("OrderLine", row["id"]),
        "title": text(row["title"], locale),
        "choices": [choice[locale] for choice in json.loads(row["choices"])],
        "imageUrl": row["image_url"],
        "quantity": row["quantity"],
        "unitPrice": money(row["unit_price"], currency),
        "total": money(row["total"], currency),
    }


def _named(kind: str, row_id: Any, name: str | None, locale: str) -> Fields | None:
    return {"id": public(kind, row_id), "name": text(name, locale)} if row_id else None


def _picture(pictures: list[Fields], locale: str) -> Fields | None:
    return {"url": pictures[0]["url"], "alt": text(pictures[0]["alt"], locale)} if pictures else None


def _variant_title(choices: str, locale: str) -> str:
    return " / ".join(choice[locale] for choice in json.loads(choices)) or ONLY_CHOICE[locale]
