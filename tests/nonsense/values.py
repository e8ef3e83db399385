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
INTEGERS = (0, 1, -1, 2, 3, 20, 100, 101, 999, 1000, 10**6, 2**31 - 1, -(2**31))
HUGE = (2**31, 2**53, 2**63, -(2**63) - 1, 10**30)
RIGHT = 5  # the first of each of the following are of the right kind
MOMENTS = (
    "2026-01-01T00:00:00Z",
    "2036-02-29T12:00:00.123456+08:00",
    "1970-01-01T00:00:00-12:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
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

FITTING: dict[str, tuple[str, ...]] = {
    "phone": ("13800138000", "13912345678", "+8613700001234"),
    "email": ("lin@example.com", "Zhao@Example.com"),
    "recipient": ("林晓雨", "Lin"),
    "province": ("上海市", "Sichuan", "西藏自治区"),
    "city": ("上海市", "成都市"),
    "street": ("集市路 1 号", "1 Market Road"),
    "password": ("a good password", "another password"),
    "newPassword": ("a good password", "another password"),
    "code": ("123456", "WELCOME10"),
    "slug": ("red-apple", "pear", "fruit", "new-thing"),
    "sku": ("RED-APPLE-1", "NEW-1"),
    "query": ("苹果", "apple", "pingguo"),
    "after": ("",),
    "before": ("",),
}
ALIASES = {"line": "CartLine", "parent": "Category", "under": "Category", "staff": "User", "customer": "User"}
LONE = ("\ud800", "\udfff\ud800")  # half a character: no text at all

sane = st.characters(codec="utf-8")
texts = st.one_of(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.text(sane, max_size=40))
integers = st.one_of(st.sampled_from(INTEGERS), st.integers(1, 5), st.integers(-(2**31), 2**31 - 1))
wild_texts = texts | st.sampled_from(LONE)
wild_integers = integers | st.sampled_from(HUGE) | st.integers()
anything = st.recursive(
    st.none() | st.booleans() | wild_integers | st.floats() | wild_texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("id", "phone", "x", "")), inner, max_size=2)
    ),
    max_leaves=5,
)

Known = Mapping[str, Sequence[str]]  # real ids by type name


class Inputs:
    """Strategies for the input types of a schema, in a market where these ids and words are known.

    All values fit their types, unless they are to be `wild`: then some are of another shape altogether. Ids are mostly
    of the right kind, and then mostly of things that there are; `lost` ones never are.
    """

    def __init__(self, known: Known, words: Sequence[str], *, wild: bool = False, lost: bool = False) -> None:
        self._known = known
        self._lost = lost
        self._words = list(words)
        self._wild = wild

    def of(self, kind: GraphQLInputType, name: str) -> st.SearchStrategy[Any]:
        """Values for an argument or field of `kind` that is called `name`."""
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, name)
        return st.one_of(self._present(kind, name), self._present(kind, name), st.none())

    def fields(self, fields: Mapping[str, Any], about: str = "") -> st.SearchStrategy[dict[str, Any]]:
        """All that are required, and some of the others. `about` says of what an `id` is the id."""
        kinds = {name: self.of(one.type, f"{about}Id" if name == "id" else name) for name, one in fields.items()}
        required = {name: kinds.pop(name) for name, one in fields.items() if is_required_input_field(one)}
        return st.fixed_dictionaries(required, optional=kinds)

    def _present(self, kind: Any, name: str) -> st.SearchStrategy[Any]:
        fitting = self._fitting(kind, name)
        return st.integers(0, 4).flatmap(lambda dice: fitting if dice else anything) if self._wild else fitting

    def _fitting(self, kind: Any, name: str) -> st.SearchStrategy[Any]:
        if isinstance(kind, GraphQLList):
            return st.lists(self.of(kind.of_type, name), max_size=3)
        if isinstance(kind, GraphQLEnumType):
            return st.sampled_from([*kind.values, *(["NOBODY_KNOWS"] if self._wild else [])])
        if isinstance(kind, GraphQLInputObjectType):
            return st.deferred(lambda: self._object(kind))
        return self._scalar(kind.name, name)

    def _object(self, kind: GraphQLInputObjectType) -> st.SearchStrategy[Any]:
        if not kind.extensions["strawberry-definition"].is_one_of:
            return self.fields(kind.fields)
        one_each = [st.fixed_dictionaries({name: self._present(one.type, name)}) for name, one in kind.fields.items()]
        return st.one_of(*one_each, *([self.fields(kind.fields)] if self._wild else []))

    def _scalar(self, scalar: str, name: str) -> st.SearchStrategy[Any]:
        whole = wild_integers if self._wild else integers
        known = {
            "Boolean": st.booleans(),
            "Int": whole,
            "SafeInt": whole,
            "ID": self._ids(name),
            "DateTime": st.sampled_from(MOMENTS if self._wild else MOMENTS[:RIGHT]),
            "Date": st.sampled_from(DATES if self._wild else DATES[:RIGHT]),
            "Decimal": st.sampled_from(DECIMALS if self._wild else DECIMALS[:RIGHT]),
        }
        return known[scalar] if scalar in known else self._text(name)

    def _text(self, name: str) -> st.SearchStrategy[str]:
        """Often what belongs there, so that the call comes further than the first check."""
        odd = st.one_of(wild_texts if self._wild else texts, st.sampled_from(self._words))
        fitting = st.sampled_from(FITTING[name]) if name in FITTING else odd
        return st.integers(0, 9).flatmap(lambda dice: fitting if dice < 7 else odd)

    def _ids(self, name: str) -> st.SearchStrategy[Any]:
        """Ids of what `name` speaks of, of other things, of things that there are not, and keys of the caller's own."""
        meant = name.removesuffix("Ids").removesuffix("Id")
        meant = ALIASES.get(meant, meant[:1].upper() + meant[1:])
        if meant == "IdempotencyKey":
            return st.sampled_from(("one", "two")) | st.text("abcdef", min_size=8, max_size=8) | texts
        kinds = [meant] if meant in self._known else list(self._known)
        missing = st.builds(ids.to_public, st.sampled_from(kinds), st.integers(0, 2**64).map(_key))
        if self._lost:
            return missing
        others = [public for several in self._known.values() for public in several]
        fitting = list(self._known.get(meant, others))
        odd = st.one_of(missing, missing, st.sampled_from(others), texts)
        return st.integers(0, 9).flatmap(lambda dice: st.sampled_from(fitting) if dice < 7 else odd)


def _key(number: int) -> UUID:
    return UUID(int=number)
