"""The committed demo catalogue and its people: complete, consistent, and drawn by us."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from demo.people import CUSTOMERS, MAIN_CUSTOMER, STAFF
from demo.pictures import svg, write_all
from models.customers import Role

CATALOG = Path(__file__).parents[2] / "demo" / "catalog"
CHINESE = re.compile("[\u4e00-\u9fff]")
CERTIFICATIONS = {"GREEN_FOOD", "ORGANIC", "GEOGRAPHICAL_INDICATION", "HACCP", "HALAL"}
DIET_TAGS = {"SUGAR_FREE", "GLUTEN_FREE", "VEGAN", "VEGETARIAN", "LACTOSE_FREE", "LOW_SALT", "HIGH_PROTEIN"}


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CATALOG / name).read_text("utf-8").splitlines()]


CATEGORIES = lines("categories.jsonl")
BRANDS = lines("brands.jsonl")
PRODUCTS = lines("products.jsonl")
VARIANTS = [variant for product in PRODUCTS for variant in product["variants"]]


@dataclass
class Shown:
    slug: str
    category: str


def repeated(values: Iterator[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def bilingual_texts(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict) and "zh-CN" in value:
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from bilingual_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from bilingual_texts(inner)


def test_there_is_a_market_worth_browsing() -> None:
    assert len(PRODUCTS) >= 320
    assert len({product["category"] for product in PRODUCTS}) >= 30
    assert sum(category["parent"] is None for category in CATEGORIES) == 8
    assert len(PRODUCTS) * 0.4 < sum(len(product["variants"]) > 1 for product in PRODUCTS) < len(PRODUCTS) * 0.6
    assert {product["status"] for product in PRODUCTS} == {"ACTIVE", "DRAFT", "ARCHIVED"}
    assert sum(product["status"] == "ACTIVE" for product in PRODUCTS) >= 320


def test_slugs_skus_barcodes_and_names_are_unique() -> None:
    for rows in (CATEGORIES, BRANDS, PRODUCTS):
        assert repeated(row["slug"] for row in rows) == []
    assert repeated(variant["sku"] for variant in VARIANTS) == []
    assert repeated(variant["barcode"] for variant in VARIANTS if variant["barcode"]) == []
    for locale in ("zh-CN", "en"):
        assert repeated(product["title"][locale] for product in PRODUCTS) == []
        assert repeated(product["description"][locale] for product in PRODUCTS) == []
        assert repeated(category["name"][locale] for category in CATEGORIES) == []


def test_a_parent_category_stands_before_its_children_and_every_reference_resolves() -> None:
    seen: set[str] = set()
    for category in CATEGORIES:
        assert category["parent"] is None or category["parent"] in seen, category["slug"]
        seen.add(category["slug"])
    places = [(category["parent"], category["position"]) for category in CATEGORIES]
    assert len(places) == len(set(places))
    assert {product["category"] for product in PRODUCTS} <= seen
    assert {product["brand"] for product in PRODUCTS} == {brand["slug"] for brand in BRANDS}
    parents = {category["parent"] for category in CATEGORIES}
    assert {product["category"] for product in PRODUCTS} == seen - parents


def test_every_text_is_there_in_both_languages_and_in_the_right_one() -> None:
    for row in (*CATEGORIES, *BRANDS, *PRODUCTS):
        for text in bilingual_texts(row):
            assert set(text) == {"zh-CN", "en"}, row["slug"]
            assert all(words.strip() == words != "" for words in text.values()), row["slug"]
            assert not CHINESE.search(text["en"]), text["en"]
        assert CHINESE.search((row.get("title") or row["name"])["zh-CN"]), row["slug"]
    for product in PRODUCTS:
        for description in product["description"].values():
            assert re.fullmatch(r"<p>[^<>&]{8,}</p>", description), product["slug"]
        assert product["tags"]
        assert all(re.fullmatch(r"[a-z][a-z0-9-]+", tag) for tag in product["tags"]), product["slug"]


def test_prices_weights_and_stock_are_plausible() -> None:
    for variant in VARIANTS:
        assert re.fullmatch(r"\d+\.\d\d", variant["price"]), variant["sku"]
        assert Decimal(1) < Decimal(variant["price"]) < Decimal(1000), variant["sku"]
        if variant["listPrice"] is not None:
            assert re.fullmatch(r"\d+\.\d\d", variant["listPrice"]), variant["sku"]
            assert Decimal(variant["listPrice"]) > Decimal(variant["price"]), variant["sku"]
        assert 20 <= variant["weightGrams"] <= 20_000, variant["sku"]
        assert set(variant["stock"]) == {"SH", "CD"}
        assert all(isinstance(count, int) and 0 <= count < 500 for count in variant["stock"].values()), variant["sku"]
    totals = [sum(variant["stock"].values()) for variant in VARIANTS]
    assert 5 <= totals.count(0) <= len(totals) // 10
    assert sum(1 <= total <= 3 for total in totals) >= 5


def test_variants_pick_one_value_of_each_option_and_none_twice() -> None:
    for product in PRODUCTS:
        values = [[value["en"] for value in option["values"]] for option in product["options"]]
        chosen = [tuple(variant["options"]) for variant in product["variants"]]
        assert len(chosen) == len(set(chosen)), product["slug"]
        assert (len(chosen) > 1) == bool(values), product["slug"]
        for options in chosen:
            assert len(options) == len(values), product["slug"]
            assert all(option in allowed for option, allowed in zip(options, values, strict=True)), product["slug"]
        for position, allowed in enumerate(values):
            assert {options[position] for options in chosen} == set(allowed), product["slug"]


def test_barcodes_are_of_the_range_for_use_inside_a_shop() -> None:
    for variant in VARIANTS:
        if code := variant["barcode"]:
            assert re.fullmatch(r"20\d{11}", code), variant["sku"]
            assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0, code


def test_food_carries_its_facts_and_household_goods_none() -> None:
    household = {category["slug"] for category in CATEGORIES if category["parent"] == "household"}
    for product in PRODUCTS:
        food = product["food"]
        assert (food is None) == (product["category"] in household), product["slug"]
        if food is None:
            continue
        assert food["shelfLifeDays"] > 0
        assert re.search(r"\d (kg|g|L|ml)", food["netContent"]), product["slug"]
        assert set(food["certifications"]) <= CERTIFICATIONS
        assert set(food["dietTags"]) <= DIET_TAGS
        assert food["licenseNumber"] is None or re.fullmatch(r"SC\d{14}", food["licenseNumber"]), product["slug"]
        assert isinstance(food["coldChain"], bool)
        assert isinstance(food["fragile"], bool)
        if "VEGAN" in food["dietTags"] and food["ingredients"]:
            assert not re.search(
                r"\b(pork|beef|egg|milk|butter|shrimp|lard|honey)s?\b", food["ingredients"]["en"], re.IGNORECASE
            ), product["slug"]
        if "GLUTEN_FREE" in food["dietTags"] and food["ingredients"]:
            names = food["ingredients"]["en"].lower().replace("buckwheat", "")
            assert "wheat" not in names, product["slug"]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product["slug"])
def test_each_picture_is_small_and_holds_nothing_but_shapes(product: dict[str, Any]) -> None:
    picture = svg(product["slug"], product["category"])
    assert picture == svg(product["slug"], product["category"])
    assert len(picture.encode()) < 4096
    tags = set()
    for element in ElementTree.fromstring(picture).iter():
        tags.add(element.tag.removeprefix("{http://www.w3.org/2000/svg}"))
        assert not [name for name in element.attrib if "href" in name or name.startswith("on") or name == "style"]
        assert "url(" not in " ".join(element.attrib.values())
    assert tags <= {"svg", "g", "rect", "circle", "ellipse", "path"}
    assert product["images"][0]["url"] == f"/media/demo/{product['slug']}.svg"


def test_pictures_tell_goods_apart() -> None:
    assert len({svg(product["slug"], product["category"]) for product in PRODUCTS}) > len(PRODUCTS) * 0.8


def test_an_unknown_category_still_gets_a_picture() -> None:
    ElementTree.fromstring(svg("something-new", "no-such-category"))


def test_writing_the_pictures_again_changes_no_file(tmp_path: Path) -> None:
    shown = [Shown(product["slug"], product["category"]) for product in PRODUCTS[:5]]
    assert write_all(tmp_path / "demo", shown) == 5
    first = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "demo").iterdir()}
    assert len(first) == 5
    assert write_all(tmp_path / "demo", shown) == 5
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "demo").iterdir()} == first


def test_forty_customers_and_someone_in_each_role() -> None:
    assert len(CUSTOMERS) == 40
    assert (MAIN_CUSTOMER.key, MAIN_CUSTOMER.name, MAIN_CUSTOMER.latin_name) == ("lin", "林晓雨", "Lin Xiaoyu")
    assert {role for member in STAFF for role in member.roles} == set(Role)
    everyone = (*CUSTOMERS, *STAFF)
    assert repeated(person.key for person in everyone) == []
    assert repeated(person.phone for person in everyone) == []
    assert repeated(person.email for person in everyone) == []
    for person in everyone:
        assert re.fullmatch(r"\+8613800138\d{3}", person.phone)
        assert person.email.endswith("@example.com")
        assert person.locale in {"zh-CN", "en"}
        assert CHINESE.search(person.name)
        assert not CHINESE.search(person.latin_name)
    assert all(CHINESE.search(person.address.street) for person in CUSTOMERS)
