"""What Kuaidi100's words for a parcel mean here: its status codes, its names for carriers, its clock."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from adapters.carriers.carrier import Scan
from models.fulfillment import CarrierCode, ParcelState, ScanKind

CHINA = timezone(timedelta(hours=8))

COMPANIES: Mapping[CarrierCode, str] = {
    CarrierCode.SF_EXPRESS: "shunfeng",
    CarrierCode.JD_LOGISTICS: "jd",
    CarrierCode.ZTO: "zhongtong",
    CarrierCode.YTO: "yuantong",
    CarrierCode.EMS: "ems",
}
ASK_FOR_PHONE = frozenset({CarrierCode.SF_EXPRESS, CarrierCode.ZTO})

Meaning = tuple[ParcelState | None, ScanKind]
_MOVE, _NOTE = ScanKind.MOVE, ScanKind.NOTE
UNKNOWN: Meaning = (None, _NOTE)

# 运单快递状态: the basic states have one or two digits, the advanced ones (resultv2=4) begin with their basic one.
MEANINGS: Mapping[str, Meaning] = {
    "0": (ParcelState.IN_TRANSIT, _MOVE),  # 在途
    "1001": (ParcelState.IN_TRANSIT, _MOVE),  # 到达派件城市
    "1002": (ParcelState.IN_TRANSIT, _MOVE),  # 干线
    "1003": (ParcelState.IN_TRANSIT, _MOVE),  # 转递
    "1": (ParcelState.SHIPPED, _MOVE),  # 揽收
    "101": UNKNOWN,  # 已下单
    "102": UNKNOWN,  # 待揽收
    "103": (ParcelState.SHIPPED, _MOVE),  # 已揽收
    "2": UNKNOWN,  # 疑难
    "201": (None, ScanKind.DELAYED),  # 超时未签收
    "202": (None, ScanKind.DELAYED),  # 超时未更新
    "203": (ParcelState.REFUSED, _MOVE),  # 拒收
    "204": (None, ScanKind.ATTEMPT_FAILED),  # 派件异常
    "205": (None, ScanKind.DELAYED),  # 柜或驿站超时未取
    "206": (None, ScanKind.ATTEMPT_FAILED),  # 无法联系
    "207": (None, ScanKind.ATTEMPT_FAILED),  # 超区
    "208": (None, ScanKind.DELAYED),  # 滞留
    "209": (ParcelState.DAMAGED, _MOVE),  # 破损
    "210": (None, ScanKind.CANCELED),  # 销单
    "3": (ParcelState.DELIVERED, _MOVE),  # 签收
    "301": (ParcelState.DELIVERED, _MOVE),  # 本人签收
    "302": (ParcelState.DELIVERED, _MOVE),  # 派件异常后签收
    "303": (ParcelState.DELIVERED, _MOVE),  # 代签
    "304": (ParcelState.DELIVERED, _MOVE),  # 投柜或站签收
    "4": (ParcelState.RETURNED, _MOVE),  # 退签
    "401": (None, ScanKind.CANCELED),  # 已销单
    "5": (ParcelState.OUT_FOR_DELIVERY, _MOVE),  # 派件
    "501": (ParcelState.AT_PICKUP_POINT, _MOVE),  # 投柜或驿站
    "6": (ParcelState.RETURNING, _MOVE),  # 退回
    "7": (ParcelState.IN_TRANSIT, _MOVE),  # 转投
    "8": (ParcelState.IN_TRANSIT, _MOVE),  # 清关
    "10": (ParcelState.IN_TRANSIT, _MOVE),  # 待清关
    "11": (ParcelState.IN_TRANSIT, _MOVE),  # 清关中
    "12": (ParcelState.IN_TRANSIT, _MOVE),  # 已清关
    "13": (None, ScanKind.DELAYED),  # 清关异常
    "14": (ParcelState.REFUSED, _MOVE),  # 拒签
}
# What the rows of a track say where they carry a name in place of a code.
NAMES: Mapping[str, str] = {
    "在途": "0",
    "揽收": "1",
    "疑难": "2",
    "签收": "3",
    "退签": "4",
    "派件": "5",
    "退回": "6",
    "转投": "7",
    "清关": "8",
    "拒签": "14",
    "投柜或驿站": "501",
    "拒收": "203",
    "破损": "209",
}


def scans_of(result: Mapping[str, object], *, carrier: str, waybill: str) -> tuple[Scan, ...]:
    """The rows of an answer or a push. ValueError where it is not one."""
    rows = result.get("data")
    if not isinstance(rows, list):
        raise ValueError("data: needs a list")
    return tuple(_scan(row, carrier=carrier, waybill=waybill) for row in rows)


def moment(text: str) -> datetime:
    """China's wall clock, `2022-01-13 17:16:34`, in UTC. ValueError for anything else."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).astimezone(UTC)


def wall_clock(at: datetime) -> str:
    """The other way round."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _scan(row: object, *, carrier: str, waybill: str) -> Scan:
    if not isinstance(row, dict):
        raise ValueError("data: needs objects")
    told_at, words = _text(row, "ftime") or _text(row, "time"), _text(row, "context")
    code = _text(row, "statusCode") or NAMES.get(_text(row, "status"), "")
    state, kind = MEANINGS.get(code, UNKNOWN)
    place = _text(row, "areaName").replace(",", "") or _text(row, "location")
    return Scan(
        carrier=carrier,
        waybill=waybill,
        # A track has no ids of its own: the same words at the same time are the same scan.
        scan_id=hashlib.sha256(f"{told_at}|{code}|{words}".encode()).hexdigest()[:40],
        state=state,
        place={"zh-CN": place} if place else {},
        description={"zh-CN": words} if words else {},
        occurred_at=moment(told_at),
        kind=kind,
    )


def _text(row: Mapping[str, object], name: str) -> str:
    """A text of a row, as far as people can read it: couriers type them on their phones."""
    value = row.get(name)
    readable = "".join(sign for sign in value if sign.isprintable()) if isinstance(value, str) else ""
    return readable.strip()[:200]
