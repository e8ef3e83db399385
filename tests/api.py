"""The test client: one GraphQL call as some viewer, which must succeed unless the test says otherwise."""

from typing import Any

from domain.access import Viewer
from resolvers.context import Context
from schema.root import schema


class Api:
    """`await api(DOCUMENT, as_=viewer, name=value)` gives `data`; top-level errors fail the test."""

    def __init__(self, visitor: Viewer) -> None:
        self.visitor = visitor

    async def __call__(self, document: str, *, as_: Viewer | None = None, **variables: Any) -> dict[str, Any]:
        result = await self.raw(document, as_=as_, **variables)
        assert result.errors is None, result.errors
        assert result.data is not None
        return dict(result.data)

    async def raw(self, document: str, *, as_: Viewer | None = None, **variables: Any) -> Any:
        """The whole result, for tests about errors."""
        context = Context(as_ or self.visitor)
        return await schema.execute(document, variable_values=variables, context_value=context)
