"""Everything that can happen to an order, and how a person is told. `{name}` stands for a value of the event's data."""

from enum import StrEnum

from kit.text import in_locale


class EventKind(StrEnum):
    """What happened."""

    ORDER_PLACED = "order.placed"
    ORDER_EXPIRED = "order.expired"
    ORDER_REVIVED = "order.revived"
    ORDER_CANCELED = "order.canceled"
    ORDER_UNITS_DROPPED = "order.units_dropped"
    ORDER_PARTIALLY_SHIPPED = "order.partially_shipped"
    ORDER_SHIPPED = "order.shipped"
    ORDER_DELIVERED = "order.delivered"
    ORDER_RECEIVED = "order.received"
    ORDER_COMPLETED = "order.completed"
    PAYMENT_CREATED = "payment.created"
    PAYMENT_CAPTURED = "payment.captured"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_EXPIRED = "payment.expired"
    PAYMENT_REJECTED = "payment.rejected"
    REFUND_REQUESTED = "refund.requested"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    PARCEL_SHIPPED = "parcel.shipped"
    PARCEL_SCANNED = "parcel.scanned"
    PARCEL_DELIVERED = "parcel.delivered"


MESSAGES: dict[EventKind, dict[str, str]] = {
    EventKind.ORDER_PLACED: {"en": "Order placed.", "zh-CN": "订单已提交。"},
    EventKind.ORDER_EXPIRED: {"en": "Not paid in time; the order was given up.", "zh-CN": "超时未付款，订单已关闭。"},
    EventKind.ORDER_REVIVED: {
        "en": "A late payment arrived; the order goes on.",
        "zh-CN": "收到延迟付款，订单继续处理。",
    },
    EventKind.ORDER_CANCELED: {"en": "Order canceled.", "zh-CN": "订单已取消。"},
    EventKind.ORDER_UNITS_DROPPED: {"en": "Some units will not be shipped.", "zh-CN": "部分商品将不再发货。"},
    EventKind.ORDER_PARTIALLY_SHIPPED: {
        "en": "Part of the order is on its way; the rest follows.",
        "zh-CN": "部分商品已发货，其余将陆续发出。",
    },
    EventKind.ORDER_SHIPPED: {"en": "Everything is on its way.", "zh-CN": "商品已全部发货。"},
    EventKind.ORDER_DELIVERED: {"en": "Everything has been delivered.", "zh-CN": "商品已全部送达。"},
    EventKind.ORDER_RECEIVED: {"en": "Receipt confirmed.", "zh-CN": "已确认收货。"},
    EventKind.ORDER_COMPLETED: {"en": "Order completed.", "zh-CN": "订单已完成。"},
    EventKind.PAYMENT_CREATED: {"en": "Payment started.", "zh-CN": "已发起付款。"},
    EventKind.PAYMENT_CAPTURED: {"en": "Payment received.", "zh-CN": "付款成功。"},
    EventKind.PAYMENT_FAILED: {"en": "The payment did not succeed.", "zh-CN": "付款失败。"},
    EventKind.PAYMENT_EXPIRED: {"en": "The time to pay is over.", "zh-CN": "付款已超时。"},
    EventKind.PAYMENT_REJECTED: {
        "en": "A payment could not be matched to the order; we are looking into it.",
        "zh-CN": "一笔付款与订单不符，正在核实。",
    },
    EventKind.REFUND_REQUESTED: {"en": "Refund on its way.", "zh-CN": "退款处理中。"},
    EventKind.REFUND_SUCCEEDED: {"en": "Refund completed.", "zh-CN": "退款成功。"},
    EventKind.REFUND_FAILED: {"en": "The refund did not go through; we try again.", "zh-CN": "退款未成功，将重试。"},
    EventKind.PARCEL_SHIPPED: {
        "en": "Parcel {waybill} handed to {carrier}.",
        "zh-CN": "包裹 {waybill} 已交付{carrier}。",
    },
    EventKind.PARCEL_SCANNED: {"en": "{description}", "zh-CN": "{description}"},
    EventKind.PARCEL_DELIVERED: {"en": "Parcel {waybill} delivered.", "zh-CN": "包裹 {waybill} 已送达。"},
}


class _Data(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def message(kind: str, data: dict[str, object], locale: str) -> str:
    """What a person is told about an event. A value in several languages is told in this one."""
    told = {name: in_locale(value, locale) if isinstance(value, dict) else value for name, value in data.items()}
    return in_locale(MESSAGES[EventKind(kind)], locale).format_map(_Data(told))
