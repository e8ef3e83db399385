"""How the types of this floor are wired to resolvers: one typed helper each for fields, mutations and node types."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from enum import EnumMeta
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry import UNSET
from strawberry.types.enum import StrawberryEnumDefinition

from resolvers.answers import Answer, answering
from resolvers.context import Info

Resolver = Callable[..., Any]

# Marks fields whose resolver does not ask `info` for its path: it is given one `Info` for all rows of a list.
SHARES_INFO = "shares_info"
EnumType = TypeVar("EnumType", bound=EnumMeta)


def field(resolver: Resolver | None = None, *, description: str, **options: Any) -> Any:
    """A field. The class annotation says what clients see; `resolver` may return the stored row in its place.

    All rows of a list share the `Info`: it knows everything but the path of the row.
    """
    if resolver is None:
        return strawberry.field(description=description, **options)
    return strawberry.field(resolver=resolver, description=description, metadata={SHARES_INFO: True}, **options)


def enum_type(enum: EnumType, *, name: str | None = None, description: str, values: Mapping[str, str]) -> EnumType:
    """Show an enum of the floors below; `values` describes every member."""
    shown = strawberry.enum(enum, name=name, description=description)
    definition: StrawberryEnumDefinition = shown.__strawberry_definition__  # type: ignore[attr-defined]  # set by Strawberry
    for value in definition.values:
        value.description = values[value.name]
    return shown


def mutation(resolver: Callable[..., Awaitable[Answer]], input_type: type, *, description: str) -> Any:
    """A mutation with one `input`. Its fields are given to `resolver` by name, without those that the client left out.

    Refusals become `userErrors` of the payload that the class annotation names.
    """
    answered = answering(resolver)

    async def resolve(info: Info, input: Any) -> Answer:
        return await answered(info, **given(input))

    resolve.__name__ = resolver.__name__
    resolve.__annotations__ = {
        "info": Info,
        "input": Annotated[input_type, strawberry.argument(description="What is to be done.")],
        "return": Any,
    }
    return strawberry.mutation(resolver=resolve, description=description)


def mutation_without_input(resolver: Callable[[Info], Awaitable[Answer]], *, description: str) -> Any:
    """A mutation that needs to be told nothing."""
    answered = answering(resolver)

    async def resolve(info: Info) -> Answer:
        return await answered(info)

    resolve.__name__ = resolver.__name__
    resolve.__annotations__ = {"info": Info, "return": Any}
    return strawberry.mutation(resolver=resolve, description=description)


def given(source: Any) -> dict[str, Any]:
    """The fields of an input object that the client has sent, by Python name."""
    names = inspect.get_annotations(type(source)) if not hasattr(source, "__dict__") else vars(source)
    return {name: getattr(source, name) for name in names if getattr(source, name) is not UNSET}


def subscription(resolver: Callable[..., AsyncIterator[Any]], *, description: str) -> Any:
    """A subscription: `resolver` yields the stored things that the class annotation's type shows."""
    return strawberry.subscription(resolver=resolver, description=description)
