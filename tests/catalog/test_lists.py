from typing import Any

from domain.access import Viewer
from domain.catalog import index
from models.catalog import ProductStatus
from models.customers import Role
from tests.api import Api
from tests.catalog.roles import in_role, manager
from tests.factories.catalog import make_brand, make_category, make_product

LIST = """query ($filter: ProductFilterInput, $sort: ProductSort, $first: Int, $after: String, $query: String) {
  products(filter: $filter, sort: $sort, first: $first, after: $after, query: $query) {
    nodes { slug } totalCount pageInfo { endCursor hasNextPage }
  }
}"""
FACETS = """query ($filter: ProductFilterInput, $query: String) {
  products(filter: $filter, query: $query, first: 1) { facets {
    categories { category { slug } count } brands { brand { slug } count }
    tags { value count } dietTags { value count } certifications { value count }
    prices { min { amount } below { amount } count } inStock coldChain
  } }
}"""


async def shop() -> None:
    fruit = await make_category("fruit")
    apples = await make_category("apples", parent=fruit)
    dairy = await make_category("dairy", position=1)
    row, dale = await make_brand("row"), await make_brand("dale")
    made = [
        await make_product(
            slug="fuji", price=1590, category=apples, brand=row, tags=["sweet"], diet=["VEGAN", "GLUTEN_FREE"], sales=9
        ),
        await make_product(
            slug="gala", price=990, category=apples, brand=dale, tags=["sweet", "kids"], diet=["VEGAN"], rating=450
        ),
        await make_product(
            slug="mango", price=2590, category=fruit, brand=row, certifications=["ORGANIC"], stock={"SH": 0}, sales=20
        ),
        await make_product(
            slug="milk", price=1290, category=dairy, brand=dale, diet=["GLUTEN_FREE"], cold_chain=True, rating=480
        ),
    ]
    await index.reindex([product.id for product in made])


async def slugs(api: Api, **variables: Any) -> list[str]:
    return [node["slug"] for node in (await api(LIST, **variables))["products"]["nodes"]]


async def test_filters_combine_and_a_category_holds_what_is_below_it(api: Api) -> None:
    await shop()
    found = {
        "fruit and below": {"categorySlugs": ["fruit"]},
        "two brands": {"brandSlugs": ["row", "dale"]},
        "a range, both ends included": {"price": {"min": "9.90", "max": "12.90"}},
        "either tag": {"tags": ["kids", "sweet"]},
        "both diets": {"dietTags": ["VEGAN", "GLUTEN_FREE"]},
        "a mark": {"certifications": ["ORGANIC"]},
        "in stock": {"inStock": True},
        "sold out": {"inStock": False},
        "chilled": {"coldChain": True},
        "fruit of a brand under 20": {"categorySlugs": ["fruit"], "brandSlugs": ["row"], "price": {"max": "20"}},
        "an unknown category": {"categorySlugs": ["nowhere"]},
        "nothing chosen": {"tags": []},
    }
    answers = {name: sorted(await slugs(api, filter=filter)) for name, filter in found.items()}
    assert answers == {
        "fruit and below": ["fuji", "gala", "mango"],
        "two brands": ["fuji", "gala", "mango", "milk"],
        "a range, both ends included": ["gala", "milk"],
        "either tag": ["fuji", "gala"],
        "both diets": ["fuji"],
        "a mark": ["mango"],
        "in stock": ["fuji", "gala", "milk"],
        "sold out": ["mango"],
        "chilled": ["milk"],
        "fruit of a brand under 20": ["fuji"],
        "an unknown category": [],
        "nothing chosen": [],
    }


