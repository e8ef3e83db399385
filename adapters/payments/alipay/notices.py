"""What Alipay says about a payment or a refund, in a notice or when it is asked, as a notice of ours."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from adapters.payments.alipay.wire import moment_of
from adapters.payments.provider import Notice, NoticeKind, ProviderRefused
from kit.money import to_minor

LONGEST_TEXT = 80
PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})


def of_charge(content: Mapping[str, object], *, paid_at: str, notice_id: str = "") -> Notice | None:
    """What became of a trade, None while it is open. ProviderRefused when it is closed, ValueError for nonsense.

    `paid_at` names the field that tells when: notices and answers call it by different names.
    """
    state = content.get("trade_status")
    if state == "WAIT_BUYER_PAY":
        return None
    if state not in PAID:
        raise ProviderRefused(str(state)[:40])
    reference = text_of(content, "trade_no")
    return Notice(
        notice_id=notice_id or f"asked:{reference}",
        kind=NoticeKind.CAPTURED,
        request_key=text_of(content, "out_trade_no"),
        reference=reference,
        amount=fen_of(content, "total_amount"),
        currency="CNY",
        occurred_at=moment_of(text_of(content, paid_at)),
    )


def of_refund(content: Mapping[str, object], *, request_key: str, now: datetime) -> Notice | None:
    """What became of a refund, None while it is on its way; Alipay names no failure, it goes on trying."""
    if content.get("refund_status") != "REFUND_SUCCESS":
        return None
    if text_of(content, "out_request_no") != request_key:
        raise ValueError("about another refund")
    return Notice(
        notice_id=f"refund:{request_key}",
        kind=NoticeKind.REFUNDED,
        request_key=request_key,
        reference=request_key,
        amount=fen_of(content, "refund_amount"),
        currency="CNY",
        occurred_at=moment_of(text_of(content, "gmt_refund_pay")) if content.get("gmt_refund_pay") else now,
    )


def text_of(content: Mapping[str, object], name: str) -> str:
    """A text of an answer; ValueError when it is none that could be right."""
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"{name}: needs a text")
    return value


def fen_of(content: Mapping[str, object], name: str) -> int:
    """Yuan as Alipay writes them, in fen."""
    try:
        fen = to_minor(Decimal(text_of(content, name)), "CNY")
    except InvalidOperation as error:
        raise ValueError(f"{name}: needs yuan") from error
    if fen <= 0:
        raise ValueError(f"{name}: needs yuan, more than none")
    return fen
