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
    ORDER_UNITS_REOPENED = "order.units_reopened"
    ORDER_REALLOCATED = "order.reallocated"
    ORDER_SHORT = "order.short"
    ORDER_SHORTAGE_CHOSEN = "order.shortage_chosen"
    ORDER_SHORTAGE_WITHDRAWN = "order.shortage_withdrawn"
    ORDER_RESTOCKED = "order.restocked"
    ORDER_CHANGED = "order.changed"
    INTERCEPTION_REQUESTED = "interception.requested"
    INTERCEPTION_ACCEPTED = "interception.accepted"
    INTERCEPTION_REFUSED = "interception.refused"
    INTERCEPTION_DONE = "interception.done"
    INTERCEPTION_FAILED = "interception.failed"
    ORDER_MERGED = "order.merged"
    ORDER_MERGED_AWAY = "order.merged_away"
    ORDER_CHANGE_WAITS = "order.change_waits"
    ORDER_CHANGE_EXPIRED = "order.change_expired"
    ORDER_CHANGE_CANCELED = "order.change_canceled"
    ORDER_CHANGE_REJECTED = "order.change_rejected"
    ORDER_PICKING = "order.picking"
    ORDER_REPICKED = "order.repicked"
    ORDER_PACKED = "order.packed"
    ORDER_UNPACKED = "order.unpacked"
    ORDER_REVIEW_OPENED = "order.review_opened"
    ORDER_REVIEW_PASSED = "order.review_passed"
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
    PARCEL_TURNED_UP = "parcel.turned_up"
    PARCEL_RECEIVED_BACK = "parcel.received_back"
    ORDER_URGED = "order.urged"
    CASE_OPENED = "case.opened"
    CASE_CHANGED = "case.changed"
    CASE_CLAIMED = "case.claimed"
    CASE_RELEASED = "case.released"
    CASE_CHOSEN = "case.chosen"
    CASE_WAITING = "case.waiting"
    CASE_ESCALATED = "case.escalated"
    CASE_RESOLVED = "case.resolved"
    CASE_CLOSED = "case.closed"
    SERVICE_CASE_OPENED = "service_case.opened"
    SERVICE_CASE_APPROVED = "service_case.approved"
    SERVICE_CASE_REJECTED = "service_case.rejected"
    SERVICE_CASE_SHIPPED_BACK = "service_case.shipped_back"
    SERVICE_CASE_RESOLVED = "service_case.resolved"
    SERVICE_CASE_CLOSED = "service_case.closed"
    SERVICE_CASE_APPEALED = "service_case.appealed"
    SERVICE_CASE_ESCALATED = "service_case.escalated"
    SERVICE_CASE_CANCELED = "service_case.canceled"
    PICKUP_READY = "pickup.ready"
    COURIER_OFFERED = "courier.offered"
    COURIER_ASSIGNED = "courier.assigned"
    COURIER_PREPARING = "courier.preparing"
    COURIER_DELIVERING = "courier.delivering"
    COURIER_FAILED = "courier.failed"
    COURIER_TIPPED = "courier.tipped"
    SERVICE_STARTED = "service.started"
    SERVICE_COMPLETED = "service.completed"


