"""What the market writes to people about their orders, in Chinese and English. `{number}` is the order's number."""

from typing import Final

TEMPLATES: Final[dict[str, dict[str, str]]] = {
    "order_rejected": {
        "zh-CN": "【集市】很抱歉，我们无法接受您的订单 {number}。您无需付款，已付款项将原路退回。",
        "en": "Jishi: we are sorry, we cannot accept your order {number}. Nothing is owed; what you paid goes back.",
    },
    "pickup_over": {
        "zh-CN": "【集市】您的订单 {number} 逾期未取，包裹已退回；退回入库后款项将原路退回。",
        "en": "Jishi: nobody collected your order {number} in time. It goes back; your money follows.",
    },
    "order_canceled_by_shop": {
        "zh-CN": "【集市】很抱歉，您的订单 {number} 已被取消，已付款项将原路退回。",
        "en": "Jishi: we are sorry, your order {number} was canceled. What you paid goes back to where it came from.",
    },
    "shortage_opened": {
        "zh-CN": "【集市】您的订单 {number} 有商品缺货，请选择等待、先发现货或取消缺货商品。",
        "en": "Jishi: something of your order {number} is missing. Wait for it, get what is there, or cancel it?",
    },
    "shortage_decided": {
        "zh-CN": "【集市】您的订单 {number} 的缺货已按默认方式处理，详情请见订单页。",
        "en": "Jishi: you did not choose what to do about order {number}, so we did; see the order.",
    },
    "shortage_given_up": {
        "zh-CN": "【集市】很抱歉，您的订单 {number} 的缺货商品未能到货，已取消并退款。",
        "en": "Jishi: we are sorry, what was missing of order {number} did not come. It is canceled and refunded.",
    },
    "shortage_withdrawn": {
        "zh-CN": "【集市】好消息：您的订单 {number} 的缺货商品已到货，无需再选择。",
        "en": "Jishi: good news, what was missing of order {number} has come. There is nothing to choose any more.",
    },
    "shortage_restocked": {
        "zh-CN": "【集市】您的订单 {number} 的商品已到齐，将尽快发货。",
        "en": "Jishi: everything of your order {number} is there now and will be shipped soon.",
    },
    "late_dispatch": {
        "zh-CN": "【集市】很抱歉，您的订单 {number} 未能按时发货，我们正在催办，处理结果可在订单中查看。",
        "en": "Jishi: we are sorry, order {number} was not shipped in time. See the order for what we do.",
    },
    "delivery_delayed": {
        "zh-CN": "【集市】您的订单 {number} 有包裹运输延迟，我们正在联系承运人，进展可在订单中查看。",
        "en": "Jishi: a parcel of order {number} is delayed. We are asking the carrier; see the order for news.",
    },
    "delivery_in_vain": {
        "zh-CN": "【集市】您的订单 {number} 有包裹多次派送未成功，我们将与您约定时间，进展可在订单中查看。",
        "en": "Jishi: a parcel of order {number} could not be handed over. See the order for what is next.",
    },
    "parcel_lost": {
        "zh-CN": "【集市】很抱歉，您的订单 {number} 有包裹疑似遗失。您可在订单中选择重新发货或退款。",
        "en": "Jishi: we are sorry, a parcel of order {number} seems to be lost. See the order for what we propose.",
    },
    "parcel_damaged": {
        "zh-CN": "【集市】很抱歉，您的订单 {number} 有包裹在运输途中破损，处理方案可在订单中查看。",
        "en": "Jishi: we are sorry, a parcel of order {number} was damaged. See the order for what we propose.",
    },
    "parcel_refused": {
        "zh-CN": "【集市】您的订单 {number} 有包裹被拒收或退回，处理方案可在订单中查看。",
        "en": "Jishi: a parcel of order {number} was not accepted and comes back. See the order for what we propose.",
    },
    "case_resolved": {
        "zh-CN": "【集市】您的订单 {number} 的配送问题已处理，结果可在订单中查看。",
        "en": "Jishi: what went wrong with the delivery of order {number} is settled; see the order for how.",
    },
    "service_ship_back": {
        "zh-CN": "【集市】您的订单 {number} 的售后申请已同意，请在期限内寄回商品并在订单中填写运单号。",
        "en": "Jishi: we agree to what you asked about order {number}. Send the goods back and tell us the waybill.",
    },
    "service_settled": {
        "zh-CN": "【集市】您的订单 {number} 的售后申请已处理，结果可在订单中查看。",
        "en": "Jishi: what you asked about order {number} is settled; see the order for how.",
    },
    "service_rejected": {
        "zh-CN": "【集市】很抱歉，您的订单 {number} 的售后申请未通过，原因及申诉方式请见订单。",
        "en": "Jishi: we are sorry, we did not agree to what you asked about order {number}. See the order for why.",
    },
    "service_closed": {
        "zh-CN": "【集市】您的订单 {number} 的售后申请因逾期未寄回商品已关闭。",
        "en": "Jishi: the goods of order {number} did not come back in time, so your request is closed.",
    },
    "urge_answered": {
        "zh-CN": "【集市】您催促的订单 {number} 已发货。",
        "en": "Jishi: goods of order {number}, which you asked us to hurry, are on their way.",
    },
}

# Told with facts of their own, so they are sent by their own handlers and not by `notice.<template>`.
WITH_FACTS: Final[dict[str, dict[str, str]]] = {
    "pickup_ready": {
        "zh-CN": "【集市】您的订单 {number} 已到达{place}，取件码 {code}，请于 {until} 前领取。",
        "en": "Jishi: your order {number} is at {place}. Collect it with the code {code} until {until}.",
    },
    "pickup_remind": {
        "zh-CN": "【集市】您的订单 {number} 仍在{place}等您领取，取件码 {code}，{until} 后将退回。",
        "en": "Jishi: your order {number} still waits at {place}. The code is {code}. It goes back after {until}.",
    },
}
