"""Values that several areas speak of: money, moments and languages."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, DecimalException
from enum import Enum
from typing import Any, NewType

import strawberry
from strawberry.exceptions import StrawberryInputCoercionError

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


SafeInt = NewType("SafeInt", int)
LARGEST_SAFE_INT = 2**53 - 1
LONGEST_DECIMAL = 40  # characters


def _parsed(parse: Callable[[Any], object], wanted: str) -> Callable[[object], object]:
    def parse_value(value: object) -> object:
        try:
            return parse(value)
        except (ValueError, TypeError, OverflowError, DecimalException):
            raise StrawberryInputCoercionError(f"Expected {wanted}.") from None

    return parse_value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("whose noon?")
    return moment.astimezone(UTC)


def _decimal(value: Any) -> Decimal:
    text = str(value)
    number = Decimal(text)
    # An exponent is a short way to write a number that fills the memory.
    if (
        isinstance(value, bool)
        or len(text) > LONGEST_DECIMAL
        or not number.is_finite()
        or abs(number.adjusted()) > LONGEST_DECIMAL
    ):
        raise ValueError("not a number that anybody pays")
    return number


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_SAFE_INT:
        raise ValueError("not a whole number in range")
    return value


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment: ISO 8601 with its offset, for example `2026-03-01T08:00:00+08:00`. Answers are in UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=datetime.isoformat,
        parse_value=_parsed(_moment, "a moment with its offset, like 2026-03-01T08:00:00+08:00"),
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day of the calendar, for example `2026-03-01`.",
        serialize=date.isoformat,
        parse_value=_parsed(date.fromisoformat, "a day, like 2026-03-01"),
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, sent as text: `19.90`.",
        serialize=str,
        parse_value=_parsed(_decimal, "a decimal number, like 19.90"),
    ),
    SafeInt: strawberry.scalar(
        name="SafeInt",
        description="A whole number between −(2⁵³ − 1) and 2⁵³ − 1: what JavaScript reads without loss. `Int` ends at "
        "2³¹ − 1, which is 21 million yuan in fen.",
        serialize=int,
        parse_value=_parsed(_whole, "a whole number that JavaScript can read"),
    ),
}


@strawberry.enum(description="A language that texts of the market exist in.")
class Locale(Enum):
    ZH_CN = strawberry.enum_value("zh-CN", description="Simplified Chinese.")
    EN = strawberry.enum_value("en", description="English.")


@strawberry.type(
    description="An amount of money. Never a float: `amount` is a decimal string, `minorUnits` an integer."
)
class Money:
    amount: Decimal = strawberry.field(description="In major units with all decimal places, for example `19.90`.")
    minor_units: SafeInt = strawberry.field(description="The same in the smallest unit: 1990 fen.")
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