MESSAGES: dict[EventKind, dict[str, str]] = {
    EventKind.ORDER_REALLOCATED: {
        "en": "Your goods will come from another warehouse.",
        "zh-CN": "商品将改由其他仓库发出。",
    },
    EventKind.ORDER_PLACED: {"en": "Order placed.", "zh-CN": "订单已提交。"},
    EventKind.ORDER_EXPIRED: {"en": "Not paid in time; the order was given up.", "zh-CN": "超时未付款，订单已关闭。"},
    EventKind.ORDER_REVIVED: {
        "en": "A late payment arrived; the order goes on.",
        "zh-CN": "收到延迟付款，订单继续处理。",
    },
    EventKind.ORDER_CANCELED: {"en": "Order canceled.", "zh-CN": "订单已取消。"},
    EventKind.ORDER_UNITS_DROPPED: {"en": "Some units will not be shipped.", "zh-CN": "部分商品将不再发货。"},
    EventKind.ORDER_UNITS_REOPENED: {
        "en": "Some units did not arrive; we are taking care of them.",
        "zh-CN": "部分商品未能送达，正在处理。",
    },
    EventKind.ORDER_SHORT: {
        "en": "Some units are missing; say what shall be done.",
        "zh-CN": "部分商品缺货，请选择处理方式。",
    },
    EventKind.ORDER_SHORTAGE_CHOSEN: {
        "en": "It is decided what happens with the missing units.",
        "zh-CN": "缺货处理方式已确定。",
    },
    EventKind.ORDER_SHORTAGE_WITHDRAWN: {
        "en": "The missing units have come; there is nothing to decide any more.",
        "zh-CN": "缺货商品已到货，无需再选择。",
    },
    EventKind.ORDER_RESTOCKED: {"en": "Missing units have come.", "zh-CN": "缺货商品已到货。"},
    EventKind.ORDER_MERGED: {
        "en": "Orders {orders} became part of this one.",
        "zh-CN": "订单 {orders} 已合并至本订单。",
    },
    EventKind.ORDER_MERGED_AWAY: {"en": "This order became part of {into}.", "zh-CN": "本订单已合并至 {into}。"},
    EventKind.INTERCEPTION_REQUESTED: {
        "en": "The carrier is asked to stop parcel {waybill}.",
        "zh-CN": "已申请拦截包裹 {waybill}。",
    },
    EventKind.INTERCEPTION_ACCEPTED: {
        "en": "Parcel {waybill} is being stopped.",
        "zh-CN": "包裹 {waybill} 拦截受理成功。",
    },
    EventKind.INTERCEPTION_REFUSED: {
        "en": "Parcel {waybill} could not be stopped; return it after you have received it.",
        "zh-CN": "包裹 {waybill} 无法拦截，请收货后申请退货。",
    },
    EventKind.INTERCEPTION_DONE: {
        "en": "Parcel {waybill} was stopped as you wished.",
        "zh-CN": "包裹 {waybill} 已拦截成功。",
    },
    EventKind.INTERCEPTION_FAILED: {
        "en": "Parcel {waybill} was not stopped after all.",
        "zh-CN": "包裹 {waybill} 最终未能拦截。",
    },
    EventKind.ORDER_CHANGED: {"en": "The order was changed.", "zh-CN": "订单已变更。"},
    EventKind.ORDER_CHANGE_WAITS: {
        "en": "A change of the order waits for its difference to be paid.",
        "zh-CN": "订单变更待支付差价。",
    },
    EventKind.ORDER_CHANGE_EXPIRED: {
        "en": "The difference was not paid in time; the order stays as it was.",
        "zh-CN": "差价超时未付，订单保持不变。",
    },
    EventKind.ORDER_CHANGE_CANCELED: {
        "en": "The change was given up; the order stays as it was.",
        "zh-CN": "变更已取消，订单保持不变。",
    },
    EventKind.ORDER_CHANGE_REJECTED: {
        "en": "The change cannot be made any more; what was paid for it goes back.",
        "zh-CN": "变更未能生效，已付差价将原路退回。",
    },
    EventKind.ORDER_PICKING: {"en": "The warehouse is picking your goods.", "zh-CN": "仓库正在拣货。"},
    EventKind.ORDER_REPICKED: {
        "en": "Part of it was not where it should be and is taken from elsewhere.",
        "zh-CN": "部分商品未在原货位找到，已改由其他库存发出。",
    },
    EventKind.ORDER_PACKED: {
        "en": "Packed: package {package} waits for its carrier.",
        "zh-CN": "已打包：包裹 {package} 等待承运人揽收。",
    },
    EventKind.ORDER_UNPACKED: {"en": "Package {package} was opened again.", "zh-CN": "包裹 {package} 已重新拆开。"},
    EventKind.ORDER_REVIEW_OPENED: {
        "en": "We look at the order before it is shipped; we may call you.",
        "zh-CN": "订单正在人工审核，我们可能会致电与您确认。",
    },
    EventKind.ORDER_REVIEW_PASSED: {"en": "The order has passed our check.", "zh-CN": "订单已通过审核。"},
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
    EventKind.PICKUP_READY: {
        "en": "It can be collected at the pickup point, with the code.",
        "zh-CN": "包裹已到自提点，请凭取件码取件。",
    },
    EventKind.COURIER_OFFERED: {"en": "We are looking for a courier.", "zh-CN": "正在为您安排骑手。"},
    EventKind.COURIER_ASSIGNED: {"en": "A courier was assigned.", "zh-CN": "已指派骑手。"},
    EventKind.COURIER_PREPARING: {"en": "The courier is picking it up.", "zh-CN": "骑手正在取货。"},
    EventKind.COURIER_DELIVERING: {"en": "The courier is on the way to you.", "zh-CN": "骑手正在配送。"},
    EventKind.COURIER_FAILED: {"en": "The courier could not deliver it.", "zh-CN": "骑手未能送达。"},
    EventKind.COURIER_TIPPED: {"en": "Thank you for the tip.", "zh-CN": "感谢您的打赏。"},
    EventKind.SERVICE_STARTED: {"en": "The service has begun.", "zh-CN": "服务已开始。"},
    EventKind.SERVICE_COMPLETED: {"en": "The service is done.", "zh-CN": "服务已完成。"},
    EventKind.PARCEL_DELIVERED: {"en": "Parcel {waybill} delivered.", "zh-CN": "包裹 {waybill} 已送达。"},
    EventKind.PARCEL_RECEIVED_BACK: {
        "en": "Parcel {waybill} is back at the warehouse.",
        "zh-CN": "包裹 {waybill} 已退回仓库。",
    },
    EventKind.PARCEL_TURNED_UP: {
        "en": "Parcel {waybill} has turned up again after all.",
        "zh-CN": "包裹 {waybill} 重新出现了。",
    },
    EventKind.ORDER_URGED: {
        "en": "A quicker dispatch was asked for.",
        "zh-CN": "买家已催发货。",
    },
    EventKind.CASE_OPENED: {
        "en": "{what} We take care of it: case {case}.",
        "zh-CN": "{what}我们正在处理，单号 {case}。",
    },
    EventKind.CASE_CHANGED: {
        "en": "{what} We go on taking care of it: case {case}.",
        "zh-CN": "{what}我们继续处理，单号 {case}。",
    },
    EventKind.CASE_CLAIMED: {
        "en": "Somebody of the shop is working on case {case}.",
        "zh-CN": "单号 {case} 已有专人处理。",
    },
    EventKind.CASE_RELEASED: {
        "en": "Case {case} waits for the next colleague.",
        "zh-CN": "单号 {case} 等待其他同事处理。",
    },
    EventKind.CASE_CHOSEN: {"en": "The buyer has chosen: {remedy}.", "zh-CN": "买家已选择：{remedy}。"},
    EventKind.CASE_WAITING: {
        "en": "Case {case}: we keep an eye on it for some more time.",
        "zh-CN": "单号 {case}：我们会继续跟进。",
    },
    EventKind.CASE_ESCALATED: {
        "en": "Case {case} takes longer than it should and has been given priority.",
        "zh-CN": "单号 {case} 处理超时，已升级优先处理。",
    },
    EventKind.CASE_RESOLVED: {"en": "Case {case} is settled: {remedy}.", "zh-CN": "单号 {case} 已解决：{remedy}。"},
    EventKind.CASE_CLOSED: {"en": "Case {case} is closed: {why}.", "zh-CN": "单号 {case} 已关闭：{why}。"},
    EventKind.SERVICE_CASE_OPENED: {
        "en": "You have asked for after-sales service: {case}. We answer soon.",
        "zh-CN": "已提交售后申请 {case}，我们会尽快处理。",
    },
    EventKind.SERVICE_CASE_APPROVED: {
        "en": "Request {case} is agreed to; send the goods back.",
        "zh-CN": "售后申请 {case} 已同意，请寄回商品。",
    },
    EventKind.SERVICE_CASE_REJECTED: {
        "en": "Request {case} is not agreed to. The shop says: “{why}”.",
        "zh-CN": "售后申请 {case} 未通过，商家说明：“{why}”。",
    },
    EventKind.SERVICE_CASE_SHIPPED_BACK: {
        "en": "The goods of request {case} are on their way back with {carrier}, {waybill}.",
        "zh-CN": "售后申请 {case} 的商品已寄回：{carrier} {waybill}。",
    },
    EventKind.SERVICE_CASE_RESOLVED: {
        "en": "Request {case} is settled.",
        "zh-CN": "售后申请 {case} 已完成。",
    },
    EventKind.SERVICE_CASE_CLOSED: {
        "en": "Request {case} is closed, because the goods did not come in time.",
        "zh-CN": "售后申请 {case} 因逾期未寄回商品已关闭。",
    },
    EventKind.SERVICE_CASE_APPEALED: {
        "en": "An appeal was made about request {case}; somebody else decides.",
        "zh-CN": "已对售后申请 {case} 提出申诉，将由其他人员复核。",
    },
    EventKind.SERVICE_CASE_ESCALATED: {
        "en": "Request {case} takes longer than it should and has been given priority.",
        "zh-CN": "售后申请 {case} 处理超时，已升级优先处理。",
    },
    EventKind.SERVICE_CASE_CANCELED: {"en": "Request {case} was taken back.", "zh-CN": "售后申请 {case} 已撤销。"},
}


class _Data(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def message(kind: str, data: dict[str, object], locale: str) -> str:
    """What a person is told about an event. A value in several languages is told in this one."""
    told = {name: in_locale(value, locale) if isinstance(value, dict) else value for name, value in data.items()}
    return in_locale(MESSAGES[EventKind(kind)], locale).format_map(_Data(told))
