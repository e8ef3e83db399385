"""What a searcher may be typing: names of categories, brands and products that go on as the text began."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.access import Viewer
from domain.catalog import products, search, words
from kit.text import in_locale
from models.catalog import Brand, Category, Product

LOOKED_AT = 60  # best products whose names are offered
MOST = 20


class SuggestionKind(StrEnum):
    """What a suggestion is the name of."""

    CATEGORY = "CATEGORY"
    BRAND = "BRAND"
    PRODUCT = "PRODUCT"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to search for."""

    text: str
    kind: SuggestionKind


async def suggest(viewer: Viewer, query: str, *, first: int) -> list[Suggestion]:
    """Up to `first` suggestions, best first; none for a blank query."""
    matches = await search.find(viewer, query)
    best = list(matches.scores)[:LOOKED_AT]
    if not best:
        return []
    found = {row.id: row for row in await products.visible(viewer).filter(id__in=best)}
    rows = [found[key] for key in best if key in found]
    categories = {row.id: row for row in await Category.filter(id__in={row.category_id for row in rows} - {None})}
    brands = {row.id: row for row in await Brand.filter(id__in={row.brand_id for row in rows} - {None})}
    worth: dict[Suggestion, int] = defaultdict(int)
    for row in rows:
        for suggestion in _names(row, categories, brands):
            worth[suggestion] += matches.scores[row.id]
    typed = words.runs(query)
    fitting = [one for one in worth if goes_on(typed, one.text)]
    if not fitting:  # mistyped: what was found instead, in the reader's language
        fitting = [Suggestion(in_locale(row.title, viewer.locale), SuggestionKind.PRODUCT) for row in rows]
    ranked = sorted(dict.fromkeys(fitting), key=lambda one: (-worth[one], one.text))
    return _once_each(ranked)[:first]


def goes_on(typed: list[str], name: str) -> bool:
    """Whether `name`, from the start of one of its words or characters, begins with what was typed."""
    text = "".join(typed)
    if not words.is_latin(text):
        return text in "".join(words.runs(name))
    spoken = words.runs(name)
    starts = ("".join(spoken[place:]) for place, run in enumerate(spoken) if words.is_latin(run))
    return any(start.startswith(text) for start in starts) or any(
        term.startswith(text) for term, _ in words.pinyin_terms(name)
    )


def _names(row: Product, categories: dict[UUID, Category], brands: dict[UUID, Brand]) -> list[Suggestion]:
    names = [Suggestion(text, SuggestionKind.PRODUCT) for text in row.title.values()]
    if row.category_id and row.category_id in categories:
        names += [Suggestion(text, SuggestionKind.CATEGORY) for text in categories[row.category_id].name.values()]
    if row.brand_id and row.brand_id in brands:
        names += [Suggestion(text, SuggestionKind.BRAND) for text in brands[row.brand_id].name.values()]
    return names


def _once_each(suggestions: list[Suggestion]) -> list[Suggestion]:
    seen: dict[str, Suggestion] = {}
    for one in suggestions:
        seen.setdefault("".join(words.runs(one.text)), one)
    return list(seen.values())
