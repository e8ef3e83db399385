"""Documents made ready to run: parsed, measured, validated and priced once, then kept while they are in use."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    VariableNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from kit.errors import Refused
from settings import LimitSettings
from transport.costs import Price, PriceList
from transport.errors import MOST_ERRORS, Invalid
from transport.limits import check_size
from transport.requests import bad_request

# Comparing fields for conflicts is quadratic where a name repeats; graphql-core gives up at this budget. Its own
# default lets one small document take more than a second.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 60_000

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
LONGEST_KEPT = 20_000  # characters; longer documents are rare, and each would push out many


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document that is fit to run."""

    document: DocumentNode
    node: OperationDefinitionNode
    price: Price

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    @property
    def is_subscription(self) -> bool:
        return self.node.operation is OperationType.SUBSCRIPTION

    @property
    def is_mutation(self) -> bool:
        return self.node.operation is OperationType.MUTATION

    def resumed_after(self, cursor: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The variables with `cursor` in the one that feeds the subscription's `after`, if one does.

        An EventSource reconnects with the URL it began with and tells in `Last-Event-ID` how far it came.
        """
        root = self.node.selection_set.selections[0]
        after = {
            argument.value.name.value: cursor
            for argument in (root.arguments or () if isinstance(root, FieldNode) else ())
            if argument.name.value == "after" and isinstance(argument.value, VariableNode)
        }
        return {**variables, **after}


@dataclass(frozen=True, slots=True)
class _Document:
    operations: dict[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        if name is None and len(self.operations) > 1:
            raise Refused("OPERATION_NAME_REQUIRED")
        found = next(iter(self.operations.values()), None) if name is None else self.operations.get(name)
        if found is None:
            raise Refused("OPERATION_NOT_FOUND")
        return found


class Documents:
    """Reads documents of one schema under one set of limits."""

    def __init__(self, schema: GraphQLSchema, limits: LimitSettings, *, introspection: bool, suggestions: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._introspection = introspection
        self._suggestions = suggestions
        self._prices = PriceList(schema, assumed_list=limits.assumed_list, assumed_page=limits.assumed_page)
        self._kept: OrderedDict[str, _Document] = OrderedDict()
        self._kept_chars = 0

    def knows(self, text: str) -> bool:
        """Whether `text` is at hand, so that reading it again costs nothing."""
        return text in self._kept

    def operation(self, text: str, name: str | None) -> Operation:
        """The operation `name` of a document, or its only one. Raises Refused or Invalid."""
        document = self._kept.get(text)
        if document is None:
            document = self._read(text)
            self._keep(text, document)
        else:
            self._kept.move_to_end(text)
        return document.operation(name)

    def _read(self, text: str) -> _Document:
        ast = self._parsed(text)
        try:
            check_size(ast, self._limits, introspection=self._introspection)
            self._validate(ast)
            prices = self._prices.prices(ast)
        except RecursionError:
            raise Refused("LIMIT_EXCEEDED", limit="depth", allowed=self._limits.depth) from None
        nodes = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
        named = {node.name.value if node.name else None: node for node in nodes}
        return _Document({name: Operation(ast, node, prices[name]) for name, node in named.items()})

    def _parsed(self, text: str) -> DocumentNode:
        allowed = self._limits.tokens
        try:
            ast = parse(text, max_lexical_tokens=allowed, max_comments=allowed)
        except GraphQLSyntaxError as error:
            if "tokens. Parsing aborted" in error.message or "comments. Parsing aborted" in error.message:
                raise Refused("LIMIT_EXCEEDED", limit="tokens", allowed=allowed) from None
            if "nested too deeply" in error.message:
                raise Refused("LIMIT_EXCEEDED", limit="depth", allowed=self._limits.depth) from None
            raise Invalid("GRAPHQL_PARSE_FAILED", [error]) from None
        if "\0" in text or "\\u" in text:
            visit(ast, _NoNul())
        return ast

    def _validate(self, ast: DocumentNode) -> None:
        errors = validate(self._schema, ast, _RULES, max_errors=MOST_ERRORS, hide_suggestions=not self._suggestions)
        if len(errors) == 1 and isinstance(errors[0], ValidationAbortedError):
            raise Refused("LIMIT_EXCEEDED", limit="complexity", allowed=_budget())
        if errors:
            raise Invalid("GRAPHQL_VALIDATION_FAILED", errors)

    def _keep(self, text: str, document: _Document) -> None:
        if len(text) > LONGEST_KEPT:
            return
        self._kept[text] = document
        self._kept_chars += len(text)
        while self._kept_chars > self._limits.cached_document_chars:
            dropped, _ = self._kept.popitem(last=False)
            self._kept_chars -= len(dropped)


class _NoNul(Visitor):
    """PostgreSQL stores no U+0000, so no text holds one; `\\u0000` is the way to write it in a document."""

    def enter_string_value(self, node: StringValueNode, *_: Node) -> None:
        if "\0" in node.value:
            raise bad_request("text holds the character U+0000")


def _budget() -> int:
    return overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET
