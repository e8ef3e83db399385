"""Reads a request body no further than its limit, whatever its headers promise."""

import asyncio

from starlette.requests import Request

from kit.errors import Refused
from transport.negotiation import is_json_in_utf8


async def read_json_body(request: Request, *, allowed: int, seconds: float) -> bytes:
    """The bytes of an `application/json` body. Raises Refused for other types, too many bytes, or too slow a sender."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity") or not is_json_in_utf8(request.headers.get("content-type")):
        raise Refused("UNSUPPORTED_MEDIA_TYPE")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > allowed:
        raise Refused("BODY_TOO_LARGE", allowed=allowed)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > allowed:
                    raise Refused("BODY_TOO_LARGE", allowed=allowed)
    except TimeoutError:
        raise Refused("TIMEOUT", retryable=True, allowed=seconds) from None
    return bytes(body)
