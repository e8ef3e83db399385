"""What a warehouse prints: labels, packing slips, return sheets, manifests and pick lists, drawn from rows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from adapters.paper.sheet import Sheet
from domain.fulfillment.carriers import NAMES
from domain.fulfillment.parts import Stop
from kit.text import Localized, in_locale, mask_phone
from models.catalog import Variant
from models.inventory import Warehouse
from models.orders import Order, OrderLine
from models.warehouse import Manifest, Package, PackageKind, Wave

SHOP: Localized = {"zh-CN": "集市 Jishi", "en": "Jishi 集市"}
LABEL = (100.0, 150.0)  # of a thermal printer, millimetres
A5, A4 = (148.0, 210.0), (210.0, 297.0)
FRAGILE, COLD = "易碎 FRAGILE", "冷藏 KEEP COLD"
CHINA = timedelta(hours=8)

WORDS: dict[str, Localized] = {
    "to": {"zh-CN": "收", "en": "To"},
    "from": {"zh-CN": "寄", "en": "From"},
    "order": {"zh-CN": "订单号", "en": "Order"},
    "package": {"zh-CN": "包裹", "en": "Package"},
    "weight": {"zh-CN": "重量", "en": "Weight"},
    "packed": {"zh-CN": "打包时间", "en": "Packed"},
    "slip": {"zh-CN": "装箱单", "en": "Packing slip"},
    "goods": {"zh-CN": "商品", "en": "Goods"},
    "sku": {"zh-CN": "货号", "en": "SKU"},
    "units": {"zh-CN": "数量", "en": "Units"},
    "more": {"zh-CN": "本订单其余商品在其他包裹中。", "en": "The rest of your order travels in other parcels."},
    "note": {"zh-CN": "买家留言", "en": "Your note"},
    "thanks": {"zh-CN": "感谢惠顾，请当面清点。", "en": "Thank you. Please check the goods on arrival."},
    "return": {"zh-CN": "退货说明", "en": "Return sheet"},
    "return_1": {
        "zh-CN": "签收后 {days} 天内可申请退货，请先在订单页提交申请。",
        "en": "You may return goods within {days} days of receipt: apply on the page of your order first.",
    },
    "return_2": {
        "zh-CN": "商品须未损坏、配件齐全、保留原包装；生鲜等不支持退货的商品以商品页说明为准。",
        "en": "Goods must be undamaged, complete and in their packaging; fresh food comes back only if it is faulty.",
    },
    "return_3": {
        "zh-CN": "请勾选退回的商品并填写数量，将本单放入包裹，寄至下列地址。",
        "en": "Tick what you return, write how many, put this sheet into the parcel and send it to the address below.",
    },
    "return_to": {"zh-CN": "退货地址", "en": "Return to"},
    "reason": {"zh-CN": "退货原因", "en": "Reason"},
    "back": {"zh-CN": "退回", "en": "Return"},
    "manifest": {"zh-CN": "交接清单", "en": "Handover manifest"},
    "waybill": {"zh-CN": "运单号", "en": "Waybill"},
    "marks": {"zh-CN": "标记", "en": "Marks"},
    "total": {"zh-CN": "合计 {count} 件，{kilos} 千克", "en": "{count} packages, {kilos} kg in all"},
    "warehouse_signs": {"zh-CN": "仓库签字", "en": "For the warehouse"},
    "carrier_signs": {"zh-CN": "承运人签字", "en": "For the carrier"},
    "list": {"zh-CN": "拣货单", "en": "Pick list"},
    "place": {"zh-CN": "货位", "en": "Bin"},
    "page": {"zh-CN": "第 {page} 页", "en": "Page {page}"},
}


@dataclass(frozen=True, slots=True)
class Contents:
    """A package with everything that is printed about it. `number` counts it among the order's `count`,
    `marks` are what its carrier wants to read beside the waybill."""

    order: Order
    package: Package
    house: Warehouse
    goods: Sequence[tuple[OrderLine, int]]
    number: int
    count: int
    marks: Sequence[str] = ()


def say(name: str, locale: str, **facts: object) -> str:
    """A word of ours in the language of the sheet."""
    return in_locale(WORDS[name], locale).format_map(facts)


def label(contents: Contents) -> bytes:
    """What is stuck onto a parcel: who carries it where, in bars and in large letters. The phone number is masked."""
    order, package, locale = contents.order, contents.package, "zh-CN"
    address = order.address
    sheet = Sheet(*LABEL, title=package.waybill or package.number)
    carrier = in_locale(NAMES[package.carrier], locale) if package.carrier else ""
    sheet.text(5, 4, carrier, size=20, width=58)
    sheet.text(63, 4, in_locale(SHOP, locale), size=12, width=32, align="R")
    sheet.text(63, 9.5, f"{contents.number}/{contents.count}", size=10, width=32, align="R")
    sheet.rule(15, left=5, right=95, thick=True)
    sheet.barcode(2, 18, package.waybill or package.number, width=96, height=20)
    sheet.rule(45, left=5, right=95, thick=True)
    y = 47.5
    if contents.marks:
        sheet.text(5, y - 1, "  ".join(contents.marks), size=22, width=90, align="C")
        y += 10
    sheet.text(5, y, say("to", locale), size=16, width=8)
    sheet.text(14, y, str(address["recipient"]), size=16, width=46)
    sheet.text(60, y + 0.5, mask_phone(str(address["phone"])), size=13, width=35, align="R")
    end = sheet.block(14, y + 9, place_of(address), size=13, width=81, most_lines=4)
    sheet.rule(max(end, 82) + 2, left=5, right=95)
    below = max(end, 82) + 4
    sheet.text(5, below, say("from", locale), size=10, width=8)
    sheet.text(14, below, sender_of(contents.house, locale), size=10, width=81)
    _marks(sheet, package, y=below + 9)
    sheet.rule(126, left=5, right=95)
    sheet.barcode(53, 128, package.number, width=44, height=12)
    sheet.text(5, 129, f"{say('order', locale)} {order.number}", size=9, width=48)
    sheet.text(5, 134.5, f"{say('weight', locale)} {kilos(package.weight_grams)} kg", size=9, width=48)
    sheet.text(5, 140, f"{say('packed', locale)} {day_of(package.packed_at)}", size=9, width=48)
    return sheet.pdf()


def _marks(sheet: Sheet, package: Package, *, y: float) -> None:
    marks = marks_of(package)
    width = 90 / max(len(marks), 1) - 2 * (len(marks) > 1)
    for place, mark in enumerate(marks):
        sheet.mark(5 + place * (width + 4), y, mark, size=22 if len(marks) == 1 else 15, width=width)


def marks_of(package: Package) -> list[str]:
    """What whoever carries it must know."""
    return [COLD] * (package.kind == PackageKind.COLD) + [FRAGILE] * package.is_fragile


def packing_slip(contents: Contents, *, locale: str) -> bytes:
    """What lies in a package, for whoever opens it. Without prices: it may be a present."""
    order, package = contents.order, contents.package
    sheet = Sheet(*A5, title=f"{say('slip', locale)} {package.number}")
    y = _head(sheet, say("slip", locale), package.number, width=A5[0], locale=locale)
    facts = (
        f"{say('order', locale)} {order.number}    {say('package', locale)} {contents.number}/{contents.count}    "
        f"{kilos(package.weight_grams)} kg"
    )
    sheet.text(10, y, facts, size=10, width=128)
    sheet.text(10, y + 6, f"{say('to', locale)} {order.address['recipient']}", size=10, width=128)
    if marks_of(package):
        sheet.text(10, y + 6, "  ".join(marks_of(package)), size=10, width=128, align="R")
    y = _goods_table(sheet, contents.goods, y=y + 15, locale=locale)
    if contents.count > 1:
        y = sheet.block(10, y + 3, say("more", locale), size=9, width=128)
    if order.note:
        y = sheet.block(10, y + 3, f"{say('note', locale)}: {order.note}", size=9, width=128, most_lines=4)
    sheet.text(10, 196, say("thanks", locale), size=10, width=128)
    return sheet.pdf()


def _goods_table(sheet: Sheet, goods: Sequence[tuple[OrderLine, int]], *, y: float, locale: str) -> float:
    widths = (76.0, 36.0, 16.0)
    y = sheet.row(y, [say(name, locale) for name in ("goods", "sku", "units")], left=10, widths=widths, right=1)
    sheet.rule(y - 0.6, left=10, right=138, thick=True)
    for line, units in goods:
        if y > 185:
            sheet.add_page()
            y = 12
        y = sheet.row(y + 0.6, [name_of(line, locale), line.sku or "", str(units)], left=10, widths=widths, right=1)
        sheet.rule(y - 0.4, left=10, right=138)
    return y


def return_sheet(contents: Contents, *, locale: str, days: int) -> bytes:
    """How to send something back, with room to say what and why."""
    order, package = contents.order, contents.package
    sheet = Sheet(*A5, title=f"{say('return', locale)} {order.number}")
    y = _head(sheet, say("return", locale), package.number, width=A5[0], locale=locale)
    sheet.text(10, y, f"{say('order', locale)} {order.number}", size=10, width=128)
    y += 8
    for number, name in enumerate(("return_1", "return_2", "return_3"), start=1):
        y = sheet.block(10, y, f"{number}. {say(name, locale, days=days)}", size=9.5, width=128) + 1
    widths = (10.0, 80.0, 22.0, 16.0)
    y = sheet.row(y + 4, ["", say("goods", locale), say("units", locale), say("back", locale)], left=10, widths=widths)
    sheet.rule(y - 0.6, left=10, right=138, thick=True)
    for line, units in contents.goods[:14]:
        sheet.frame(11, y + 0.8, 4, 4)
        sheet.frame(122, y + 0.8, 14, 4)
        y = sheet.row(y + 0.6, ["", name_of(line, locale), str(units), ""], left=10, widths=widths) + 1
    sheet.text(10, y + 5, f"{say('reason', locale)}:", size=10, width=30)
    sheet.rule(y + 10, left=32, right=138)
    sheet.frame(10, 176, 128, 22)
    sheet.text(13, 178, say("return_to", locale), size=9, width=60)
    sheet.block(13, 184, sender_of(contents.house, locale), size=11, width=120, most_lines=2)
    return sheet.pdf()


def manifest_sheet(
    manifest: Manifest, house: Warehouse, packages: Sequence[tuple[Package, str]], *, locale: str
) -> bytes:
    """What a carrier signs for: every package with its waybill and its order's number."""
    sheet = Sheet(*A4, title=f"{say('manifest', locale)} {manifest.number}")
    widths = (10.0, 46.0, 36.0, 42.0, 22.0, 34.0)
    names = ["#", *(say(name, locale) for name in ("waybill", "package", "order", "weight", "marks"))]
    y = 0.0
    for number, (package, order_number) in enumerate(packages, start=1):
        if y == 0 or y > 262:
            if y:
                sheet.add_page()
            y = _head(sheet, say("manifest", locale), manifest.number, width=A4[0], locale=locale)
            carrier = f"{in_locale(house.name, locale)} → {in_locale(NAMES[manifest.carrier], locale)}"
            sheet.text(10, y, f"{carrier}    {day_of(manifest.closed_at or manifest.created_at)}", size=11, width=190)
            y = sheet.row(y + 10, names, left=10, widths=widths)
            sheet.rule(y - 0.6, left=10, right=200, thick=True)
        marks = " ".join(mark.split()[0] for mark in marks_of(package))
        cells = [str(number), package.waybill or "", package.number, order_number, f"{kilos(package.weight_grams)} kg"]
        y = sheet.row(y + 0.6, [*cells, marks], left=10, widths=widths)
        sheet.rule(y - 0.4, left=10, right=200)
    weight = kilos(sum(package.weight_grams for package, _ in packages))
    sheet.text(10, max(y, 40) + 3, say("total", locale, count=len(packages), kilos=weight), size=11, width=190)
    for left, name in ((10, "warehouse_signs"), (110, "carrier_signs")):
        sheet.rule(284, left=left, right=left + 90)
        sheet.text(left, 285, say(name, locale), size=9, width=90)
    return sheet.pdf()


