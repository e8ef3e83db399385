"""Money is an integer count of minor units in one currency; this is the one place that rounds or splits it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Currency(StrEnum):
    """A currency that prices can be in, by its ISO 4217 code."""

    CNY = "CNY"
    USD = "USD"
    EUR = "EUR"
    GBP = "GBP"
    HKD = "HKD"
    JPY = "JPY"


MINOR_DIGITS: dict[str, int] = {**{currency.value: 2 for currency in Currency}, "JPY": 0}
LARGEST_AMOUNT = 10**13  # minor units; keeps every sum of a market inside a signed 64-bit column


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of `minor` units (fen, cents) of `currency`."""

    minor: int
    currency: str

    def __str__(self) -> str:
        """As it stands in a sentence: 19.90 CNY."""
        return f"{self.amount} {self.currency}"

    @property
    def amount(self) -> Decimal:
        return to_decimal(self.minor, self.currency)

    @property
    def minor_units(self) -> int:
        return self.minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """1990, CNY → Decimal('19.90')."""
    return Decimal(minor).scaleb(-MINOR_DIGITS[currency])


def to_minor(amount: Decimal, currency: str) -> int:
    """Decimal('19.90'), CNY → 1990. Raises ValueError when the amount is finer than the currency or out of range."""
    if not amount.is_finite():
        raise ValueError("not a number")
    scaled = amount.scaleb(MINOR_DIGITS[currency])
    if scaled != scaled.to_integral_value():
        raise ValueError("finer than the smallest unit of the currency")
    if abs(scaled) > LARGEST_AMOUNT:
        raise ValueError("amount out of range")
    return int(scaled)


def scale(minor: int, numerator: int, denominator: int) -> int:
    """minor × numerator / denominator, rounded half away from zero: the one rounding rule."""
    exact = Decimal(minor) * numerator / denominator
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` in proportion to `weights` by largest remainder, so that the parts always sum to it.

    Ties go to the earlier part. With all weights zero the parts are as equal as they can be.
    """
    if not weights:
        raise ValueError("nothing to share between")
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    if total < 0:
        return [-part for part in split(-total, weights)]
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