async def test_every_order_is_kept_over_pages_of_one(api: Api) -> None:
    await shop()
    orders = {
        "PRICE_ASC": ["gala", "milk", "fuji", "mango"],
        "PRICE_DESC": ["mango", "fuji", "milk", "gala"],
        "SALES": ["mango", "fuji", "milk", "gala"],
        "RELEVANCE": ["mango", "fuji", "milk", "gala"],
        "NEWEST": ["milk", "mango", "gala", "fuji"],
        "TITLE": ["fuji", "gala", "mango", "milk"],
    }
    for sort, expected in orders.items():
        seen: list[str] = []
        after = None
        page: dict[str, Any] = {}
        for _ in range(4):
            page = (await api(LIST, sort=sort, first=1, after=after))["products"]
            seen += [node["slug"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
        assert not page["pageInfo"]["hasNextPage"]
        assert seen == expected, sort


async def test_counts_leave_out_the_filter_that_they_belong_to(api: Api) -> None:
    await shop()
    filter = {"categorySlugs": ["fruit"], "brandSlugs": ["row"]}
    facets = (await api(FACETS, filter=filter))["products"]["facets"]
    assert facets == {
        "categories": [
            {"category": {"slug": "fruit"}, "count": 2},
            {"category": {"slug": "apples"}, "count": 1},
        ],
        "brands": [{"brand": {"slug": "row"}, "count": 2}, {"brand": {"slug": "dale"}, "count": 1}],
        "tags": [{"value": "sweet", "count": 1}],
        "dietTags": [{"value": "GLUTEN_FREE", "count": 1}, {"value": "VEGAN", "count": 1}],
        "certifications": [{"value": "ORGANIC", "count": 1}],
        "prices": [
            {"min": {"amount": "10.00"}, "below": {"amount": "20.00"}, "count": 1},
            {"min": {"amount": "20.00"}, "below": {"amount": "50.00"}, "count": 1},
        ],
        "inStock": 1,
        "coldChain": 0,
    }


async def test_a_count_is_what_choosing_the_value_gives(api: Api) -> None:
    await shop()
    for query in (None, "milk", "fuji"):
        base = {"price": {"max": "20"}}
        facets = (await api(FACETS, filter=base, query=query))["products"]["facets"]
        chosen = [
            *(("categorySlugs", [one["category"]["slug"]], one["count"]) for one in facets["categories"]),
            *(("brandSlugs", [one["brand"]["slug"]], one["count"]) for one in facets["brands"]),
            *(("tags", [one["value"]], one["count"]) for one in facets["tags"]),
            *(("dietTags", [one["value"]], one["count"]) for one in facets["dietTags"]),
            ("inStock", True, facets["inStock"]),
            ("coldChain", True, facets["coldChain"]),
        ]
        for name, value, count in chosen:
            page = (await api(LIST, filter={**base, name: value}, query=query))["products"]
            assert page["totalCount"] == count, (query, name, value)


async def test_counts_cost_the_same_statements_whatever_the_page(api: Api) -> None:
    await shop()
    few = (await api.raw(FACETS, query="fuji")).extensions["statements"]
    many = (await api.raw(FACETS.replace("first: 1", "first: 100"))).extensions["statements"]
    assert (few, many) == (12, 11)  # searching is one of them


async def test_everything_wrong_with_a_filter_is_told_with_its_code(api: Api) -> None:
    result = await api.raw(LIST, filter={"price": {"min": "1.999"}})
    assert result.errors is not None
    assert result.errors[0].code == "INVALID_AMOUNT"
    result = await api.raw(LIST, filter={"tags": ["x"] * 101})
    assert result.errors is not None
    assert result.errors[0].code == "TOO_MANY_VALUES"
    result = await api.raw(LIST, filter={"ids": ["x"] * 3_000})
    assert result.errors is not None
    assert [error.code for error in result.errors] == ["INVALID_ID"] * 101


async def test_drafts_and_archived_products_are_absent_for_all_but_those_who_edit(api: Api, visitor: Viewer) -> None:
    await make_product(slug="on-sale")
    await make_product(slug="draft", status=ProductStatus.DRAFT)
    await make_product(slug="old", status=ProductStatus.ARCHIVED)
    for viewer in (visitor, in_role(visitor, Role.WAREHOUSE_PICKER), in_role(visitor, Role.SERVICE_AGENT)):
        assert await slugs(api, as_=viewer) == ["on-sale"]
        for slug in ("draft", "old"):
            assert (await api("query ($slug: String!) { product(slug: $slug) { id } }", as_=viewer, slug=slug)) == {
                "product": None
            }
    editor = manager(visitor)
    assert sorted(await slugs(api, as_=editor)) == ["draft", "old", "on-sale"]
    assert await slugs(api, as_=editor, filter={"statuses": ["DRAFT"]}) == ["draft"]
    assert await slugs(api, filter={"statuses": ["DRAFT"]}) == []
    node = (await api('{ product(slug: "draft") { id } }', as_=editor))["product"]["id"]
    assert (await api("query ($id: ID!) { node(id: $id) { id } }", id=node))["node"] is None
    assert (await api("query ($id: ID!) { node(id: $id) { id } }", as_=editor, id=node))["node"] == {"id": node}


async def test_shoppers_see_how_few_are_left_and_staff_see_where_they_lie(api: Api, visitor: Viewer) -> None:
    await make_product(
        slug="pear",
        variants=[{"stock": {"SH": 500, "CD": 20}}, {"stock": {"SH": 3}}, {"stock": {"SH": 0}}],
    )
    document = """{ product(slug: "pear") { variants {
      availability availableQuantity stock { warehouseCode onHand reserved available } } } }"""
    shopper = (await api(document))["product"]["variants"]
    assert [(one["availability"], one["availableQuantity"], one["stock"]) for one in shopper] == [
        ("IN_STOCK", 20, None),
        ("LOW", 3, None),
        ("OUT", 0, None),
    ]
    staff = (await api(document, as_=in_role(visitor, Role.WAREHOUSE_PICKER)))["product"]["variants"]
    assert [one["availableQuantity"] for one in staff] == [520, 3, 0]
    assert {one["warehouseCode"]: one["onHand"] for one in staff[0]["stock"]} == {"SH": 500, "CD": 20}


async def test_the_whole_category_tree_is_one_statement(api: Api) -> None:
    root = await make_category("food")
    for number in range(5):
        below = await make_category(f"food-{number}", parent=root, position=5 - number)
        await make_category(f"food-{number}-fine", parent=below)
    result = await api.raw("{ categoryTree { slug children { slug children { slug ancestors { slug } } } } }")
    assert result.extensions["statements"] == 1
    assert result.data is not None
    [food] = result.data["categoryTree"]
    assert [child["slug"] for child in food["children"]] == [f"food-{number}" for number in (4, 3, 2, 1, 0)]
    assert food["children"][0]["children"][0]["ancestors"] == [{"slug": "food"}, {"slug": "food-4"}]
