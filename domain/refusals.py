"""Every refusal by its stable code, in English and Chinese. `{name}` stands for a fact of the refusal."""

from collections.abc import Mapping

from kit.errors import Refused

GENERAL: dict[str, tuple[str, str]] = {
    "UNAUTHENTICATED": (
        "Sign in first; the token is missing, expired or revoked.",
        "请先登录：令牌缺失、过期或已被吊销。",
    ),
    "FORBIDDEN": ("Your role does not allow this.", "您的角色无权执行此操作。"),
    "NOT_FOUND": ("There is no such {what}, or it is not yours to see.", "该{what}不存在，或您无权查看。"),
    "INVALID_ID": ("This is not an id of the kind {expected}.", "这不是有效的 {expected} 标识。"),
    "INVALID_CURSOR": ("This cursor does not belong to this list or sort order.", "该游标不属于此列表或排序方式。"),
    "INVALID_INPUT": ("This value is not valid: {why}.", "该值无效：{why}。"),
    "REQUIRED": ("This value is needed.", "此项必填。"),
    "OUT_OF_RANGE": (
        "This number must lie between {minimum} and {maximum}.",
        "该数值必须在 {minimum} 与 {maximum} 之间。",
    ),
    "TOO_LONG": ("This text may have at most {maximum} characters.", "文本最多 {maximum} 个字符。"),
    "TOO_SHORT": ("This text needs at least {minimum} characters.", "文本至少需要 {minimum} 个字符。"),
    "UNREADABLE_TEXT": (
        "This text holds control characters or marks that turn the direction of writing.",
        "文本含有控制字符或改变书写方向的符号。",
    ),
    "VERSION_CONFLICT": (
        "Somebody else has changed this meanwhile; look at the current state and try again.",
        "内容已被他人修改，请查看最新状态后重试。",
    ),
    "INVALID_IDEMPOTENCY_KEY": (
        "An idempotency key has 1 to {maximum} printable characters.",
        "幂等键须为 1 至 {maximum} 个可打印字符。",
    ),
    "IDEMPOTENCY_KEY_REUSED": (
        "This idempotency key was used before with a different input.",
        "该幂等键已用于不同的请求内容。",
    ),
    "DEMO_ONLY": ("This exists in demo mode only.", "此功能仅在演示模式下可用。"),
    "TOO_MANY_REQUESTS": ("Too many tries; wait {seconds} seconds.", "请求过于频繁，请等待 {seconds} 秒。"),
}

CUSTOMERS: dict[str, tuple[str, str]] = {
    "INVALID_PHONE": ("This is not a phone number that exists.", "电话号码无效。"),
    "INVALID_EMAIL": ("This is not an e-mail address.", "邮箱地址无效。"),
    "CODE_INVALID": (
        "This code is wrong, expired or used up; ask for a new one.",
        "验证码错误、已过期或已失效，请重新获取。",
    ),
    "CREDENTIALS_INVALID": ("The password does not fit.", "账号或密码错误。"),
    "PASSWORD_LOCKED": (
        "Too many bad passwords; wait {minutes} minutes, or set a new password with a code.",
        "密码错误次数过多，请 {minutes} 分钟后重试，或通过验证码重置密码。",
    ),
    "CONTACT_TAKEN": ("Another account has this phone or e-mail address.", "该手机号或邮箱已绑定其他账号。"),
    "REFRESH_TOKEN_INVALID": (
        "This refresh token does not hold any more; sign in again.",
        "刷新令牌已失效，请重新登录。",
    ),
    "BIRTHDAY_INVALID": (
        "A birthday lies between 1900 and today.",
        "生日须在 1900 年至今天之间。",
    ),
    "URL_INVALID": ("Give an address that starts with https://.", "请提供以 https:// 开头的网址。"),
    "PROVINCE_UNKNOWN": (
        "This is not a province-level division of China.",
        "该地区不是中国的省级行政区。",
    ),
    "POSTAL_CODE_INVALID": (
        "A postal code has letters and digits only.",
        "邮政编码只能包含字母和数字。",
    ),
    "TOO_MANY_ADDRESSES": (
        "An address book holds at most {maximum} addresses; delete one first.",
        "地址簿最多保存 {maximum} 个地址，请先删除一个。",
    ),
    "OWN_ROLES": ("Nobody changes their own roles.", "不能修改自己的角色。"),
}

