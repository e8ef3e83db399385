"""What is for sale: categories, brands, products, options, variants, pictures, food facts, and the search index."""

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


class TagKind(StrEnum):
    """What sort of word a product is filed under."""

    TAG = "TAG"
    DIET = "DIET"
    CERTIFICATION = "CERTIFICATION"


class DietTag(StrEnum):
    """Whom a food suits."""

    VEGAN = "VEGAN"
    VEGETARIAN = "VEGETARIAN"
    GLUTEN_FREE = "GLUTEN_FREE"
    LACTOSE_FREE = "LACTOSE_FREE"
    NUT_FREE = "NUT_FREE"
    SUGAR_FREE = "SUGAR_FREE"
    LOW_SALT = "LOW_SALT"
    LOW_FAT = "LOW_FAT"
    HIGH_PROTEIN = "HIGH_PROTEIN"
    HIGH_FIBER = "HIGH_FIBER"


class Certification(StrEnum):
    """A mark that a food carries."""

    ORGANIC = "ORGANIC"
    GREEN_FOOD = "GREEN_FOOD"
    GEOGRAPHICAL_INDICATION = "GEOGRAPHICAL_INDICATION"
    HALAL = "HALAL"
    KOSHER = "KOSHER"
    HACCP = "HACCP"
    ISO_22000 = "ISO_22000"
    FAIR_TRADE = "FAIR_TRADE"


class ReturnExclusion(StrEnum):
    """Why goods cannot be returned without a reason."""

    FRESH = "FRESH"
    MARKED = "MARKED"
    SERVICE = "SERVICE"


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
    version = fields.IntField(default=1)

    class Meta:
        table = "category"
        indexes = (Index(fields=("path",)),)


class Brand(Row):
    """Who makes it."""

    slug = fields.CharField(max_length=120, unique=True)
    name = fields.JSONField[Localized]()
    version = fields.IntField(default=1)

    class Meta:
        table = "brand"


class Product(Row):
    """Something for sale in one or more variants. `min_price`, `max_price` and `in_stock` are kept from these."""

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
    is_service = fields.BooleanField(default=False, description="done at a booked time and place, never shipped")
    is_returnable = fields.BooleanField(default=True, description="false for what was made or cut for one customer")
    food = fields.JSONField[dict[str, object] | None](null=True, description="food facts, see domain/catalog/food.py")
    sort_title = fields.CharField(
        max_length=200,
        default="",
        description="pinyin and Latin, a to z and digits only, so that every database sorts it alike",
    )
    extra = fields.JSONField[dict[str, object]](
        default=dict, description="columns of an import that have no field of ours"
    )
    source_hash = fields.CharField(
        max_length=64, default="", description="hash of the import record it was last made from"
    )
    version = fields.IntField(default=1)
    listed_at = fields.DatetimeField(description="when it was published, until then when it was made")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "product"
        indexes = (
            Index(fields=("status", "listed_at", "id")),
            Index(fields=("status", "min_price", "id")),
            Index(fields=("status", "sales", "id")),
            Index(fields=("status", "rating", "id")),
            Index(fields=("status", "sort_title", "id")),
            Index(fields=("category_id", "status")),
            Index(fields=("brand_id", "status")),
        )


class ProductTag(Row):
    """A word that a product is filed under: a free tag, a diet that it suits, a mark that it carries."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="tag_rows")
    product_id: UUID
    kind = fields.CharEnumField(TagKind, max_length=13, default=TagKind.TAG)
    tag = fields.CharField(max_length=255)
    position = fields.IntField(default=0)

    class Meta:
        table = "product_tag"
        unique_together = (("product_id", "kind", "tag"),)
        indexes = (Index(fields=("kind", "tag", "product_id")),)


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
    image_id = fields.UUIDField(null=True, description="the product's picture that shows this variant")
    imported_stock = fields.JSONField[dict[str, int]](
        default=dict,
        description="units by warehouse as the last import said, so that a repeated one does not undo sales",
    )
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
    """A picture of a product."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="images")
    product_id: UUID
    position = fields.IntField()
    url = fields.CharField(max_length=2000, description="a path of ours, or where the picture was outside")
    alt = fields.JSONField[Localized](default=dict)

    class Meta:
        table = "product_image"
        indexes = (Index(fields=("product_id", "position")),)


class SearchTerm(Row):
    """One term under which a product is found, with its weight. The same rows give the same answers everywhere."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField("market.Product", related_name="terms")
    product_id: UUID
    term = fields.CharField(max_length=80)
    weight = fields.IntField()

    class Meta:
        table = "search_term"
        unique_together = (("product_id", "term"),)
        indexes = (Index(fields=("term", "product_id", "weight")),)


class SearchSlip(Row):
    """A word of the index with at most one letter left out, by which words that were typed wrong are recognised."""

    form = fields.CharField(max_length=40)
    word = fields.CharField(max_length=40)

    class Meta:
        table = "search_slip"
        unique_together = (("form", "word"),)


class CatalogUpload(Row):
    """A file on its way to an import. Whoever holds its token may send it, once."""

    token_hash = fields.CharField(max_length=64, unique=True)
    file_name = fields.CharField(max_length=255)
    actor_id = fields.UUIDField(null=True)
    bytes = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    claimed_at = fields.DatetimeField(null=True, description="when somebody began to send")
    received_at = fields.DatetimeField(null=True, description="when the whole file was there")

    class Meta:
        table = "catalog_upload"


class CatalogImport(Row):
    """One run of an import, its progress and what came of it."""

    format = fields.CharEnumField(ImportFormat, max_length=20)
    locale = fields.CharField(max_length=10, description="language of a file that has only one")
    source = fields.CharField(max_length=80, unique=True, description="name of the file in the folder of uploads")
    file_name = fields.CharField(max_length=255)
    state = fields.CharEnumField(ImportState, max_length=10, default=ImportState.PENDING)
    actor_id = fields.UUIDField(null=True)
    bytes_total = fields.BigIntField(default=0)
    bytes_read = fields.BigIntField(default=0)
    rows_read = fields.IntField(default=0)
    records_done = fields.IntField(default=0, description="where to go on after a stop")
    created = fields.IntField(default=0, description="records: products, categories, brands")
    updated = fields.IntField(default=0)
    unchanged = fields.IntField(default=0)
    failed = fields.IntField(default=0)
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
    facts = fields.JSONField[dict[str, object]](default=dict, description="what the message tells of")

    class Meta:
        table = "import_problem"
        indexes = (Index(fields=("run_id", "row")),)
