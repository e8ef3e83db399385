"""Whatever anybody sends, the market answers: with data or a refusal, never with a bug."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from models.customers import Role
from schema.root import schema
from tests.nonsense.conftest import Town
from tests.nonsense.documents import Operation, every_operation
from tests.nonsense.values import DATES, DECIMALS, MOMENTS, integers
from tests.soak import examples

CORE = schema._schema
OPERATIONS = every_operation(CORE)
SPEAKERS = ("guest", "customer", "other", "order guest", *(role.value for role in Role), "ADMINISTRATOR")

nonsense = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    phases=[Phase.generate],  # a failure names the call; to shrink it on a market that it has changed tells nothing
)
QUICK = settings(nonsense, max_examples=150)
LONG = settings(nonsense, max_examples=examples(250))
any_call = given(data=st.data(), speaker=st.sampled_from(SPEAKERS), operation=st.sampled_from(OPERATIONS))
any_shape = given(
    speaker=st.sampled_from(SPEAKERS),
    document=from_schema(
        CORE,
        allow_x00=True,
        custom_scalars={
            "DateTime": st.sampled_from(MOMENTS).map(nodes.String),
            "Date": st.sampled_from(DATES).map(nodes.String),
            "Decimal": st.sampled_from(DECIMALS).map(nodes.String),
            "SafeInt": integers.map(nodes.Int),
        },
    ),
)


async def call(town: Town, data: Any, speaker: str, operation: Operation) -> None:
    inputs = town.inputs if data.draw(st.integers(0, 4)) else town.wild
    variables = data.draw(inputs.fields(operation.arguments, operation.name))
    await town.tell(speaker, operation.document, variables)


@QUICK
@any_call
async def test_any_values_are_answered(town: Town, data: Any, speaker: str, operation: Operation) -> None:
    await call(town, data, speaker, operation)


@settings(nonsense, max_examples=examples(1))
@given(data=st.data(), speaker=st.just("ADMINISTRATOR"))
async def test_things_that_there_are_not_are_missing_everywhere(town: Town, data: Any, speaker: str) -> None:
    for operation in OPERATIONS:
        variables = data.draw(town.lost.fields(operation.arguments, operation.name))
        await town.tell(speaker, operation.document, variables)


@settings(QUICK, max_examples=30)
@any_shape
async def test_any_query_is_answered(town: Town, speaker: str, document: str) -> None:
    await town.tell(speaker, document, {})


@pytest.mark.soak
@pytest.mark.slow
@LONG
@any_call
async def test_any_values_are_answered_for_long(town: Town, data: Any, speaker: str, operation: Operation) -> None:
    await call(town, data, speaker, operation)


@pytest.mark.soak
@pytest.mark.slow
@settings(LONG, max_examples=examples(60))
@any_shape
async def test_any_query_is_answered_for_long(town: Town, speaker: str, document: str) -> None:
    await town.tell(speaker, document, {})
