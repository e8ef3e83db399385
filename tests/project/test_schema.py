"""That the schema can be read without asking anybody: everything is described, and alike things are alike."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
    print_type,
)

from domain.orders.kinds import EventKind
from domain.refusals import MESSAGES
from kit.errors import Refused
from schema.root import schema
from scripts import export_schema
from transport.wording import wording

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("adapters", "domain", "jobs", "kit", "loaders", "resolvers", "schema", "transport")
PAGING = {"first", "after", "last", "before"}
SHORT_BY_NATURE = {
    "categoryTree",
    "warehouses",
    "coupons",
    "shippingRates",
    "carrierTariffs",
    "riskRules",
}  # as many as somebody keeps in their head
# Never money; a field that must be one gets its place here.
ON_THE_MAP = (
    *("Warehouse", "PositionInput", "PickupPoint", "PickupPointCreateInput", "PickupPointUpdateInput"),
    *("CourierPosition", "CourierPositionReportInput", "ParcelPosition"),
)
FLOAT_IS_FINE = {f"{kind}.{axis}" for kind in ON_THE_MAP for axis in ("latitude", "longitude")}

core: GraphQLSchema = schema._schema


def own_types() -> list[object]:
    return [
        kind
        for kind in core.type_map.values()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    ]


def members() -> Iterator[tuple[str, str | None]]:
    """The coordinates of everything that clients can name, with its description."""
    for kind in core.type_map.values():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        # The three roots are known to everybody by their names.
        if kind not in (core.query_type, core.mutation_type, core.subscription_type):
            yield kind.name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.fields.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, one in kind.fields.items():
                yield f"{kind.name}.{name}", one.description
                yield from (
                    (f"{kind.name}.{name}({given}:)", argument.description) for given, argument in one.args.items()
                )


def sources() -> Iterator[Path]:
    for floor in FLOORS:
        yield from sorted((ROOT / floor).rglob("*.py"))
    yield ROOT / "server.py"


def literals(pattern: str) -> dict[str, set[str]]:
    """What `pattern` captures in our code, with the files that it stands in."""
    found: dict[str, set[str]] = {}
    for path in sources():
        for match in re.finditer(pattern, path.read_text(encoding="utf-8")):
            found.setdefault(match[1], set()).add(str(path.relative_to(ROOT)))
    return found


def of_the_wire(code: str) -> bool:
    return wording(Refused(code), "en") is not None


def test_everything_is_described() -> None:
    assert [name for name, description in members() if not (description or "").strip()] == []


def test_descriptions_are_sentences() -> None:
    """They end like sentences, and none is the name of the thing over again."""
    words = dict(members())
    assert [
        name for name, text in words.items() if text and not text.rstrip().endswith((".", "?", "!", "。", "`"))
    ] == []
    assert [name for name, text in words.items() if text and len(text) < 4] == []


def test_each_connection_can_be_walked_through() -> None:
    for kind in own_types():
        for name, one in getattr(kind, "fields", {}).items():
            if isinstance(kind, GraphQLInputObjectType) or not get_named_type(one.type).name.endswith("Connection"):
                continue
            assert {"first", "after"} <= one.args.keys(), f"{kind}.{name}"
            assert not {given for given in PAGING & one.args.keys() if isinstance(one.args[given].type, GraphQLNonNull)}


def test_each_list_of_nodes_at_the_root_is_paged_or_short_by_nature() -> None:
    """A root field that gives objects with an id gives them in pages, unless the caller says how many, or what of."""
    assert core.query_type is not None
    for name, one in core.query_type.fields.items():
        kind = get_named_type(one.type)
        if "[" in str(one.type) and isinstance(kind, GraphQLObjectType) and "id" in kind.fields:
            assert one.args or name in SHORT_BY_NATURE, f"{name} grows with the market"


def test_each_mutation_takes_an_input_and_tells_its_problems() -> None:
    assert core.mutation_type is not None
    for name, one in core.mutation_type.fields.items():
        assert set(one.args) <= {"input"}, name
        if one.args:
            assert isinstance(one.args["input"].type, GraphQLNonNull), name
            assert get_named_type(one.args["input"].type).name.endswith("Input"), name
        payload = get_named_type(one.type)
        assert isinstance(payload, GraphQLObjectType), name
        assert payload.name.endswith("Payload"), name
        assert str(payload.fields["userErrors"].type) == "[UserError!]!", name
        assert str(payload.fields["warnings"].type) == "[UserError!]!", name


def test_what_a_mutation_changed_can_be_null() -> None:
    """A refusal has nothing to show; a payload that must show something would turn it into a crash."""
    assert core.mutation_type is not None
    for one in core.mutation_type.fields.values():
        payload = get_named_type(one.type)
        assert isinstance(payload, GraphQLObjectType)
        for name, part in payload.fields.items():
            if name not in {"userErrors", "warnings"}:
                assert not isinstance(part.type, GraphQLNonNull), f"{payload.name}.{name}"


def test_mutations_that_move_money_or_stock_take_an_idempotency_key() -> None:
    assert core.mutation_type is not None
    for name in ("orderPlace", "paymentCreate", "refundCreate", "refundRetry", "parcelShip", "stockAdjust"):
        kind = get_named_type(core.mutation_type.fields[name].args["input"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        assert str(kind.fields["idempotencyKey"].type) == "ID!", name


def test_money_is_never_a_float() -> None:
    for kind in own_types():
        for name, one in getattr(kind, "fields", {}).items():
            if get_named_type(one.type).name == "Float":
                assert f"{kind}.{name}" in FLOAT_IS_FINE


def test_every_error_tells_the_same_four_things() -> None:
    interface = core.type_map["UserError"]
    assert isinstance(interface, GraphQLInterfaceType)
    shown = core.get_implementations(interface).objects
    assert len(shown) > 1
    assert [kind.name for kind in shown if not {"code", "message", "path", "retryable"} <= kind.fields.keys()] == []


def test_objects_that_can_be_fetched_again_are_nodes() -> None:
    node = core.type_map["Node"]
    for kind in own_types():
        if isinstance(kind, GraphQLObjectType) and "id" in kind.fields:
            assert node in kind.interfaces, kind.name


def test_no_union_is_empty_and_no_type_lacks_fields() -> None:
    for kind in own_types():
        if isinstance(kind, GraphQLUnionType):
            assert kind.types
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            assert kind.fields, print_type(kind)


def test_the_committed_schema_is_that_of_the_code() -> None:
    committed = export_schema.FILE.read_text(encoding="utf-8")
    assert export_schema.difference(committed=committed, current=schema.as_str().rstrip() + "\n") == ""


@pytest.mark.parametrize("pattern", [r'\bRefused\(\s*"([A-Z_]+)"', r'error_type\(\s*"([A-Z_]+)"'])
def test_every_refusal_in_the_code_has_words(pattern: str) -> None:
    used = literals(pattern)
    assert used
    assert {code: files for code, files in used.items() if code not in MESSAGES and not of_the_wire(code)} == {}


def test_every_refusal_has_words_in_both_languages() -> None:
    assert [code for code, texts in MESSAGES.items() if len(texts) != 2 or not all(texts)] == []
    for code, (english, chinese) in MESSAGES.items():
        assert set(re.findall(r"{(\w+)", english)) >= set(re.findall(r"{(\w+)", chinese)), code


def test_every_refusal_with_words_is_used() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources() if path.name != "refusals.py")
    assert [code for code in MESSAGES if f'"{code}"' not in text] == []


def test_every_event_in_the_code_is_one_that_clients_can_read() -> None:
    used = literals(r'\bkind="([a-z_]+\.[a-z_]+)"')
    assert used
    assert {kind: files for kind, files in used.items() if kind not in set(EventKind)} == {}
