"""How the carrier simulator writes and reads what it tells the market unasked."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.carriers.carrier import BadSignature, Push, Scan
from adapters.signatures import what_is_wrong
from kit.text import Localized
from models.fulfillment import ParcelState, ScanKind

LONGEST_TEXT = 200
MOST_SCANS = 200


def write(waybill: str, scans: Sequence[Scan], *, goes_on: bool) -> bytes:
    """The body of a push."""
    told = [
        {
            "id": scan.scan_id,
            "state": scan.state,
            "kind": scan.kind,
            "place": scan.place,
            "description": scan.description,
            "occurredAt": scan.occurred_at.isoformat(),
            "estimatedAt": scan.estimated_at.isoformat() if scan.estimated_at else None,
        }
        for scan in scans
    ]
    return json.dumps({"waybill": waybill, "goesOn": goes_on, "scans": told}, ensure_ascii=False).encode()


def read(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime, carrier: str) -> Push:
    """The push in a body. BadSignature: not signed, or not lately. ValueError: signed, and still no push."""
    wrong = what_is_wrong(body, headers, secret=secret, now=now)
    if wrong:
        raise BadSignature(wrong)
    content = json.loads(body)
    if not isinstance(content, dict) or not isinstance(content.get("scans"), list):
        raise ValueError("a push is a JSON object with scans")
    if len(content["scans"]) > MOST_SCANS:
        raise ValueError("scans: too many")
    waybill = _text(content, "waybill")
    return Push(
        notice_id=hashlib.sha256(body).hexdigest(),
        waybill=waybill,
        scans=tuple(_scan(carrier, waybill, item) for item in content["scans"]),
        goes_on=content.get("goesOn") is not False,
    )


def _scan(carrier: str, waybill: str, item: object) -> Scan:
    if not isinstance(item, dict):
        raise ValueError("a scan is a JSON object")
    return Scan(
        carrier=carrier,
        waybill=waybill,
        scan_id=_text(item, "id"),
        state=None if item.get("state") is None else ParcelState(item["state"]),
        place=_localized(item, "place"),
        description=_localized(item, "description"),
        occurred_at=_moment(item, "occurredAt"),
        kind=ScanKind(item.get("kind", ScanKind.MOVE)),
        estimated_at=None if item.get("estimatedAt") is None else _moment(item, "estimatedAt"),
    )


def _text(content: Mapping[str, object], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 80 or not value.isprintable():
        raise ValueError(f"{name}: needs a text of 1 to 80 characters")
    return value


def _localized(content: Mapping[str, object], name: str) -> Localized:
    value = content.get(name)
    if not isinstance(value, dict) or any(not isinstance(text, str) for pair in value.items() for text in pair):
        raise ValueError(f"{name}: needs texts by language")
    return {
        language: "".join(filter(str.isprintable, text))[:LONGEST_TEXT]
        for language, text in value.items()
        if language in ("zh-CN", "en")
    }


def _moment(content: Mapping[str, object], name: str) -> datetime:
    moment = datetime.fromisoformat(_text(content, name))
    if moment.tzinfo is None:
        raise ValueError(f"{name}: needs an offset")
    return moment
