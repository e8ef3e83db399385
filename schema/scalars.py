"""Values that several areas speak of: money and languages."""

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from kit.money import MINOR_DIGITS
from kit.money import Currency as CurrencyCode
from kit.money import Money as Amount
from resolvers.context import Info
from schema.fields import enum_type, field


enum_type(
    CurrencyCode,
    name="CurrencyCode",
    description="A currency by its ISO 4217 code.",
    values={code: f"{code}, an amount has {digits} decimal places." for code, digits in MINOR_DIGITS.items()},
)


@strawberry.enum(description="A language that texts of the market exist in.")
class Locale(Enum):
    ZH_CN = strawberry.enum_value("zh-CN", description="Simplified Chinese.")
    EN = strawberry.enum_value("en", description="English.")


@strawberry.type(
    description="An amount of money. Never a float: `amount` is a decimal string, `minorUnits` an integer."
)
class Money:
    amount: Decimal = strawberry.field(description="In major units with all decimal places, for example `19.90`.")
    minor_units: int = strawberry.field(description="The same in the smallest unit: 1990 fen.")
    currency: CurrencyCode = strawberry.field(description="The currency of both figures.")


def money(attribute: str, *, description: str) -> Any:
    """A `Money` field over the row's integer column `attribute`, in the row's currency or else the market's."""

    def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        minor = getattr(root, attribute)
        if minor is None:
            return None
        return Amount(minor, getattr(root, "currency", None) or info.context.viewer.market.policy.currency)

    resolve.__name__ = attribute
    return field(resolve, description=description)
