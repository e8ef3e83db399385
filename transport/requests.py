"""One request as GraphQL over HTTP names its parts, checked for shape and nothing else."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from kit.errors import Refused
from transport.jsontext import NotJson, decode

_PARAMETERS = ("query", "variables", "operationName", "extensions")


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a caller wants run."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    extensions: dict[str, Any] = field(default_factory=dict)


def from_payload(payload: object) -> OperationRequest:
    """Read a decoded JSON object. Raises `Refused("BAD_REQUEST")` that says which part has the wrong shape."""
    if not isinstance(payload, dict):
        raise bad_request("it must be a JSON object")
    query = payload.get("query")
    if not isinstance(query, str) or not query:
        raise bad_request("query must be a text that is not empty")
    operation_name = payload.get("operationName")
    if not isinstance(operation_name, str | None):
        raise bad_request("operationName must be a text or null")
    return OperationRequest(
        query, _object(payload, "variables"), operation_name or None, _object(payload, "extensions")
    )


def from_query_string(raw: bytes) -> OperationRequest:
    """Read the query of a URL, where variables and extensions are JSON texts."""
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise bad_request("the query string is not URL-encoded UTF-8") from None
    payload: dict[str, Any] = {}
    for name, value in pairs:
        if name in payload:
            raise bad_request("a parameter is given twice")
        if name in _PARAMETERS:
            payload[name] = value
    for name in ("variables", "extensions"):
        if payload.get(name):
            payload[name] = decoded(payload[name])
        else:
            payload.pop(name, None)
    return from_payload(payload)


def decoded(raw: bytes | str) -> Any:
    """JSON from outside. Raises `Refused("BAD_REQUEST")`."""
    try:
        return decode(raw)
    except NotJson as error:
        raise bad_request(str(error)) from None


def bad_request(why: str) -> Refused:
    return Refused("BAD_REQUEST", why=why)


def _object(payload: dict[str, Any], name: str) -> dict[str, Any]:
    value = payload.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{name} must be an object or null")
    return value
