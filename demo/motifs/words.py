"""Finds the most specific entry of a table for a slug."""

from collections.abc import Iterable


def longest_key(keys: Iterable[str], slug: str) -> str | None:
    """The longest key whose words stand together in the slug: `cherry-tomato` wins over `cherry`."""
    words = f"-{slug}-"
    return max((key for key in keys if f"-{key}-" in words), key=len, default=None)
