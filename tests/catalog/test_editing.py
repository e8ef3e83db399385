from typing import Any

from domain.access import Viewer
from jobs import catalog as jobs
from models.catalog import Category, Product, SearchTerm, Variant
from models.customers import Role
from models.jobs import Timer
from tests.api import Api
from tests.catalog.roles import in_role, manager
from tests.factories.catalog import make_brand, make_category, make_product, variant_of

ERRORS = "userErrors { __typename code path ... on VersionConflict { current { id } } }"
CREATE = f"""mutation ($input: ProductCreateInput!) {{ productCreate(input: $input) {{
  product {{ id slug status title zh: title(locale: ZH_CN) descriptionHtml version tags isColdChain
    category {{ slug }} brand {{ slug }} food {{ netContent dietTags }} options {{ name values }}
    variants {{ sku title price {{ amount }} listPrice {{ amount }} weightGrams availability }}
    images {{ url sourceUrl alt }} priceRange {{ min {{ amount }} max {{ amount }} }} }} {ERRORS} }} }}"""
UPDATE = f"""mutation ($input: ProductUpdateInput!) {{
  productUpdate(input: $input) {{ product {{ title version tags }} {ERRORS} }} }}"""


def edit(name: str, fields: str = "product { id }") -> str:
    kind = {"productPublish": "ProductChoice", "productArchive": "ProductChoice"}.get(name, name[0].upper() + name[1:])
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {fields} {ERRORS} }} }}"


def codes(payload: dict[str, Any]) -> list[tuple[str, tuple[str, ...] | None]]:
    return [(one["code"], tuple(one["path"]) if one["path"] else None) for one in payload["userErrors"]]


async def public_id(api: Api, viewer: Viewer, slug: str) -> str:
    found = await api("query ($slug: String!) { product(slug: $slug) { id } }", as_=viewer, slug=slug)
    return str(found["product"]["id"])


async def test_a_product_is_made_published_and_found(api: Api, visitor: Viewer) -> None:
    editor = manager(visitor)
    category, brand = await make_category("apples"), await make_brand("orchard")
    ids = await api('{ category(slug: "apples") { id } brand(slug: "orchard") { id } }')
    given = {
        "slug": "red-star",
        "title": {"zhCN": "红星苹果", "en": "Red Star Apple"},
        "description": {
            "en": '<p onclick="x()">Soft<script>alert(1)</script><img src="https://out.example/a.png"></p>'
        },
        "categoryId": ids["category"]["id"],
        "brandId": ids["brand"]["id"],
        "tags": ["sweet", "sweet"],
        "food": {"netContent": "1 kg", "dietTags": ["VEGAN"], "coldChain": True},
        "options": [{"name": {"en": "Pack"}, "values": [{"en": "1 kg"}, {"en": "2 kg"}]}],
        "variants": [
            {"sku": "RS-1", "price": "9.90", "listPrice": "12.90", "weightGrams": 1000, "choices": [{"en": "1 kg"}]},
            {"sku": "RS-2", "price": "18.50", "weightGrams": 2000, "choices": [{"en": "2 kg"}]},
        ],
        "images": [{"url": "/media/red.svg", "alt": {"en": "Red"}}, {"url": "https://out.example/b.png"}],
    }
    made = (await api(CREATE, as_=editor, input=given))["productCreate"]
    assert made["userErrors"] == []
    product = made["product"]
    assert product.pop("id")
    assert product == {
        "slug": "red-star",
        "status": "DRAFT",
        "title": "Red Star Apple",
        "zh": "红星苹果",
        "descriptionHtml": "<p>Soft</p>",
        "version": 1,
        "tags": ["sweet"],
        "isColdChain": True,
        "category": {"slug": category.slug},
        "brand": {"slug": brand.slug},
        "food": {"netContent": "1 kg", "dietTags": ["VEGAN"]},
        "options": [{"name": "Pack", "values": ["1 kg", "2 kg"]}],
        "variants": [
            {
                "sku": "RS-1",
                "title": "1 kg",
                "price": {"amount": "9.90"},
                "listPrice": {"amount": "12.90"},
                "weightGrams": 1000,
                "availability": "OUT",
            },
            {
                "sku": "RS-2",
                "title": "2 kg",
                "price": {"amount": "18.50"},
                "listPrice": None,
                "weightGrams": 2000,
                "availability": "OUT",
            },
        ],
        "images": [
            {"url": "/media/red.svg", "sourceUrl": None, "alt": "Red"},
            {"url": None, "sourceUrl": "https://out.example/b.png", "alt": ""},
        ],
        "priceRange": {"min": {"amount": "9.90"}, "max": {"amount": "18.50"}},
    }
    search = 'query { products(query: "hongxing") { nodes { slug } } }'
    assert (await api(search))["products"]["nodes"] == []
    key = await public_id(api, editor, "red-star")
    published = await api(edit("productPublish"), as_=editor, input={"productId": key, "expectedVersion": 1})
    assert published["productPublish"]["userErrors"] == []
    assert (await api(search))["products"]["nodes"] == [{"slug": "red-star"}]
    await api(edit("productArchive"), as_=editor, input={"productId": key})
    assert (await api(search))["products"]["nodes"] == []