def pick_list(
    wave: Wave,
    house: Warehouse,
    stops: Sequence[Stop],
    names: Mapping[UUID, tuple[str, str]],
    *,
    locale: str,
) -> bytes:
    """A walk on paper, for the day on which the scanners are down: each stop with its units, to be ticked."""
    sheet = Sheet(*A4, title=f"{say('list', locale)} {wave.number}")
    widths = (10.0, 34.0, 96.0, 36.0, 14.0)
    y = 0.0
    for stop in stops:
        if y == 0 or y > 280:
            if y:
                sheet.add_page()
            y = _head(sheet, say("list", locale), wave.number, width=A4[0], locale=locale)
            sheet.text(10, y, f"{in_locale(house.name, locale)}    {day_of(wave.created_at)}", size=11, width=190)
            heads = ["", *(say(name, locale) for name in ("place", "goods", "sku", "units"))]
            y = sheet.row(y + 10, heads, left=10, widths=widths, right=1)
            sheet.rule(y - 0.6, left=10, right=200, thick=True)
        title, sku = names[stop.variant_id]
        sheet.frame(11, y + 0.8, 4, 4)
        cells = ["", f"{stop.zone} {stop.bin}".strip(), title, sku, str(stop.units)]
        y = sheet.row(y + 0.6, cells, left=10, widths=widths, right=1)
        sheet.rule(y, left=10, right=200)
    return sheet.pdf()


