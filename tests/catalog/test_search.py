import json
from pathlib import Path
from typing import Any

import pytest

from domain.access import Viewer
from domain.catalog import index, words
from models.catalog import Product, ProductStatus
from tests.api import Api
from tests.catalog.roles import manager
from tests.factories.catalog import make_brand, make_category, make_product

CATALOG = Path("demo/catalog")
SEARCH = """query ($query: String!, $first: Int, $after: String, $last: Int, $before: String, $sort: ProductSort) {
  products(query: $query, first: $first, after: $after, last: $last, before: $before, sort: $sort) {
    totalCount nodes { slug category { slug } } pageInfo { endCursor startCursor hasNextPage hasPreviousPage }
  }
}"""
SUGGEST = "query ($query: String!) { searchSuggestions(query: $query) { text kind } }"


FOUND = [
    ("苹果", ["fuji", "gala", "vinegar"]),
    ("pingguo", ["fuji", "gala", "vinegar"]),
    ("ping guo", ["fuji", "gala", "vinegar"]),
    ("pg", ["fuji", "gala", "vinegar"]),
    ("apple", ["fuji", "gala", "vinegar"]),
    ("Apples", ["fuji", "gala", "vinegar"]),
    ("ＡＰＰＬＥ", ["fuji", "gala", "vinegar"]),
    ("app", ["fuji", "gala", "vinegar"]),
    ("aple", ["fuji", "gala", "vinegar"]),
    ("appel", ["fuji", "gala", "vinegar"]),
    ("pinguo", ["fuji", "gala", "vinegar"]),
    ("红富士", ["fuji"]),
    ("hongfushi", ["fuji"]),
    ("hongfusi", ["fuji"]),
    ("fuji aple", ["fuji"]),
    ("apple vinegar", ["vinegar"]),
    ("梨", ["snow-pear"]),
    ("果坞", ["fuji"]),
    ("orchard", ["fuji"]),
    ("crisp", ["gala"]),
    ("GALA-1", ["gala"]),
    ("chongqing", ["chongqing"]),
    ("zhongqing", ["chongqing"]),
    ("tomato", ["tomatoes"]),
    ("xyzzy", []),
    ("'; DROP TABLE product; --", []),
    ("!?", []),
]


async def fruit_shop() -> None:
    fruit = await make_category("fruit", name={"zh-CN": "水果", "en": "Fruit"})
    apples = await make_category("apples", parent=fruit, name={"zh-CN": "苹果", "en": "Apples"})
    pears = await make_category("pears", parent=fruit, name={"zh-CN": "梨", "en": "Pears"})
    pantry = await make_category("pantry", name={"zh-CN": "调味", "en": "Pantry"})
    orchard = await make_brand("orchard", name={"zh-CN": "果坞人家", "en": "Orchard Row"})
    goods: list[dict[str, Any]] = [
        {"slug": "fuji", "title": {"zh-CN": "红富士苹果", "en": "Fuji Apple"}, "category": apples, "brand": orchard},
        {"slug": "gala", "title": {"zh-CN": "嘎啦苹果", "en": "Gala Apple"}, "category": apples, "tags": ["crisp"]},
        {"slug": "snow-pear", "title": {"zh-CN": "雪梨", "en": "Snow Pear"}, "category": pears},
        {"slug": "vinegar", "title": {"zh-CN": "苹果醋", "en": "Apple Vinegar"}, "category": pantry},
        {"slug": "chongqing", "title": {"zh-CN": "重庆小面", "en": "Chongqing Noodles"}, "category": pantry},
        {"slug": "tomatoes", "title": {"zh-CN": "番茄", "en": "Vine Tomatoes"}, "category": pantry},
    ]
    made = [await make_product(**one) for one in goods]
    await index.reindex([product.id for product in made])


async def test_a_query_in_any_script_finds_what_is_meant(api: Api) -> None:
    await fruit_shop()
    for query, found in FOUND:
        products = (await api(SEARCH, query=query))["products"]
        assert [node["slug"] for node in products["nodes"]] == found, query
        assert products["totalCount"] == len(found)


