"""What is for sale: categories, brands, products with options and variants, pictures, food facts, and the search index."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from kit.text import Localized
from models.base import Row


class ProductStatus(StrEnum):
    """Whether shoppers see a product."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


class ImportFormat(StrEnum):
    """What a catalog file is written in."""

    SHOPIFY_CSV = "SHOPIFY_CSV"
    JSON_LINES = "JSON_LINES"


class ImportState(StrEnum):
    """How far an import has come."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Category(Row):
    """A node of the category tree."""

    slug = fields.CharField(max_length=120, unique=True)
    parent: fields.ForeignKeyNullableRelation[Category] = fields.ForeignKeyField(
        "market.Category", related_name="children", null=True, on_delete=fields.RESTRICT
    )
    parent_id: UUID | None
    path = fields.CharField(max_length=600, description="slugs from the root: /fruit/apples/")
    position = fields.IntField(default=0)
    name = fields.JSONField[Localized]()

    class Meta:
        table = "category"
        indexes = (Index(fields=("path",)),)


class Brand(Row):
    """Who makes it."""

    slug = fields.CharField(max_length=120, unique=True)
    name = fields.JSONField[Localized]()

    class Meta:
        table = "brand"


class Product(Row):
    """Something for sale in one or more variants. `min_price`, `max_price` and `in_stock` are kept from its variants."""

    slug = fields.CharField(max_length=200, unique=True)
    status = fields.CharEnumField(ProductStatus, max_length=10, default=ProductStatus.DRAFT)
    title = fields.JSONField[Localized]()
    description = fields.JSONField[Localized](default=dict, description="cleaned HTML by locale")
    category: fields.ForeignKeyNullableRelation[Category] = fields.ForeignKeyField(
        "market.Category", related_name="products", null=True, on_delete=fields.RESTRICT
    )
    category_id: UUID | None
    brand: fields.ForeignKeyNullableRelation[Brand] = fields.ForeignKeyField(
        "market.Brand", related_name="products", null=True, on_delete=fields.SET_NULL
    )
    brand_id: UUID | None
    rating = fields.IntField(default=0, description="hundredths of a star, 100–500, 0 while nobody has rated it")
    sales = fields.IntField(default=0, description="units sold, net of cancellation")
    min_price = fields.BigIntField(default=0, description="minor units")
    max_price = fields.BigIntField(default=0, description="minor units")
    in_stock = fields.BooleanField(
        default=False, description="whether any variant had units available at the last change"
    )
    cold_chain = fields.BooleanField(default=False)
    fragile = fields.BooleanField(default=False)
    food = fields.JSONField[dict[str, object] | None](null=True, description="food facts, see domain/catalog/food.py")
    sort_title = fields.CharField(
        max_length=200, default="", description="pinyin or lower-case Latin, for sorting by name"
    )
    extra = fields.JSONField[dict[str, object]](
        default=dict, description="columns of an import that have no field of ours"
    )
    source_hash = fields.CharField(
        max_length=64, default="", description="hash of the import record it was last made from"
    )
    version = fields.IntField(default=1)
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "product"
        indexes = (
            Index(fields=("status", "published_at", "id")),
            Index(fields=("status", "min_price", "id")),
            Index(fields=("status", "sales", "id")),
            Index(fields=("status", "rating", "id")),
            Index(fields=("category_id", "status")),
            Index(fields=("brand_id", "status")),
        )


class ProductTag(Row):
    """A word that a product is filed under."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="tag_rows")
    product_id: UUID
    tag = fields.CharField(max_length=255)

    class Meta:
        table = "product_tag"
        unique_together = (("product_id", "tag"),)
        indexes = (Index(fields=("tag", "product_id")),)