CATALOG: dict[str, tuple[str, str]] = {
    "INVALID_AMOUNT": ("This is not an amount of money that can be used: {why}.", "金额无效：{why}。"),
    "INVALID_SLUG": (
        "A slug has up to {maximum} letters, digits and hyphens, and no spaces.",
        "网址标识最多 {maximum} 个字符，只能包含字母、数字和连字符，不能有空格。",
    ),
    "SLUG_TAKEN": ("Something else already has this slug.", "该网址标识已被使用。"),
    "SKU_TAKEN": ("Another variant already has this SKU.", "该 SKU 已被其他规格使用。"),
    "TOO_MANY_VALUES": ("At most {maximum} values can be given here.", "此处最多可填写 {maximum} 项。"),
    "INVALID_TEXT": (
        "A text by language is needed here, such as zh-CN and en.",
        "此处需要按语言填写文本，例如 zh-CN 与 en。",
    ),
    "INVALID_CHARACTER": (
        "This holds a character that is not text, or is not written in UTF-8.",
        "内容包含非文本字符，或不是 UTF-8 编码。",
    ),
    "INVALID_NUMBER": ("This is not a whole number.", "此处需要整数。"),
    "INVALID_PRICE": (
        "A price is a number such as 12.50, with a point and without a sign or a currency.",
        "价格应为 12.50 这样的数字，使用小数点，不带正负号和货币符号。",
    ),
    "INVALID_BOOLEAN": ("This must be true or false.", "此处只能填写 true 或 false。"),
    "INVALID_DATE": ("A date is written as 2026-01-31.", "日期格式应为 2026-01-31。"),
    "INVALID_URL": (
        "A picture is at an http or https address, or at a path of ours below /media/.",
        "图片须为 http 或 https 地址，或本站 /media/ 下的路径。",
    ),
    "INVALID_STATUS": ("The status is one of {known}.", "状态只能是 {known} 之一。"),
    "UNKNOWN_WORD": ("“{word}” is not one of the known values.", "“{word}”不是已知的取值。"),
    "UNKNOWN_FIELD": ("There is no field “{field}” here.", "此处没有“{field}”字段。"),
    "UNKNOWN_CATEGORY": ("There is no category “{slug}”.", "没有分类“{slug}”。"),
    "UNKNOWN_BRAND": ("There is no brand “{slug}”.", "没有品牌“{slug}”。"),
    "UNKNOWN_WAREHOUSE": ("There is no warehouse “{warehouse}”.", "没有仓库“{warehouse}”。"),
    "NO_WAREHOUSE": (
        "The file tells of stock, and there is no warehouse to put it into.",
        "文件包含库存，但还没有可以存放的仓库。",
    ),
    "CATEGORY_LOOP": ("A category cannot lie within itself.", "分类不能移动到自身之下。"),
    "TOO_DEEP": ("Categories lie at most {maximum} levels deep.", "分类最多 {maximum} 层。"),
    "OPTIONS_MISMATCH": (
        "Each variant needs one value for each of the product's {options} options.",
        "每个规格都须为商品的 {options} 个选项各填一个值。",
    ),
    "DUPLICATE_VARIANT": ("Two variants of the product are the same choice.", "商品有两个规格的选项完全相同。"),
    "NO_VARIANTS": ("A product needs at least one variant.", "商品至少需要一个规格。"),
    "TITLE_MISSING": ("A product needs a title before it is shown.", "商品展示前需要标题。"),
    "DUPLICATE_PRODUCT": (
        "The file names this product twice; the first one counts.",
        "文件中该商品重复出现，以第一次为准。",
    ),
    "DUPLICATE_COLUMN": ("The heading names this column twice.", "表头中该列重复。"),
    "MISSING_COLUMN": ("The heading does not name this column.", "表头缺少该列。"),
    "TOO_MANY_CELLS": ("The row has more cells than the heading.", "该行的单元格多于表头。"),
    "INVALID_ROW": ("The row cannot be read: {why}.", "无法读取该行：{why}。"),
    "INVALID_JSON": ("The line is not a JSON object: {why}.", "该行不是 JSON 对象：{why}。"),
    "TOO_MANY_ROWS": ("A file may have at most {maximum} rows.", "文件最多 {maximum} 行。"),
    "FILE_EMPTY": ("The file is empty.", "文件为空。"),
    "FILE_TOO_LARGE": ("A file may have at most {maximum} bytes.", "文件最多 {maximum} 字节。"),
    "FILE_GONE": ("The file is not there any more.", "文件已不存在。"),
    "UPLOAD_UNUSABLE": (
        "This upload is unknown, has run out, or has been used; create another.",
        "该上传不存在、已过期或已使用，请重新创建。",
    ),
    "PRODUCT_FAILED": (
        "The product could not be stored; its number in the log is {number}.",
        "商品未能保存，日志编号为 {number}。",
    ),
}