async def test_pages_of_a_search_hold_every_product_once_forwards_and_backwards(api: Api) -> None:
    await fruit_shop()
    made = [await make_product(slug=f"plum-{number}", title={"en": "Plum"}) for number in range(7)]
    await index.reindex([product.id for product in made])
    for sort in ("RELEVANCE", "TITLE", "NEWEST"):
        seen: list[str] = []
        after = None
        while True:
            page = (await api(SEARCH, query="plum", first=3, after=after, sort=sort))["products"]
            seen += [node["slug"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert sorted(seen) == sorted(f"plum-{number}" for number in range(7))
        back: list[str] = []
        before = None
        while True:
            page = (await api(SEARCH, query="plum", last=3, before=before, sort=sort))["products"]
            back = [node["slug"] for node in page["nodes"]] + back
            before = page["pageInfo"]["startCursor"]
            if not page["pageInfo"]["hasPreviousPage"]:
                break
        assert back == seen


async def test_a_cursor_of_another_search_is_refused(api: Api) -> None:
    await fruit_shop()
    cursor = (await api(SEARCH, query="apple", first=1))["products"]["pageInfo"]["endCursor"]
    result = await api.raw(SEARCH, query="pear", first=1, after=cursor)
    assert result.errors is not None
    assert result.errors[0].code == "INVALID_CURSOR"


async def test_a_draft_is_found_by_those_who_edit_the_catalog_alone(api: Api, visitor: Viewer) -> None:
    product = await make_product(slug="secret", title={"en": "Secret Quince"}, status=ProductStatus.DRAFT)
    await index.reindex([product.id])
    assert (await api(SEARCH, query="quince"))["products"]["totalCount"] == 0
    assert (await api(SEARCH, as_=manager(visitor), query="quince"))["products"]["totalCount"] == 1


async def test_the_index_follows_a_new_title(api: Api) -> None:
    await fruit_shop()
    product = await Product.get(slug="gala")
    product.title = {"zh-CN": "金冠", "en": "Golden Crown"}
    await product.save()
    await index.reindex([product.id])
    assert [node["slug"] for node in (await api(SEARCH, query="gala"))["products"]["nodes"]] == ["gala"]  # its SKU
    assert [node["slug"] for node in (await api(SEARCH, query="嘎啦"))["products"]["nodes"]] == []
    assert [node["slug"] for node in (await api(SEARCH, query="golden"))["products"]["nodes"]] == ["gala"]


async def test_searching_costs_two_statements_more_than_a_page_when_nothing_fits_as_typed(api: Api) -> None:
    await fruit_shop()
    document = "query ($query: String!) { products(query: $query) { nodes { slug } } }"
    costs = [(await api.raw(document, query=query)).extensions["statements"] for query in ("apple", "aple")]
    assert costs == [2, 4]


async def test_suggestions_go_on_in_the_script_that_was_typed(api: Api) -> None:
    await fruit_shop()
    chinese = (await api(SUGGEST, query="苹"))["searchSuggestions"]
    assert chinese[0] == {"text": "苹果", "kind": "CATEGORY"}
    assert {"text": "红富士苹果", "kind": "PRODUCT"} in chinese
    assert all("苹" in one["text"] for one in chinese)
    pinyin = (await api(SUGGEST, query="pinggu"))["searchSuggestions"]
    assert pinyin[0] == {"text": "苹果", "kind": "CATEGORY"}
    english = (await api(SUGGEST, query="app"))["searchSuggestions"]
    assert english[0] == {"text": "Apples", "kind": "CATEGORY"}
    assert {"text": "Fuji Apple", "kind": "PRODUCT"} in english
    slip = (await api(SUGGEST, query="aple"))["searchSuggestions"]
    assert {one["text"] for one in slip} == {"Fuji Apple", "Gala Apple", "Apple Vinegar"}
    assert (await api(SUGGEST, query=" "))["searchSuggestions"] == []


async def test_apples_come_first_in_the_demo_market(api: Api) -> None:
    categories: dict[str, Any] = {}
    for line in (CATALOG / "categories.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        parent = categories.get(record["parent"])
        categories[record["slug"]] = await make_category(record["slug"], parent=parent, name=record["name"])
    made = []
    for line in (CATALOG / "products.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["status"] == "ACTIVE":
            category = categories[record["category"]]
            made.append(await make_product(slug=record["slug"], title=record["title"], category=category, stock={}))
    await index.reindex([product.id for product in made])
    orders = []
    for query in ("苹果", "pingguo", "apple", "apples", "aple", "pinguo"):
        nodes = (await api(SEARCH, query=query, first=6))["products"]["nodes"]
        assert {node["category"]["slug"] for node in nodes} == {"apples"}, query
        orders.append([node["slug"] for node in nodes])
    assert all(order == orders[0] for order in orders)


@pytest.mark.parametrize(
    ("typed", "word", "close"),
    [
        *[("aple", "apple", True), ("appel", "apple", True), ("appke", "apple", True), ("apples", "apple", True)],
        *[("pear", "bear", True), ("pear", "apple", False), ("abc", "cab", False), ("aplle", "apple", True)],
    ],
)
def test_a_slip_is_one_letter(typed: str, word: str, close: bool) -> None:
    assert words.is_slip(typed, word) is close
    if close:
        assert words.slips(typed) & words.slips(word)


def test_english_words_are_found_in_singular_and_plural() -> None:
    plurals = {"apples": "apple", "berries": "berry", "peaches": "peach", "tomatoes": "tomato", "boxes": "box"}
    assert {plural: words.stem(plural) for plural in plurals} == plurals
    assert [words.stem(word) for word in ("glass", "bus", "gas", "asparagus")] == ["glass", "bus", "gas", "asparagus"]