async def test_everything_wrong_with_a_new_product_is_told_at_once_and_nothing_is_stored(
    api: Api, visitor: Viewer
) -> None:
    await make_product(slug="taken", variants=[{"sku": "TAKEN"}])
    given = {
        "slug": "taken",
        "title": {"en": " "},
        "options": [{"name": {"en": "Pack"}, "values": [{"en": "1"}]}],
        "variants": [
            {"sku": "TAKEN", "price": "-1", "choices": [{"en": "1"}]},
            {"price": "1.00", "weightGrams": -5, "choices": []},
        ],
        "images": [{"url": "javascript:alert(1)"}],
    }
    payload = (await api(CREATE, as_=manager(visitor), input=given))["productCreate"]
    assert payload["product"] is None
    assert sorted(codes(payload)) == [
        ("INVALID_URL", ("images", "0", "url")),
        ("OPTIONS_MISMATCH", ("variants", "1", "options")),
        ("OUT_OF_RANGE", ("variants", "0", "price")),
        ("OUT_OF_RANGE", ("variants", "1", "weightGrams")),
        ("REQUIRED", ("title",)),
        ("SKU_TAKEN", ("variants", "0", "sku")),
        ("SLUG_TAKEN", ("slug",)),
    ]
    assert await Product.all().count() == 1


async def test_only_those_who_edit_the_catalog_may(api: Api, visitor: Viewer) -> None:
    product = await make_product(slug="pear")
    terms = await SearchTerm.all().count()
    key = await public_id(api, visitor, "pear")
    strangers = [visitor, visitor.but(user_id=product.id), in_role(visitor, Role.WAREHOUSE_PICKER)]
    for viewer, code in zip(strangers, ("UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN"), strict=True):
        for name in ("productPublish", "productArchive"):
            payload = (await api(edit(name), as_=viewer, input={"productId": key}))[name]
            assert codes(payload) == [(code, None)]
        payload = (await api(UPDATE, as_=viewer, input={"productId": key, "tags": ["x"]}))["productUpdate"]
        assert codes(payload) == [(code, None)]
    after = await Product.get(id=product.id)
    assert (after.version, after.status, await SearchTerm.all().count()) == (1, product.status, terms)