INVENTORY: dict[str, tuple[str, str]] = {
    "INSUFFICIENT_STOCK": (
        "{requested} were asked for, only {available} are available.",
        "需要 {requested} 件，仅有 {available} 件可售。",
    ),
    "LOW_STOCK": ("Only {available} left.", "仅剩 {available} 件。"),
    "NOT_RESERVED": (
        "Only {held} of the {requested} units can be moved here for this line.",
        "该行需要 {requested} 件，此处仅有 {held} 件可操作。",
    ),
    "STOCK_PROMISED": (
        "Of the {on_hand} units here {reserved} are promised to orders; stock cannot fall below that.",
        "现有 {on_hand} 件，其中 {reserved} 件已被订单占用，库存不能低于此数。",
    ),
}

CARTS: dict[str, tuple[str, str]] = {
    "COUPON_UNKNOWN": ("There is no coupon with this code.", "优惠券不存在。"),
    "COUPON_NOT_YET": ("This coupon is valid from {starts_at:%Y-%m-%d %H:%M} UTC.", "该优惠券尚未生效。"),
    "COUPON_EXPIRED": ("This coupon has expired.", "该优惠券已过期。"),
    "COUPON_USED_UP": ("This coupon has been used up.", "该优惠券已被领用完。"),
    "COUPON_LIMIT": (
        "You have used this coupon as often as one customer may ({limit}).",
        "您已达到该优惠券的使用次数上限（{limit} 次）。",
    ),
    "COUPON_THRESHOLD": (
        "This coupon needs goods of {threshold}; these come to {subtotal}.",
        "该优惠券需商品满 {threshold}，当前为 {subtotal}。",
    ),
    "COUPON_CODE_INVALID": (
        "A coupon code has 3 to 40 Latin letters, digits, dashes and underscores.",
        "优惠码须为 3 至 40 位英文字母、数字、连字符或下划线。",
    ),
    "COUPON_PERIOD": ("A coupon ends after it starts.", "优惠券的结束时间须晚于开始时间。"),
    "COUPON_CODE_TAKEN": ("There is a coupon with this code already.", "该优惠码已存在。"),
    "NOT_DELIVERABLE": ("Nothing can be delivered to {province}.", "{province} 暂不支持配送。"),
    "PRICE_CHANGED": (
        "The price has changed from {was} to {now} since you put it into the cart.",
        "加入购物车后价格已由 {was} 变为 {now}。",
    ),
    "OFF_SHELF": ("This is no longer for sale.", "该商品已下架。"),
    "CART_FULL": ("A cart holds at most {maximum} different items.", "购物车最多容纳 {maximum} 种商品。"),
    "CART_QUANTITY": (
        "This makes {quantity} units of one item; at most {maximum} can be ordered at once.",
        "该商品共 {quantity} 件，单次最多购买 {maximum} 件。",
    ),
    "NOT_SAME_PRODUCT": (
        "A line can only change to another variant of the same product.",
        "只能更换为同一商品的其他规格。",
    ),
}

CHECKOUT: dict[str, tuple[str, str]] = {
    "NOTHING_TO_BUY": ("There is nothing to buy: the cart has no selected line.", "没有可结算的商品。"),
    "TOTAL_CHANGED": (
        "The total has changed since you saw it; look at the preview again.",
        "订单金额已变化，请重新确认。",
    ),
    "TOO_MANY_LINES": ("At most {maximum} different articles go into one order.", "一笔订单最多 {maximum} 种商品。"),
}

ORDERS: dict[str, tuple[str, str]] = {
    "PAYMENT_TIME_OVER": ("The time to pay this order is over.", "该订单的付款时间已过。"),
    "ORDER_NOT_PAYABLE": ("This order is not waiting for a payment.", "该订单当前无需付款。"),
    "ORDER_NOT_PAID": ("This order has not been paid.", "该订单尚未付款。"),
    "ORDER_ALREADY_CANCELED": (
        "This order is canceled; what was paid goes back by itself.",
        "该订单已取消，已付款项将自动退回。",
    ),
    "ORDER_ALREADY_SHIPPED": (
        "Goods of this order are on their way; it can no longer be canceled.",
        "该订单已发货，无法取消。",
    ),
    "NOTHING_TO_SHIP": ("Nothing of this order is left to ship.", "该订单没有待发货的商品。"),
    "NOT_SHIPPED_YET": ("This order has not been shipped completely.", "该订单尚未全部发货。"),
    "ALREADY_RECEIVED": ("Receipt was confirmed already.", "该订单已确认收货。"),
    "ALL_REFUNDED": ("Everything that was paid has been refunded.", "已付款项已全部退还。"),
}

