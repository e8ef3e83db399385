"""What WeChat Pay says about a payment or a refund, in a callback or when it is asked, as a notice of ours."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.payments.provider import Notice, NoticeKind, ProviderRefused
from kit.money import LARGEST_AMOUNT, Currency

LONGEST_TEXT = 80
PAID = frozenset({"SUCCESS", "REFUND"})  # REFUND: paid, and some of it has gone back since
OPEN = frozenset({"NOTPAY", "USERPAYING", "ACCEPT"})


def of_charge(content: Mapping[str, Any], *, notice_id: str = "") -> Notice | None:
    """What became of a charge, None while it is open. ProviderRefused when it is closed, ValueError for nonsense."""
    state = content.get("trade_state")
    if state in OPEN:
        return None
    if state in PAID:
        money, reference = content["amount"], _text(content, "transaction_id")
        return Notice(
            notice_id=notice_id or f"asked:{reference}",
            kind=NoticeKind.CAPTURED,
            request_key=_text(content, "out_trade_no"),
            reference=reference,
            amount=_amount(money, "total"),
            currency=Currency(money.get("currency", "CNY")).value,
            occurred_at=_moment(content, "success_time"),
        )
    raise ProviderRefused(str(state)[:40])  # CLOSED, REVOKED, PAYERROR


def of_refund(content: Mapping[str, Any], *, notice_id: str = "") -> Notice | None:
    """What became of a refund, None while it is on its way.

    An ABNORMAL one (the payer's card is gone) is still on its way: it waits for somebody at WeChat Pay's merchant
    platform, and asking for it under another number could give the money back twice.
    """
    state = content.get("refund_status") or content.get("status")
    if state not in ("SUCCESS", "CLOSED"):
        return None
    is_done = state == "SUCCESS"
    reference, money = _text(content, "refund_id"), content["amount"]
    return Notice(
        notice_id=notice_id or f"asked:{reference}:{state}",
        kind=NoticeKind.REFUNDED if is_done else NoticeKind.REFUND_FAILED,
        request_key=_text(content, "out_refund_no"),
        reference=reference,
        amount=_amount(money, "refund"),
        currency=Currency(money.get("currency", "CNY")).value,
        occurred_at=_moment(content, "success_time" if is_done else "create_time"),
        failure="" if is_done else "CLOSED",
    )


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"{name}: needs a text")
    return value


def _amount(money: Mapping[str, Any], name: str) -> int:
    value = money.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST_AMOUNT:
        raise ValueError(f"{name}: needs fen, more than none")
    return value


def _moment(content: Mapping[str, Any], name: str) -> datetime:
    at = datetime.fromisoformat(_text(content, name))
    if at.tzinfo is None:
        raise ValueError(f"{name}: needs an offset")
    return at
