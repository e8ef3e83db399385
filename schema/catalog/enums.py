"""The catalog's enums."""

from domain.catalog.listing import ProductSort
from domain.catalog.suggestions import SuggestionKind
from models.catalog import Certification, DietTag, ImportFormat, ImportState, ProductStatus
from resolvers.catalog.products import Availability
from schema.fields import enum_type

enum_type(
    ProductStatus,
    description="Whether shoppers see a product.",
    values={
        "DRAFT": "Being made; only those who edit the catalog see it.",
        "ACTIVE": "On sale, everybody sees it.",
        "ARCHIVED": "Taken off the shelf; only those who edit the catalog see it.",
    },
)
enum_type(
    Availability,
    description="Whether a variant can be bought now.",
    values={
        "IN_STOCK": "Enough is there.",
        "LOW": "Few are left; `availableQuantity` says how many.",
        "OUT": "Nothing is left.",
    },
)
enum_type(
    DietTag,
    description="Whom a food suits.",
    values={
        "VEGAN": "Nothing from animals (纯素).",
        "VEGETARIAN": "No meat or fish (素食).",
        "GLUTEN_FREE": "Without gluten (无麸质).",
        "LACTOSE_FREE": "Without lactose (无乳糖).",
        "NUT_FREE": "Without nuts (无坚果).",
        "SUGAR_FREE": "Without added sugar (无糖).",
        "LOW_SALT": "With little salt (低盐).",
        "LOW_FAT": "With little fat (低脂).",
        "HIGH_PROTEIN": "Rich in protein (高蛋白).",
        "HIGH_FIBER": "Rich in fiber (高纤维).",
    },
)
enum_type(
    Certification,
    description="A mark that a food carries.",
    values={
        "ORGANIC": "Organic product (有机产品).",
        "GREEN_FOOD": "Green food (绿色食品).",
        "GEOGRAPHICAL_INDICATION": "Protected geographical indication (地理标志).",
        "HALAL": "Halal (清真).",
        "KOSHER": "Kosher (犹太洁食).",
        "HACCP": "Made under an HACCP system.",
        "ISO_22000": "Made under ISO 22000.",
        "FAIR_TRADE": "Fair trade (公平贸易).",
    },
)
enum_type(
    ProductSort,
    description="An order of products. Equal ones keep a fixed order, the same on every page.",
    values={
        "RELEVANCE": "What fits the query best first; without a query, what sells best.",
        "PRICE_ASC": "By lowest price, cheap first.",
        "PRICE_DESC": "By lowest price, dear first.",
        "SALES": "By units sold, most first.",
        "NEWEST": "By when they were published, newest first.",
        "RATING": "By rating, best first; what nobody has rated comes last.",
        "TITLE": "By title: pinyin and Latin letters together, from a to z.",
    },
)
enum_type(
    SuggestionKind,
    description="What a suggestion is the name of.",
    values={"CATEGORY": "A category.", "BRAND": "A brand.", "PRODUCT": "A product."},
)
enum_type(
    ImportFormat,
    description="What a catalog file is written in. docs/catalog-files.md describes both.",
    values={
        "SHOPIFY_CSV": "Shopify's product CSV, one language.",
        "JSON_LINES": "Jishi's own JSON lines: categories, brands and products in all languages.",
    },
)
enum_type(
    ImportState,
    description="How far an import has come.",
    values={
        "PENDING": "It has not begun.",
        "RUNNING": "It is being read.",
        "COMPLETED": "It was read to its end; some products may have failed.",
        "FAILED": "The file as a whole could not be read; `error` says why.",
    },
)
