from typing import Any

from tests.api import Api
from tests.factories.catalog import make_brand, make_category, make_product

LIST = """query ($first: Int, $after: String, $query: String, $sort: ProductSort, $filter: ProductFilterInput) {
  products(first: $first, after: $after, query: $query, sort: $sort, filter: $filter) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage endCursor }
    nodes {
      slug title
      category { name } brand { name } featuredImage { url }
      priceRange { min { amount } max { amount } }
      variants { sku title price { amount } listPrice { amount } availability choices { name value } }
    }
  }
}"""


def slugs(data: dict[str, Any]) -> list[str]:
    return [node["slug"] for node in data["products"]["nodes"]]


async def test_a_list_page_costs_the_same_statements_for_5_products_as_for_50(api: Api) -> None:
    category, brand = await make_category("fruit"), await make_brand("orchard")
    for number in range(50):
        await make_product(
            slug=f"apple-{number}",
            category=category,
            brand=brand,
            images=["/media/a.svg"],
            options=[{"name": {"en": "Pack"}, "values": [{"en": "1"}, {"en": "2"}, {"en": "3"}]}],
            variants=[{"sku": f"A-{number}-{size}", "choices": [{"en": str(size)}]} for size in (1, 2, 3)],
        )
    costs = []
    for first in (5, 50):
        result = await api.raw(LIST, first=first)
        data = result.data
        assert data is not None, result.errors
        costs.append(result.extensions["statements"])
        assert len(data["products"]["nodes"]) == first
        assert all(len(node["variants"]) == 3 for node in data["products"]["nodes"])
    assert costs == [8, 8]  # page, count, categories, brands, pictures, variants, options, stock


async def test_a_product_page_shows_everything_of_a_product(api: Api) -> None:
    fruit = await make_category("fruit", name={"zh-CN": "水果", "en": "Fruit"})
    apples = await make_category("apples", parent=fruit, name={"zh-CN": "苹果", "en": "Apples"})
    await make_product(
        slug="fuji",
        title={"zh-CN": "红富士苹果", "en": "Fuji Apple"},
        description={"zh-CN": "<p>脆</p>", "en": "<p>Crisp</p>"},
        category=apples,
        brand=await make_brand("orchard"),
        tags=["sweet", "crisp"],
        rating=470,
        food={
            "origin": {"zh-CN": "山东烟台", "en": "Yantai"},
            "netContent": "1 kg",
            "shelfLifeDays": 30,
            "productionDate": "2026-01-31",
            "ingredients": None,
            "licenseNumber": None,
            "certifications": ["GREEN_FOOD"],
            "dietTags": ["VEGAN"],
        },
        fragile=True,
        images=["/media/demo/fuji.svg", "https://outside.example/a.png"],
        options=[{"name": {"zh-CN": "规格", "en": "Pack"}, "values": [{"zh-CN": "1 千克", "en": "1 kg"}]}],
        variants=[{"sku": "F1", "price": 1590, "list_price": 1990, "choices": [{"zh-CN": "1 千克", "en": "1 kg"}]}],
    )
    data = await api(
        """{ product(slug: "fuji") {
          title zh: title(locale: ZH_CN) descriptionHtml status rating tags isFragile isColdChain isInStock
          category { name ancestors { name } parent { slug } } brand { name }
          food { origin netContent shelfLifeDays productionDate ingredients certifications dietTags }
          images { url sourceUrl alt position } options { name values }
          variants { title choices { name value } price { amount minorUnits currency } listPrice { amount } weightGrams
                     availability availableQuantity stock { onHand } image { url } product { slug } }
        } }"""
    )
    assert data["product"] == {
        "title": "Fuji Apple",
        "zh": "红富士苹果",
        "descriptionHtml": "<p>Crisp</p>",
        "status": "ACTIVE",
        "rating": "4.70",
        "tags": ["sweet", "crisp"],
        "isFragile": True,
        "isColdChain": False,
        "isInStock": True,
        "category": {"name": "Apples", "ancestors": [{"name": "Fruit"}], "parent": {"slug": "fruit"}},
        "brand": {"name": "Orchard"},
        "food": {
            "origin": "Yantai",
            "netContent": "1 kg",
            "shelfLifeDays": 30,
            "productionDate": "2026-01-31",
            "ingredients": None,
            "certifications": ["GREEN_FOOD"],
            "dietTags": ["VEGAN"],
        },
        "images": [
            {"url": "/media/demo/fuji.svg", "sourceUrl": None, "alt": "", "position": 0},
            {"url": None, "sourceUrl": "https://outside.example/a.png", "alt": "", "position": 1},
        ],
        "options": [{"name": "Pack", "values": ["1 kg"]}],
        "variants": [
            {
                "title": "1 kg",
                "choices": [{"name": "Pack", "value": "1 kg"}],
                "price": {"amount": "15.90", "minorUnits": 1590, "currency": "CNY"},
                "listPrice": {"amount": "19.90"},
                "weightGrams": 500,
                "availability": "IN_STOCK",
                "availableQuantity": 10,
                "stock": None,
                "image": {"url": "/media/demo/fuji.svg"},
                "product": {"slug": "fuji"},
            }
        ],
    }