class ProductOption(Row):
    """One way in which a product's variants differ (规格): a size, a flavour."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="options")
    product_id: UUID
    position = fields.IntField()
    name = fields.JSONField[Localized]()
    values = fields.JSONField[list[Localized]](description="in display order")

    class Meta:
        table = "product_option"
        unique_together = (("product_id", "position"),)


class Variant(Row):
    """What is put into a cart (SKU)."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="variants")
    product_id: UUID
    position = fields.IntField()
    sku = fields.CharField(max_length=255, null=True, unique=True)
    choices = fields.JSONField[list[Localized]](
        default=list, description="one value per option of the product, in its order"
    )
    price = fields.BigIntField(description="minor units")
    list_price = fields.BigIntField(null=True, description="minor units, the price before, shown struck through")
    weight_grams = fields.IntField(default=0)
    barcode = fields.CharField(max_length=255, null=True)
    extra = fields.JSONField[dict[str, object]](
        default=dict, description="columns of an import that have no field of ours"
    )
    is_active = fields.BooleanField(
        default=True, description="false once it was taken out, old orders still point to it"
    )

    class Meta:
        table = "variant"
        indexes = (Index(fields=("product_id", "position")),)
        constraints = (
            CheckConstraint(check="price >= 0", name="variant_price_not_negative"),
            CheckConstraint(check="weight_grams >= 0", name="variant_weight_not_negative"),
        )


class ProductImage(Row):
    """A picture of a product, or of one variant of it."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="images")
    product_id: UUID
    variant_id = fields.UUIDField(null=True)
    position = fields.IntField()
    url = fields.CharField(max_length=2000)
    alt = fields.JSONField[Localized](default=dict)

    class Meta:
        table = "product_image"
        indexes = (Index(fields=("product_id", "position")),)


class SearchTerm(Row):
    """One term under which a product is found, with its weight. The same rows give the same answers on every database."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="terms")
    product_id: UUID
    term = fields.CharField(max_length=80)
    weight = fields.IntField()

    class Meta:
        table = "search_term"
        unique_together = (("product_id", "term"),)
        indexes = (Index(fields=("term", "product_id", "weight")),)


class SearchWord(Row):
    """A word that occurs in active products, for suggestions and for forgiving spelling slips."""

    word = fields.CharField(max_length=80, description="as typed by a searcher: folded to lower case")
    display = fields.CharField(max_length=120, description="as shown in a suggestion")
    locale = fields.CharField(max_length=10)
    products = fields.IntField(default=0, description="how many active products it finds")

    class Meta:
        table = "search_word"
        unique_together = (("word", "display"),)
        indexes = (Index(fields=("word", "products")),)


class CatalogImport(Row):
    """One run of an import, its progress and what came of it."""

    format = fields.CharEnumField(ImportFormat, max_length=20)
    file_name = fields.CharField(max_length=255)
    state = fields.CharEnumField(ImportState, max_length=10, default=ImportState.PENDING)
    actor_id = fields.UUIDField(null=True)
    bytes_total = fields.BigIntField(default=0)
    bytes_read = fields.BigIntField(default=0)
    rows_read = fields.IntField(default=0)
    created = fields.IntField(default=0, description="products")
    updated = fields.IntField(default=0, description="products")
    unchanged = fields.IntField(default=0, description="products")
    failed = fields.IntField(default=0, description="products")
    error = fields.CharField(max_length=500, default="", description="why the whole file could not be read")
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "catalog_import"


class ImportProblem(Row):
    """Why a product of an import was not taken, by row and column of the file."""

    run: fields.ForeignKeyRelation[CatalogImport] = fields.ForeignKeyField(
        "market.CatalogImport", related_name="problems"
    )
    run_id: UUID
    row = fields.IntField(description="line number in the file, from 1")
    column = fields.CharField(max_length=100)
    product = fields.CharField(max_length=255, default="", description="handle or slug, as far as it is known")
    code = fields.CharField(max_length=60)
    value = fields.CharField(max_length=200, default="", description="what stood there, shortened")

    class Meta:
        table = "import_problem"
        indexes = (Index(fields=("run_id", "row")),)
