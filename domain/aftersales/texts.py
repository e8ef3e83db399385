"""What people are told about cases: each kind of trouble, each remedy, each ending, and why a remedy is proposed."""

from collections.abc import Mapping

from kit.text import Localized
from models.aftersales import Closing, Remedy
from models.fulfillment import Trouble

WHAT: Mapping[Trouble, Localized] = {
    Trouble.LATE_DISPATCH: {"en": "Not everything was shipped in time.", "zh-CN": "商品未能按时发货。"},
    Trouble.PAST_ESTIMATE: {"en": "A parcel is later than announced.", "zh-CN": "包裹未按预计时间送达。"},
    Trouble.NO_SCAN: {"en": "Nothing was heard of a parcel for some time.", "zh-CN": "包裹物流长时间未更新。"},
    Trouble.FAILED_ATTEMPTS: {
        "en": "A parcel was brought to the door several times, and nobody took it.",
        "zh-CN": "包裹多次派送，均无人签收。",
    },
    Trouble.LOST: {"en": "A parcel seems to be lost.", "zh-CN": "包裹疑似遗失。"},
    Trouble.DAMAGED: {"en": "A parcel was damaged on its way.", "zh-CN": "包裹在运输途中破损。"},
    Trouble.REFUSED: {"en": "A parcel was not accepted and comes back.", "zh-CN": "包裹被拒收，正在退回。"},
    Trouble.RETURNED: {"en": "A parcel has come back to the shop.", "zh-CN": "包裹已退回商家。"},
}
REMEDIES: Mapping[Remedy, Localized] = {
    Remedy.RESHIP: {"en": "the goods are sent again", "zh-CN": "重新发货"},
    Remedy.REFUND: {"en": "the money goes back", "zh-CN": "退款"},
    Remedy.COMPENSATE: {"en": "you are compensated", "zh-CN": "给予补偿"},
    Remedy.WAIT: {"en": "we keep looking for some more time", "zh-CN": "继续跟进，请再等一等"},
    Remedy.RETURN_TO_STOCK: {"en": "the goods go back on the shelf", "zh-CN": "商品退回入库"},
}
ENDINGS: Mapping[Closing, Localized] = {
    Closing.SHIPPED: {"en": "everything has been shipped", "zh-CN": "商品已全部发出"},
    Closing.MOVING: {"en": "the parcel is moving again", "zh-CN": "包裹已恢复运输"},
    Closing.COMES_BACK: {"en": "the parcel comes back to the shop", "zh-CN": "包裹退回商家"},
    Closing.ARRIVED: {"en": "the parcel has arrived", "zh-CN": "包裹已送达"},
    Closing.ORDER_ENDED: {"en": "the order has ended", "zh-CN": "订单已结束"},
}

# Why exactly this is proposed for that.
REASONS: Mapping[tuple[Trouble, Remedy], Localized] = {
    (Trouble.LATE_DISPATCH, Remedy.COMPENSATE): {
        "en": "The promise to ship in time was broken; the goods still come.",
        "zh-CN": "未兑现按时发货的承诺，商品仍会发出。",
    },
    (Trouble.LATE_DISPATCH, Remedy.WAIT): {"en": "The goods can still be shipped.", "zh-CN": "商品仍可发出。"},
    (Trouble.PAST_ESTIMATE, Remedy.WAIT): {
        "en": "The parcel was seen not long ago; most such parcels arrive.",
        "zh-CN": "包裹近期仍有物流记录，多数会送达。",
    },
    (Trouble.NO_SCAN, Remedy.WAIT): {
        "en": "Most parcels turn up before they count as lost; ask the carrier meanwhile.",
        "zh-CN": "多数包裹会在判定遗失前恢复更新，请同时联系承运人。",
    },
    (Trouble.FAILED_ATTEMPTS, Remedy.WAIT): {
        "en": "Agree with the recipient on a time or another address; the parcel is brought again.",
        "zh-CN": "请与收件人约定时间或更换地址，包裹将再次派送。",
    },
}
RECEIVED_BACK: Localized = {
    "en": "The goods were received at the returns desk; what was paid for them is given back.",
    "zh-CN": "退回商品已由仓库签收，已付货款将退还。",
}
CHOSEN: Localized = {"en": "The customer has asked for it.", "zh-CN": "由客户选择。"}
IN_STOCK: Localized = {"en": "The same goods are in stock.", "zh-CN": "同款商品有库存。"}
OUT_OF_STOCK: Localized = {
    "en": "The same goods are not in stock, so the money goes back.",
    "zh-CN": "同款商品缺货，因此退款。",
}
COMES_BACK: Localized = {
    "en": "The goods come back; what was paid for them is given back.",
    "zh-CN": "商品退回，已付货款将退还。",
}
IS_BACK: Localized = {
    "en": "The goods are back: put them on the shelf and give the money back.",
    "zh-CN": "商品已退回：入库并退款。",
}
WAS_SETTLED: Localized = {
    "en": "The goods are back and the customer has been served: put them on the shelf.",
    "zh-CN": "商品已退回且客户已妥善处理：入库即可。",
}


def reason(kind: Trouble, proposed: Remedy, *, is_settled: bool = False) -> Localized:
    """Why a remedy is proposed, for people."""
    known = REASONS.get((kind, proposed))
    if known is not None:
        return known
    if proposed == Remedy.RETURN_TO_STOCK:
        return WAS_SETTLED if is_settled else IS_BACK
    if kind == Trouble.RETURNED and proposed == Remedy.REFUND:
        return RECEIVED_BACK
    if kind in (Trouble.REFUSED, Trouble.FAILED_ATTEMPTS):
        return COMES_BACK
    return IN_STOCK if proposed == Remedy.RESHIP else OUT_OF_STOCK
