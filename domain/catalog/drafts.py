"""A product as somebody wants it to be, whether typed by staff or read from a file, and what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.catalog import html
from kit.errors import Refused
from kit.money import LARGEST_AMOUNT
from kit.text import LOCALES, Localized
from kit.validate import clean_text

MOST_OPTIONS, MOST_VARIANTS, MOST_IMAGES, MOST_TAGS = 3, 250, 250, 250
LONGEST_SLUG, LONGEST_TITLE, LONGEST_NAME, LONGEST_ALT, LONGEST_URL = 200, 200, 120, 500, 2000
LONGEST_OWN_SLUG = 100  # five of them make a path
HEAVIEST = 10**9  # grams

_SLUG = re.compile(r"[^\W_](?:[\w.-]*[\w-])?\Z")  # letters of any script, as the handles of other shops have
_OWN_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(slots=True, kw_only=True)
class OptionDraft:
    """One way in which the variants differ."""

    name: Localized
    values: list[Localized]


@dataclass(slots=True, kw_only=True)
class ImageDraft:
    """A picture by its address."""

    url: str
    alt: Localized = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class VariantDraft:
    """A variant. `columns` holds what was given of price, list_price, weight_grams, barcode and extra."""

    sku: str | None = None
    choices: list[Localized] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    image_url: str | None = None
    stock: dict[str, int] | None = None  # units by warehouse code; "" is the first warehouse


@dataclass(slots=True, kw_only=True)
class ProductDraft:
    """A product. `columns` holds what was given of its own columns; a list that is None is left as it is.

    With `merge` the texts are of one language and join those of the others; else they take their place.
    """

    slug: str
    columns: dict[str, Any] = field(default_factory=dict)
    tags: list[str] | None = None
    options: list[OptionDraft] | None = None
    variants: list[VariantDraft] | None = None
    images: list[ImageDraft] | None = None
    merge: bool = False


Problems = list[Refused]


def check(draft: ProductDraft, *, is_new: bool) -> Problems:
    """Tidy the draft in place and tell everything that is wrong with it."""
    problems: Problems = []
    tidy = _Tidy(problems)
    _check_slug(draft.slug, problems)
    if "title" in draft.columns:
        draft.columns["title"] = tidy.texts(draft.columns["title"], ("title",), LONGEST_TITLE, needed=True)
    elif is_new:
        problems.append(Refused("REQUIRED", path=("title",)))
    if "description" in draft.columns:
        draft.columns["description"] = _described(draft.columns["description"], problems)
    if draft.tags is not None:
        tags = [tidy.text(tag, ("tags", str(place)), LONGEST_NAME) for place, tag in enumerate(draft.tags)]
        draft.tags = list(dict.fromkeys(tag for tag in tags if tag))
        _check_count(draft.tags, "tags", MOST_TAGS, problems)
    for place, option in enumerate(draft.options or ()):
        option.name = tidy.texts(option.name, ("options", str(place), "name"), LONGEST_NAME, needed=True)
        option.values = [
            tidy.texts(value, ("options", str(place), "values", str(nth)), LONGEST_NAME, needed=True)
            for nth, value in enumerate(option.values)
        ]
    _check_count(draft.options or (), "options", MOST_OPTIONS, problems)
    check_images(draft.images or (), problems)
    if draft.variants is not None:
        _check_variants(draft, problems)
    elif is_new:
        problems.append(Refused("NO_VARIANTS", path=("variants",)))
    return problems


def check_variant(variant: VariantDraft, problems: Problems, *path: str, is_new: bool) -> None:
    """Tidy one variant and tell what is wrong with it, under `path`."""
    tidy = _Tidy(problems)
    columns = variant.columns
    variant.sku = tidy.text(variant.sku or "", (*path, "sku"), 255) or None
    if "barcode" in columns:
        columns["barcode"] = tidy.text(columns["barcode"] or "", (*path, "barcode"), 255) or None
    if is_new and "price" not in columns:
        problems.append(Refused("REQUIRED", path=(*path, "price")))
    for name, largest in (("price", LARGEST_AMOUNT), ("list_price", LARGEST_AMOUNT), ("weight_grams", HEAVIEST)):
        value = columns.get(name)
        if value is None and name in columns and name != "list_price":
            problems.append(Refused("REQUIRED", path=(*path, name)))
        elif value is not None and not 0 <= value <= largest:
            problems.append(Refused("OUT_OF_RANGE", path=(*path, name), minimum=0, maximum=largest))
    if variant.image_url:
        _check_url(variant.image_url, (*path, "image"), problems)


def check_images(images: Sequence[ImageDraft], problems: Problems) -> None:
    """Tidy pictures and tell what is wrong with them."""
    tidy = _Tidy(problems)
    for place, image in enumerate(images):
        image.url = image.url.strip()
        _check_url(image.url, ("images", str(place), "url"), problems)
        image.alt = tidy.texts(image.alt, ("images", str(place), "alt"), LONGEST_ALT)
    _check_count(images, "images", MOST_IMAGES, problems)


def check_own_slug(slug: str, problems: Problems) -> None:
    """The slug of a category or brand: ours alone, so it can be plain."""
    if len(slug) > LONGEST_OWN_SLUG or not _OWN_SLUG.match(slug):
        problems.append(Refused("INVALID_SLUG", path=("slug",), maximum=LONGEST_OWN_SLUG))


def check_name(name: Localized, problems: Problems) -> Localized:
    """The name of a category or brand."""
    return _Tidy(problems).texts(name, ("name",), LONGEST_NAME, needed=True)


def same_choice(one: Localized, other: Localized) -> bool:
    """Whether two texts are the same in a language that both have."""
    return any(other.get(locale) == text for locale, text in one.items())


def _check_slug(slug: str, problems: Problems) -> None:
    if len(slug) > LONGEST_SLUG or not _SLUG.match(slug):
        problems.append(Refused("INVALID_SLUG", path=("slug",), maximum=LONGEST_SLUG))


def _check_variants(draft: ProductDraft, problems: Problems) -> None:
    variants = draft.variants or []
    _check_count(variants, "variants", MOST_VARIANTS, problems)
    if not variants:
        problems.append(Refused("NO_VARIANTS", path=("variants",)))
    seen_choices: set[str] = set()
    seen_skus: set[str] = set()
    for place, variant in enumerate(variants):
        path = ("variants", str(place))
        check_variant(variant, problems, *path, is_new=True)
        if draft.options is not None and len(variant.choices) != len(draft.options):
            problems.append(Refused("OPTIONS_MISMATCH", path=(*path, "options"), options=len(draft.options)))
        choice = repr([sorted(value.items()) for value in variant.choices])
        if choice in seen_choices:
            problems.append(Refused("DUPLICATE_VARIANT", path=(*path, "options")))
        if variant.sku in seen_skus:
            problems.append(Refused("SKU_TAKEN", path=(*path, "sku")))
        seen_choices.add(choice)
        seen_skus.update({variant.sku} - {None})  # type: ignore[arg-type]  # None is taken out


def _check_count(items: Iterable[object], name: str, most: int, problems: Problems) -> None:
    if len(list(items)) > most:
        problems.append(Refused("TOO_MANY_VALUES", path=(name,), maximum=most))


def _check_url(url: str, path: tuple[str, ...], problems: Problems) -> None:
    if len(url) > LONGEST_URL:
        problems.append(Refused("TOO_LONG", path=path, maximum=LONGEST_URL))
    elif not html.is_ours(url) and not html.is_outside(url):
        problems.append(Refused("INVALID_URL", path=path))


def _described(texts: Localized, problems: Problems) -> Localized:
    cleaned: Localized = {}
    for locale, text in texts.items():
        if not _storable(text):
            problems.append(Refused("UNREADABLE_TEXT", path=("description",)))
        cleaned[locale] = html.clean(text)
        if len(cleaned[locale]) > html.LONGEST:
            problems.append(Refused("TOO_LONG", path=("description",), maximum=html.LONGEST))
    return cleaned


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


class _Tidy:
    """Cleans texts and collects what cannot be cleaned."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def text(self, text: str, path: tuple[str, ...], longest: int) -> str:
        return self._try(lambda: clean_text(text, path=path, maximum=longest))

    def texts(
        self, texts: Mapping[str, str], path: tuple[str, ...], longest: int, *, needed: bool = False
    ) -> Localized:
        known = {locale: text for locale, text in texts.items() if locale in LOCALES}
        cleaned = {locale: self.text(text, path, longest) for locale, text in known.items()}
        spoken = {locale: text for locale, text in cleaned.items() if text}
        if needed and not any(text.strip() for text in known.values()):
            self._problems.append(Refused("REQUIRED", path=path))
        return spoken

    def _try(self, clean: Callable[[], str]) -> str:
        try:
            return clean()
        except Refused as refused:
            self._problems.append(refused)
            return ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a draft."""

    product_id: UUID
    restocked: Mapping[UUID, Mapping[str, int]]  # variants whose stock the file tells anew, by warehouse code