async def test_an_edit_on_an_old_version_is_answered_with_the_current_product(api: Api, visitor: Viewer) -> None:
    await make_product(slug="pear")
    editor = manager(visitor)
    key = await public_id(api, editor, "pear")
    first = {"productId": key, "expectedVersion": 1, "title": {"en": "Snow Pear", "zhCN": "雪梨"}}
    assert (await api(UPDATE, as_=editor, input=first))["productUpdate"] == {
        "product": {"title": "Snow Pear", "version": 2, "tags": []},
        "userErrors": [],
    }
    late = {"productId": key, "expectedVersion": 1, "tags": ["late"]}
    payload = (await api(UPDATE, as_=editor, input=late))["productUpdate"]
    assert payload == {
        "product": None,
        "userErrors": [
            {
                "__typename": "VersionConflict",
                "code": "VERSION_CONFLICT",
                "path": ["expectedVersion"],
                "current": {"id": key},
            }
        ],
    }
    assert (await api('{ product(slug: "pear") { tags version } }'))["product"] == {"tags": [], "version": 2}
    assert (await api('{ products(query: "雪梨") { nodes { slug } } }'))["products"]["nodes"] == [{"slug": "pear"}]


async def test_variants_come_change_and_go_and_the_price_range_follows(api: Api, visitor: Viewer) -> None:
    await make_product(slug="rice", price=1000)
    editor = manager(visitor)
    key = await public_id(api, editor, "rice")
    fields = "product { version priceRange { min { amount } max { amount } } }"
    again = {"productId": key, "price": "30.00"}
    payload = (await api(edit("variantCreate", fields), as_=editor, input=again))["variantCreate"]
    assert codes(payload) == [("DUPLICATE_VARIANT", ("choices",))]  # nothing tells it from the first one

    product = await Product.get(slug="rice")
    first = await variant_of(product)
    variant = (await api('{ product(slug: "rice") { variants { id } } }'))["product"]["variants"][0]["id"]
    changed = {"variantId": variant, "price": "25.00", "listPrice": "29.00", "sku": "RICE-NEW"}
    payload = (await api(edit("variantUpdate", fields), as_=editor, input=changed))["variantUpdate"]
    assert payload["product"] == {"version": 2, "priceRange": {"min": {"amount": "25.00"}, "max": {"amount": "25.00"}}}
    assert [term.term for term in await SearchTerm.filter(term="ricenew")] == ["ricenew"]

    payload = (await api(edit("variantRemove"), as_=editor, input={"variantId": variant}))["variantRemove"]
    assert codes(payload) == [("NO_VARIANTS", ("variantId",))]  # it is on sale
    await api(edit("productArchive"), as_=editor, input={"productId": key})
    payload = (await api(edit("variantRemove"), as_=editor, input={"variantId": variant}))["variantRemove"]
    assert payload["userErrors"] == []
    assert not (await Variant.get(id=first.id)).is_active
    payload = (await api(edit("productPublish"), as_=editor, input={"productId": key}))["productPublish"]
    assert codes(payload) == [("NO_VARIANTS", ("productId",))]


async def test_a_removed_variant_no_longer_keeps_its_product_in_stock(api: Api, visitor: Viewer, settings: Any) -> None:
    product = await make_product(slug="two", variants=[{"stock": {"SH": 5}}, {"stock": {"SH": 0}}])
    variant = (await api('{ product(slug: "two") { variants { id } } }'))["product"]["variants"][0]["id"]
    await api(edit("variantRemove"), as_=manager(visitor), input={"variantId": variant})
    timer = await Timer.get(kind="catalog.in_stock", subject_id=product.id)
    assert timer.done_at is None
    await jobs.HANDLERS[timer.kind](visitor.market, product.id)
    assert (await Product.get(id=product.id)).in_stock is False


async def test_pictures_keep_their_order(api: Api, visitor: Viewer) -> None:
    await make_product(slug="pear", images=["/media/a.svg", "/media/b.svg"])
    editor = manager(visitor)
    key = await public_id(api, editor, "pear")
    fields = "image { id } product { images { id url position } }"
    added = {"productId": key, "url": "/media/c.svg", "position": 0}
    payload = (await api(edit("productImageAdd", fields), as_=editor, input=added))["productImageAdd"]
    assert [one["url"] for one in payload["product"]["images"]] == ["/media/c.svg", "/media/a.svg", "/media/b.svg"]
    gone = {"imageId": payload["product"]["images"][1]["id"]}
    fields = "product { images { url position } }"
    payload = (await api(edit("productImageRemove", fields), as_=editor, input=gone))["productImageRemove"]
    assert payload["product"]["images"] == [
        {"url": "/media/c.svg", "position": 0},
        {"url": "/media/b.svg", "position": 1},
    ]
    wrong = {"productId": key, "url": "data:image/png;base64,AAAA"}
    payload = (await api(edit("productImageAdd", fields), as_=editor, input=wrong))["productImageAdd"]
    assert codes(payload) == [("INVALID_URL", ("url",))]


