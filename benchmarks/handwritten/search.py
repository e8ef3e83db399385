"""Search with counts: one statement finds and ranks, the counts are made of its rows."""

from collections import Counter
from typing import Any

from benchmarks.handwritten.caller import Caller
from benchmarks.handwritten.sql import Fields, column, grouped, marks, money, public, rows, text, uuid
from domain.catalog.words import LONGEST_TERM, Word, query_words, stem

STEPS = (0, 1000, 2000, 5000, 10000, 20000, 50000, 100000)
MOST = 1000


async def search(caller: Caller, query: str, first: int) -> Fields:
    found = await _found(query_words(query))
    shown = await _shown([row["id"] for row in found[:first]])
    keys = column(shown, "id")
    pictures = grouped(
        await rows(
            f"SELECT product_id, url, alt FROM product_image WHERE product_id IN ({marks(len(keys))}) "
            "ORDER BY product_id, position, id",
            *keys,
        )
        if keys
        else [],
        "product_id",
    )
    return {
        "products": {
            "nodes": [_hit(row, pictures.get(row["id"], []), caller.locale) for row in shown],
            "totalCount": len(found),
            "facets": {
                "categories": await _categories(found, caller.locale),
                "brands": await _brands(found, caller.locale),
                "prices": _prices(found),
                "inStock": sum(1 for row in found if row["in_stock"]),
            },
        }
    }


async def _found(asked: list[Word]) -> list[Fields]:
    parts, values = [], []
    for word in asked:
        if word.grams:
            for gram in word.grams:
                parts.append("SELECT product_id, MAX(weight * 10) AS best FROM search_term WHERE term = ? GROUP BY 1")
                values.append(gram)
            continue
        bare = stem(word.text)
        begin = bare if word.text.startswith(bare) else word.text
        parts.append(
            "SELECT product_id, MAX(weight * CASE WHEN term = ? THEN 10 ELSE 6 END) AS best FROM search_term "
            "WHERE term = ? OR term BETWEEN ? AND ? GROUP BY 1"
        )
        values += [bare, bare, begin, begin.ljust(LONGEST_TERM, "z")]
    return await rows(
        "SELECT product.id, category_id, brand_id, min_price, in_stock, SUM(best) AS score "
        f"FROM ({' UNION ALL '.join(parts)}) AS hit JOIN product ON product.id = product_id "
        "WHERE status = 'ACTIVE' GROUP BY product.id HAVING COUNT(*) >= ? "
        f"ORDER BY score DESC, sort_title, product.id LIMIT {MOST}",
        *values,
        sum(word.need for word in asked),
    )


async def _shown(keys: list[Any]) -> list[Fields]:
    if not keys:
        return []
    found = await rows(
        f"SELECT id, slug, title, min_price, max_price, in_stock FROM product WHERE id IN ({marks(len(keys))})", *keys
    )
    by_key = {row["id"]: row for row in found}
    return [by_key[key] for key in keys]


def _hit(row: Fields, pictures: list[Fields], locale: str) -> Fields:
    picture = pictures[0] if pictures else None
    return {
        "id": public("Product", row["id"]),
        "slug": row["slug"],
        "title": text(row["title"], locale),
        "priceRange": {"min": money(row["min_price"]), "max": money(row["max_price"])},
        "featuredImage": picture and {"url": picture["url"], "alt": text(picture["alt"], locale)},
        "isInStock": bool(row["in_stock"]),
    }


async def _categories(found: list[Fields], locale: str) -> list[Fields]:
    direct = Counter(row["category_id"] for row in found if row["category_id"] is not None)
    tree = {row["id"]: row for row in await rows("SELECT id, parent_id, position, slug, name FROM category")}
    totals: Counter[object] = Counter()
    for key, count in direct.items():
        above = key
        while above is not None:
            totals[above] += count
            above = tree[above]["parent_id"]
    children = grouped(sorted(tree.values(), key=lambda row: (row["position"], row["slug"])), "parent_id")
    ordered: list[Fields] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        row = waiting.pop()
        ordered.append(row)
        waiting += children.get(row["id"], [])[::-1]
    return [
        {
            "category": {"id": public("Category", row["id"]), "name": text(row["name"], locale)},
            "count": totals[row["id"]],
        }
        for row in ordered
        if totals[row["id"]]
    ]


async def _brands(found: list[Fields], locale: str) -> list[Fields]:
    counts = Counter(row["brand_id"] for row in found if row["brand_id"] is not None)
    if not counts:
        return []
    names = await rows(f"SELECT id, name FROM brand WHERE id IN ({marks(len(counts))})", *counts)
    by_key = {row["id"]: row["name"] for row in names}
    ranked = sorted(counts.items(), key=lambda one: (-one[1], uuid(one[0])))[:50]
    return [
        {"brand": {"id": public("Brand", key), "name": text(by_key[key], locale)}, "count": count}
        for key, count in ranked
    ]


def _prices(found: list[Fields]) -> list[Fields]:
    counts: Counter[int] = Counter()
    for row in found:
        counts[max(place for place, step in enumerate(STEPS) if row["min_price"] >= step)] += 1
    return [
        {
            "min": money(STEPS[place]),
            "below": money(STEPS[place + 1]) if place + 1 < len(STEPS) else None,
            "count": counts[place],
        }
        for place in sorted(counts)
    ]
