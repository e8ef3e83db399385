"""How the simulator writes and checks its callbacks: what a provider's own library would bring."""

import json
from collections.abc import Mapping
from datetime import datetime

from adapters.payments.provider import BadSignature, Notice, NoticeKind
from adapters.signatures import what_is_wrong
from kit.money import LARGEST_AMOUNT, Currency

LONGEST_TEXT = 80


def write(notice: Notice) -> str:
    """The body of a callback."""
    return json.dumps(
        {
            "id": notice.notice_id,
            "event": notice.kind.value,
            "merchantNumber": notice.request_key,
            "reference": notice.reference,
            "amount": notice.amount,
            "currency": notice.currency,
            "occurredAt": notice.occurred_at.isoformat(),
            "failure": notice.failure,
            "payer": notice.payer,
        }
    )


def read(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> Notice:
    """The notice in a callback. BadSignature: not signed, or not lately. ValueError: signed, and still no notice."""
    wrong = what_is_wrong(body, headers, secret=secret, now=now)
    if wrong:
        raise BadSignature(wrong)
    return parse(body)


def parse(body: bytes | str) -> Notice:
    """The notice in a body that is known to be the provider's."""
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("a notice is a JSON object")
    occurred_at = datetime.fromisoformat(_text(content, "occurredAt"))
    if occurred_at.tzinfo is None:
        raise ValueError("occurredAt: needs an offset")
    return Notice(
        notice_id=_text(content, "id"),
        kind=NoticeKind(_text(content, "event")),
        request_key=_text(content, "merchantNumber"),
        reference=_text(content, "reference"),
        amount=_amount(content),
        currency=Currency(_text(content, "currency")).value,
        occurred_at=occurred_at,
        failure=_text(content, "failure", least=0)[:60],
        payer=_text(content, "payer", least=0) if "payer" in content else "",
    )


def _text(content: dict[str, object], name: str, *, least: int = 1) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not least <= len(value) <= LONGEST_TEXT or (value and not value.isprintable()):
        raise ValueError(f"{name}: needs a text of {least} to {LONGEST_TEXT} characters")
    return value


def _amount(content: dict[str, object]) -> int:
    value = content.get("amount")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST_AMOUNT:
        raise ValueError("amount: needs minor units, more than none")
    return value