async def test_a_category_moves_with_all_below_it_and_never_into_itself(api: Api, visitor: Viewer) -> None:
    fruit = await make_category("fruit", name={"en": "Fruit"})
    apples = await make_category("apples", parent=fruit, name={"en": "Apples"})
    food = await make_category("food", name={"en": "Groceries"})
    product = await make_product(slug="fuji", category=apples)
    editor = manager(visitor)
    tree = (await api("{ categoryTree { id slug children { id slug } } }"))["categoryTree"]
    keys = {one["slug"]: one["id"] for one in tree} | {
        child["slug"]: child["id"] for one in tree for child in one["children"]
    }
    move = edit("categoryMove", "category { slug version parent { slug } }")
    loop = {"categoryId": keys["fruit"], "parentId": keys["apples"]}
    assert codes((await api(move, as_=editor, input=loop))["categoryMove"]) == [("CATEGORY_LOOP", ("parentId",))]
    right = {"categoryId": keys["fruit"], "parentId": keys["food"], "expectedVersion": 1}
    assert (await api(move, as_=editor, input=right))["categoryMove"]["category"] == {
        "slug": "fruit",
        "version": 2,
        "parent": {"slug": "food"},
    }
    assert (await Category.get(id=apples.id)).path == "/food/fruit/apples/"
    for timer in await Timer.filter(kind="catalog.category_changed"):
        await jobs.HANDLERS[timer.kind](visitor.market, timer.subject_id)
    found = await api('{ products(query: "groceries") { nodes { slug } } }')
    assert found["products"]["nodes"] == [{"slug": product.slug}]
    assert food.path == "/food/"


async def test_categories_and_brands_are_made_and_renamed(api: Api, visitor: Viewer) -> None:
    editor = manager(visitor)
    create = edit("categoryCreate", "category { id slug name }")
    given = {"slug": "nuts", "name": {"en": "Nuts", "zhCN": "坚果"}}
    made = (await api(create, as_=editor, input=given))["categoryCreate"]["category"]
    assert made["name"] == "Nuts"
    assert codes((await api(create, as_=editor, input=given))["categoryCreate"]) == [("SLUG_TAKEN", ("slug",))]
    bad = {"slug": "No Good", "name": {}}
    assert codes((await api(create, as_=editor, input=bad))["categoryCreate"]) == [
        ("INVALID_SLUG", ("slug",)),
        ("REQUIRED", ("name",)),
    ]
    rename = edit("categoryUpdate", "category { name slug }")
    new = {"categoryId": made["id"], "name": {"en": "Nuts & Seeds"}, "slug": "nuts-seeds"}
    renamed = (await api(rename, as_=editor, input=new))["categoryUpdate"]["category"]
    assert renamed == {"name": "Nuts & Seeds", "slug": "nuts-seeds"}
    assert (await Category.get(slug="nuts-seeds")).path == "/nuts-seeds/"
    brand = edit("brandCreate", "brand { id name }")
    key = (await api(brand, as_=editor, input={"slug": "b", "name": {"en": "B"}}))["brandCreate"]["brand"]["id"]
    renamed = await api(
        edit("brandUpdate", "brand { name version }"), as_=editor, input={"brandId": key, "name": {"en": "Better"}}
    )
    assert renamed["brandUpdate"]["brand"] == {"name": "Better", "version": 2}
    assert codes((await api(brand, as_=visitor, input={"slug": "c", "name": {"en": "C"}}))["brandCreate"]) == [
        ("UNAUTHENTICATED", None)
    ]
