"""Values that nobody sends by mistake alone: every kind of input, right, nearly right, and far from it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_input_field,
)
from hypothesis import strategies as st

from kit import ids

TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "苹果",
    "apple",
    "pingguo",
    "🍎" * 30,
    "é" * 3,
    "ﬁ",
    "\u202eabc",
    "x" * 6000,
    "' OR 1=1 --",
    "%",
    "_%\\",
    '"; DROP',
    "*",
    "NEAR/2 AND OR NOT",
    "{0.__class__}",
    "{variant}",
    "<script>alert(1)</script>",
    "-1",
    "1e309",
    "null",
    "[[[[",
    "s.1",
    "p.999999999999999999",
    "s.4294967296",
    "123456",
    "13800138000",
    "+8613800138000",
    "lin@example.com",
    "@",
    "上海市",
    "Shanghai",
    "http://127.0.0.1/",
    "javascript:alert(1)",
    "https://[::1",
    "../../etc/passwd",
    "WELCOME10",
    "2026-02-30",
)
INTEGERS = (0, 1, -1, 2, 3, 20, 100, 101, 999, 1000, 10**6, 2**31 - 1, -(2**31), 2**31, 2**63, -(2**63) - 1, 10**30)
MOMENTS = (
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00",
    "2026-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-06-30T23:59:60Z",
    "2026-01-01T24:00:00Z",
    "2026-W01-1",
    "now",
    "",
    "\x00",
)
DATES = ("2000-02-29", "2001-02-29", "0001-01-01", "9999-12-31", "1899-12-31", "20000101", "2000-W01", "", "\x00")
DECIMALS = (
    "0",
    "-0",
    "1.99",
    "0.001",
    "-5",
    "1e400",
    "1e999999999",
    "-1e-999999999",
    "NaN",
    "sNaN",
    "Infinity",
    "",
    "x",
)

texts = st.one_of(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.text(max_size=40))
integers = st.one_of(st.sampled_from(INTEGERS), st.integers(1, 5), st.integers())
anything = st.recursive(
    st.none() | st.booleans() | integers | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("id", "phone", "x", "")), inner, max_size=2)
    ),
    max_leaves=5,
)

Known = Mapping[str, Sequence[str]]  # real ids by type name


class Inputs:
    """Strategies for the input types of a schema, in a market where these ids and words are known."""

    def __init__(self, known: Known, words: Sequence[str]) -> None:
        self._known = known
        self._words = list(words)

    def of(self, kind: GraphQLInputType, name: str) -> st.SearchStrategy[Any]:
        """Mostly values that fit `kind`, for an argument or field called `name`."""
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, name)
        return st.one_of(self._present(kind, name), self._present(kind, name), st.none())

    def fields(self, fields: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        """All that are required, and some of the others."""
        required = {name: self.of(one.type, name) for name, one in fields.items() if is_required_input_field(one)}
        optional = {name: self.of(one.type, name) for name, one in fields.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)

    def _present(self, kind: Any, name: str) -> st.SearchStrategy[Any]:
        fitting = self._fitting(kind, name)
        # One in eight or so is of another shape altogether.
        return st.integers(0, 7).flatmap(lambda dice: fitting if dice else anything)

    def _fitting(self, kind: Any, name: str) -> st.SearchStrategy[Any]:
        if isinstance(kind, GraphQLNonNull):
            return self._fitting(kind.of_type, name)
        if isinstance(kind, GraphQLList):
            return st.lists(self.of(kind.of_type, name), max_size=3)
        if isinstance(kind, GraphQLEnumType):
            return st.sampled_from([*kind.values, "NOBODY_KNOWS"])
        if isinstance(kind, GraphQLInputObjectType):
            return st.deferred(lambda: self._object(kind))
        return self._scalar(kind.name, name)

    def _object(self, kind: GraphQLInputObjectType) -> st.SearchStrategy[Any]:
        if kind.is_one_of:
            one_each = [
                st.fixed_dictionaries({name: self._present(one.type, name)}) for name, one in kind.fields.items()
            ]
            return st.one_of(*one_each, self.fields(kind.fields))
        return self.fields(kind.fields)

    def _scalar(self, scalar: str, name: str) -> st.SearchStrategy[Any]:
        return {
            "Boolean": st.booleans(),
            "Int": integers,
            "ID": self._ids(name),
            "DateTime": st.sampled_from(MOMENTS),
            "Date": st.sampled_from(DATES),
            "Decimal": st.sampled_from(DECIMALS) | integers | st.floats(),
        }.get(scalar, st.one_of(texts, st.sampled_from(self._words)))

    def _ids(self, name: str) -> st.SearchStrategy[Any]:
        """Ids of what `name` speaks of, of other things, of things that there are not, and keys of the caller's own."""
        meant = name.removesuffix("Ids").removesuffix("Id").rpartition("_")[2]
        meant = meant[:1].upper() + meant[1:]
        fitting = self._known.get(meant)
        others = [public for several in self._known.values() for public in several]
        missing = st.builds(
            ids.to_public, st.sampled_from([meant or "Order", *self._known]), st.builds(_key, st.integers(0))
        )
        wild = st.one_of(st.sampled_from(others), missing, texts, integers)
        return st.one_of(st.sampled_from(list(fitting)), st.sampled_from(list(fitting)), wild) if fitting else wild


def _key(number: int) -> UUID:
    return UUID(int=number % 2**128)