PAYMENTS: dict[str, tuple[str, str]] = {
    "PROVIDER_UNAVAILABLE": (
        "The payment provider does not answer; try again with the same idempotency key.",
        "支付渠道暂不可用，请使用相同的幂等键重试。",
    ),
    "TOO_MANY_ATTEMPTS": (
        "An order can be tried to pay at most {maximum} times.",
        "一笔订单最多可尝试付款 {maximum} 次。",
    ),
    "PAYMENT_CLOSED": ("This payment was paid, declined or given up already.", "该支付单已付款、被拒绝或已关闭。"),
    "LINE_ALREADY_REFUNDED": ("Every unit of this line has been refunded.", "该商品行已全部退款。"),
    "NOTHING_TO_REFUND": ("Nothing would be refunded: name lines or shipping.", "没有可退金额，请选择商品行或运费。"),
    "MORE_THAN_CAPTURED": ("That is more than what was paid and not yet refunded.", "退款金额超过可退余额。"),
    "BAD_SIGNATURE": ("This callback is not signed by the provider.", "回调签名无效。"),
    "MALFORMED_NOTICE": ("This callback is signed but says nothing that we understand.", "回调内容无法识别。"),
    "REFUND_NOT_FAILED": ("Only a refund that has failed can be sent again.", "仅失败的退款可以重新发起。"),
}

FULFILLMENT: dict[str, tuple[str, str]] = {
    "MORE_THAN_OPEN": (
        "Only {open} units of this line are still to be shipped.",
        "该商品仅剩 {open} 件待发货。",
    ),
    "NOTHING_IN_WAREHOUSE": (
        "This warehouse holds nothing for the order.",
        "该仓库没有为此订单预留的商品。",
    ),
    "WAYBILL_NEEDED": (
        "This carrier gives no waybill by itself; enter the one on the label.",
        "该承运人无法自动取号，请填写面单上的运单号。",
    ),
    "WAYBILL_INVALID": (
        "A waybill has {minimum} to {maximum} letters, digits and hyphens.",
        "运单号须为 {minimum} 至 {maximum} 位字母、数字或连字符。",
    ),
    "WAYBILL_TAKEN": (
        "This waybill is on another parcel, or the carrier does not know it.",
        "该运单号已用于其他包裹，或不被承运人认可。",
    ),
    "ONE_WAYBILL_SEVERAL_PARCELS": (
        "The goods lie in several warehouses and make {parcels} parcels; ship from one warehouse at a time.",
        "商品分布在多个仓库，将分为 {parcels} 个包裹，请逐个仓库发货。",
    ),
    "CARRIER_UNAVAILABLE": (
        "The carrier does not answer; nothing was shipped. Try again.",
        "承运人暂时没有响应，未发货，请重试。",
    ),
    "ORDER_CHANGED": (
        "The order has changed meanwhile; nothing was shipped. Try again.",
        "订单已发生变化，未发货，请重试。",
    ),
    "PARCEL_ALREADY_DELIVERED": ("This parcel is delivered already.", "该包裹已签收。"),
}

MESSAGES = GENERAL | CUSTOMERS | CATALOG | INVENTORY | CARTS | CHECKOUT | ORDERS | PAYMENTS | FULFILLMENT


# Facts that are words, as they stand in the code, and in Chinese.
WORDS = {
    "address": "地址",
    "brand": "品牌",
    "cart": "购物车",
    "cart line": "购物车商品",
    "category": "分类",
    "coupon": "优惠券",
    "order": "订单",
    "order line": "订单商品",
    "parcel": "包裹",
    "payment": "支付单",
    "picture": "图片",
    "product": "商品",
    "provider": "支付渠道",
    "refund": "退款单",
    "session": "登录设备",
    "user": "用户",
    "variant": "商品规格",
    "warehouse": "仓库",
    "a list is needed": "此处需要列表",
    "an http or https address is needed": "须为 http 或 https 网址",
    "an object is needed": "此处需要对象",
    "after goes with first": "after 须与 first 一起使用",
    "before goes with last": "before 须与 last 一起使用",
    "each line may be named once": "每个商品行只能填写一次",
    "give either content or uploadId": "content 与 uploadId 须且只能填写一项",
    "give either id or slug": "id 与 slug 须且只能填写一项",
    "give first or last, not both": "first 与 last 只能填写一项",
    "the heading": "表头",
    "unknown language": "未知语言",
}


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def message(refused: Refused, locale: str) -> str:
    """What a person is told, in `locale`."""
    return say(refused.code, refused.facts, locale)


def say(code: str, facts: Mapping[str, object], locale: str) -> str:
    """The words of a refusal whose facts were kept."""
    english, chinese = MESSAGES.get(code, (code, code))
    if not locale.startswith("zh"):
        return english.format_map(_Facts(facts))
    told = {name: WORDS.get(fact, fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    return chinese.format_map(_Facts(told))
