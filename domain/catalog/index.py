"""The search index: which terms lead to a product and how strongly, kept in step with every change of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from tortoise.expressions import F, Subquery

from domain.catalog import words
from kit.ids import new_id
from kit.text import Localized
from models.catalog import Brand, Category, Product, ProductTag, SearchSlip, SearchTerm, TagKind, Variant

TITLE, HEAD, CATEGORY, BRAND, TAG, ANCESTOR, ORIGIN, SKU = 100, 20, 60, 40, 30, 20, 15, 80
BATCH = 200  # products indexed with one set of statements

Weights = dict[str, int]


async def reindex(product_ids: Iterable[UUID]) -> None:
    """Write the terms of these products anew, in the transaction of every change that a searcher could notice."""
    keys = list(dict.fromkeys(product_ids))
    for start in range(0, len(keys), BATCH):
        await _reindex(keys[start : start + BATCH])


async def reindex_category(category_id: UUID) -> None:
    """Write the terms of all products in a category and below it anew: its name or place has changed."""
    category = await Category.get_or_none(id=category_id)
    if category is None:
        return
    inside = Category.filter(path__startswith=category.path).values("id")
    await reindex([row.id for row in await Product.filter(category_id__in=Subquery(inside)).only("id")])


async def reindex_brand(brand_id: UUID) -> None:
    """Write the terms of all products of a brand anew: its name has changed."""
    await reindex([row.id for row in await Product.filter(brand_id=brand_id).only("id")])


async def _reindex(keys: Sequence[UUID]) -> None:
    products = await Product.filter(id__in=keys)
    names = await _surroundings(products)
    terms: list[SearchTerm] = []
    mistypable: set[str] = set()
    for product in products:
        texts, skus = names[product.id]
        texts = [*_own_texts(product), *texts]
        weights = weigh(product.title, texts, skus)
        terms += [SearchTerm(product_id=product.id, term=term, weight=weight) for term, weight in weights.items()]
        for text, _ in texts:
            mistypable.update(words.slip_words(text))
    await SearchTerm.filter(product_id__in=keys).delete()
    await SearchTerm.bulk_create(terms, batch_size=2000)
    await _learn(mistypable)


def weigh(title: Localized, texts: Iterable[tuple[str, int]], skus: Iterable[str]) -> Weights:
    """Terms and their weights: `texts` with what a word in each is worth. A term counts once in each text."""
    weights: Weights = defaultdict(int)
    for text, worth in texts:
        for term, percent in _terms(text).items():
            weights[term] += max(1, worth * percent // 100)
    for head in filter(None, map(_head, title.values())):
        weights[head] += HEAD
    for sku in skus:
        for term in words.latin_terms(sku):
            weights[term] = max(weights[term], SKU // 2)
        weights["".join(words.runs(sku))[: words.LONGEST_TERM]] = SKU
    weights.pop("", None)
    return dict(weights)


def _terms(text: str) -> Weights:
    found: Weights = {}
    latin = ((term, 100) for term in words.latin_terms(text))
    for term, percent in (*latin, *words.han_terms(text), *words.pinyin_terms(text)):
        found[term] = max(found.get(term, 0), percent)
    return found


def _head(title: str) -> str:
    """What the thing is: the last word of an English title, the last two characters of a Chinese one."""
    spoken = [run for run in words.runs(title) if not any(character.isdigit() for character in run)]
    if not spoken:
        return ""
    return words.stem(spoken[-1]) if words.is_latin(spoken[-1]) else spoken[-1][-2:]


def _own_texts(product: Product) -> list[tuple[str, int]]:
    texts = [(text, TITLE) for text in product.title.values()]
    origin = (product.food or {}).get("origin")
    if isinstance(origin, dict):
        texts += [(text, ORIGIN) for text in origin.values()]
    return texts


async def _surroundings(
    products: Sequence[Product],
) -> dict[UUID, tuple[list[tuple[str, int]], list[str]]]:
    """By product: the names around it with their worth, and its SKUs."""
    keys = [product.id for product in products]
    found: dict[UUID, tuple[list[tuple[str, int]], list[str]]] = {key: ([], []) for key in keys}
    categories = {category.id: category for category in await Category.all()} if products else {}
    brand_ids = {product.brand_id for product in products if product.brand_id}
    brands = {brand.id: brand for brand in await Brand.filter(id__in=brand_ids)} if brand_ids else {}
    for product in products:
        texts = found[product.id][0]
        if product.brand_id in brands:
            texts += [(name, BRAND) for name in brands[product.brand_id].name.values()]
        worth, category = CATEGORY, categories.get(product.category_id) if product.category_id else None
        while category is not None:
            texts += [(name, worth) for name in category.name.values()]
            worth, category = ANCESTOR, categories.get(category.parent_id) if category.parent_id else None
    for tag in await ProductTag.filter(product_id__in=keys):
        spoken = tag.tag if tag.kind is TagKind.TAG else tag.tag.replace("_", " ")
        found[tag.product_id][0].append((spoken, TAG))
    for variant in await Variant.filter(product_id__in=keys, is_active=True, sku__not_isnull=True):
        found[variant.product_id][1].append(variant.sku or "")
    return found


async def _learn(mistypable: Iterable[str]) -> None:
    """Remember the words and what they look like with a letter missing. Words of no product any more do no harm."""
    fitting = sorted(word for word in mistypable if words.SHORTEST_SLIP <= len(word) <= words.LONGEST_TERM)
    fitting = [word for word in fitting if not word.isdigit()]
    known: set[str] = set()
    for start in range(0, len(fitting), 5000):
        part = fitting[start : start + 5000]
        known.update(row.word for row in await SearchSlip.filter(word__in=part, form=F("word")))
    rows = [
        SearchSlip(id=new_id(), form=form, word=word)
        for word in fitting
        if word not in known
        for form in sorted(words.slips(word))
    ]
    # The same order in every process: two imports that learn the same words wait for each other and do not lock up.
    await SearchSlip.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
