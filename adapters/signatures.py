"""How our own simulators sign what they post: HMAC over a timestamp and the body, good for a few minutes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kit import crypto

TIMESTAMP = "x-simulator-timestamp"
SIGNATURE = "x-simulator-signature"
REPLAY_WINDOW = timedelta(minutes=5)


def signed_headers(body: bytes, *, secret: str, now: datetime) -> dict[str, str]:
    """What goes with a body, so that nobody else can have sent it, nor anybody send it again tomorrow."""
    timestamp = str(int(now.timestamp()))
    return {
        "content-type": "application/json",
        TIMESTAMP: timestamp,
        SIGNATURE: _signature(timestamp, body, secret=secret),
    }


def what_is_wrong(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> str | None:
    """Why a body must not be believed, None when it may be. The names of `headers` are in lower case."""
    timestamp = headers.get(TIMESTAMP, "")
    if not crypto.same(headers.get(SIGNATURE, ""), _signature(timestamp, body, secret=secret)):
        return "the signature does not fit"
    if abs(now - _moment(timestamp)) > REPLAY_WINDOW:
        return "signed too long ago, or ahead of time"
    return None


def _signature(timestamp: str, body: bytes, *, secret: str) -> str:
    return crypto.sign(secret, timestamp.encode() + b"." + body)


def _moment(timestamp: str) -> datetime:
    return datetime.fromtimestamp(int(timestamp), UTC)  # ours by now: only a signed timestamp comes this far