def _head(sheet: Sheet, title: str, number: str, *, width: float, locale: str) -> float:
    sheet.text(10, 8, in_locale(SHOP, locale), size=10, width=60)
    sheet.text(10, 13, title, size=18, width=width - 80)
    sheet.barcode(width - 72, 8, number, width=62, height=11)
    sheet.rule(26, left=10, right=width - 10, thick=True)
    return 29.0


def place_of(address: Mapping[str, object]) -> str:
    """An address in one text, from the large to the small as the post reads it. A municipality is named once."""
    province, city = str(address["province"]), str(address["city"])
    wide = province if province == city else province + city
    return f"{wide}{address.get('district') or ''}{address['street']}"


def sender_of(house: Warehouse, locale: str) -> str:
    """A warehouse as sender."""
    wide = house.province if house.province == house.city else house.province + house.city
    return f"{in_locale(SHOP, locale)} {in_locale(house.name, locale)} · {wide}"


def name_of(goods: OrderLine | Variant, locale: str) -> str:
    """What was bought, or is called so in the catalog, with its choices."""
    title = goods.title if isinstance(goods, OrderLine) else goods.product.title
    choices = " / ".join(in_locale(choice, locale) for choice in goods.choices)
    return in_locale(title, locale) + (f" ({choices})" if choices else "")


def kilos(grams: int) -> str:
    """1250 g → 1.25."""
    return f"{grams // 1000}.{grams % 1000 // 10:02d}"


def day_of(moment: datetime | None) -> str:
    """As clocks in China show it."""
    return f"{moment + CHINA:%Y-%m-%d %H:%M}" if moment else ""
