"""Texts that exist in several languages: read in one of them, written in all."""

from typing import Annotated, Any

import strawberry

from resolvers.catalog import products as resolvers
from resolvers.context import Info
from schema.fields import field
from schema.scalars import Locale

InLocale = Annotated[
    Locale | None,
    strawberry.argument(description="The language; left out, that of the caller. The market's first one stands in."),
]


def spoken(info: Info, locale: Locale | None) -> str:
    """The language that was asked for."""
    return str(locale.value) if locale is not None else info.context.locale


def localized(attribute: str, *, description: str) -> Any:
    """A text over the row's JSON column `attribute`."""

    def resolve(root: strawberry.Parent[Any], info: Info, locale: InLocale = None) -> str:
        return resolvers.localized(root, attribute, spoken(info, locale))

    resolve.__name__ = attribute
    return field(resolve, description=description)


@strawberry.input(description="A text in each language of the market. At least one is needed.")
class LocalizedInput:
    zh_cn: str | None = strawberry.field(name="zhCN", default=strawberry.UNSET, description="Simplified Chinese.")
    en: str | None = strawberry.field(default=strawberry.UNSET, description="English.")


def texts(given: LocalizedInput) -> dict[str, str]:
    """The texts by language, as they are stored."""
    pairs = (("zh-CN", given.zh_cn), ("en", given.en))
    return {locale: text for locale, text in pairs if text is not strawberry.UNSET and text is not None}
