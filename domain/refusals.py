"""Every refusal by its stable code, in English and Chinese. `{name}` stands for a fact of the refusal."""

from collections.abc import Mapping

from kit.errors import Refused
from kit.text import in_locale

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
        "{requested} were asked for, only {available} are available; take fewer, or take it out.",
        "需要 {requested} 件，仅有 {available} 件可售，请减少数量或移除该商品。",
    ),
    "HOLD_LIMIT": (
        "At most {maximum} units of it can be held in unpaid orders; you hold {held} and want {requested}. "
        "Pay or cancel what you have ordered first, or take fewer.",
        "未付款订单最多可占用该商品 {maximum} 件；您已占用 {held} 件，本次需要 {requested} 件。请先支付或取消已有订单，"
        "或减少数量。",
    ),
    "CAUSE_DOES_NOT_FIT": (
        "What was found or returned adds units; what was lost, damaged, expired, stolen or sampled takes them away.",
        "盘盈或退回只能增加库存；丢失、损坏、过期、被盗或取样只能减少库存。",
    ),
    "BUNDLE_IN_BUNDLE": (
        "A bundle is put together from ordinary variants: it cannot hold a bundle, nor be part of one.",
        "套装只能由普通商品组成：不能包含套装，也不能作为其他套装的组成部分。",
    ),
    "BUNDLE_HAS_STOCK": (
        "This variant has stock of its own; count it down to zero before it becomes a bundle.",
        "该商品自身仍有库存，请先清零再设为套装。",
    ),
    "BUNDLE_IS_NOT_COUNTED": (
        "A bundle lies nowhere: count its parts.",
        "套装没有自身库存，请登记其组成商品。",
    ),
    "PART_NAMED_TWICE": ("This variant is named twice; put its units together.", "该商品重复填写，请合并数量。"),
    "WAREHOUSE_CODE_INVALID": (
        "A code has 1 to 20 Latin letters, digits, dashes and underscores.",
        "仓库编码须为 1 至 20 个拉丁字母、数字、短横线或下划线。",
    ),
    "WAREHOUSE_CODE_TAKEN": ("Another warehouse has this code.", "该仓库编码已被使用。"),
    "WAREHOUSE_CLOSED": ("This warehouse is closed.", "该仓库已关闭。"),
    "REGION_INVALID": ("A region is a name of 1 to {maximum} characters.", "地区名称须为 1 至 {maximum} 个字符。"),
    "SAME_WAREHOUSE": ("Goods go from one warehouse to another.", "调出与调入仓库不能相同。"),
    "DAY_NOT_AHEAD": (
        "A delivery is expected today or within {days} days.",
        "预计到货日须为今天起 {days} 天以内。",
    ),
    "DELIVERY_OVER": ("This delivery has come, or was called off.", "该到货单已收货完毕或已取消。"),
    "TRANSFER_OVER": ("This transfer has arrived.", "该调拨单已收货。"),
    "STOCKTAKE_OVER": ("This stocktake has ended.", "该盘点已结束。"),
    "NOTHING_COUNTED": ("Nothing has been counted yet.", "尚未登记任何盘点数量。"),
    "RULES_INVALID": ("Name each rule once, and at least one.", "请至少填写一条规则，且每条只填写一次。"),
    "NOTHING_TO_REALLOCATE": (
        "This order holds nothing that another warehouse could take over.",
        "该订单没有可由其他仓库接手的库存。",
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
    "COUPON_UNKNOWN": (
        "There is no coupon with this code; check it, or order without.",
        "优惠券不存在，请核对优惠码或不使用优惠券下单。",
    ),
    "COUPON_NOT_YET": (
        "This coupon is valid from {starts_at:%Y-%m-%d %H:%M} UTC; order then, or without it.",
        "该优惠券尚未生效，请于 {starts_at:%Y-%m-%d %H:%M} UTC 后使用，或不使用该券下单。",
    ),
    "COUPON_EXPIRED": (
        "This coupon has expired; take another, or order without.",
        "该优惠券已过期，请更换优惠券或不使用优惠券下单。",
    ),
    "COUPON_USED_UP": (
        "This coupon has been used up; take another, or order without.",
        "该优惠券已被领用完，请更换优惠券或不使用优惠券下单。",
    ),
    "COUPON_LIMIT": (
        "You have used this coupon as often as one customer may ({limit}); order without.",
        "您已达到该优惠券的使用次数上限（{limit} 次），请不使用该券下单。",
    ),
    "COUPON_THRESHOLD": (
        "This coupon needs goods of {threshold}; these come to {subtotal}. Add more, or order without.",
        "该优惠券需商品满 {threshold}，当前为 {subtotal}，请加购商品或不使用该券下单。",
    ),
    "COUPON_CODE_INVALID": (
        "A coupon code has 3 to 40 Latin letters, digits, dashes and underscores.",
        "优惠码须为 3 至 40 位英文字母、数字、连字符或下划线。",
    ),
    "COUPON_PERIOD": ("A coupon ends after it starts.", "优惠券的结束时间须晚于开始时间。"),
    "COUPON_CODE_TAKEN": ("There is a coupon with this code already.", "该优惠码已存在。"),
    "NOT_DELIVERABLE": (
        "Nothing can be delivered to {province}; choose another address.",
        "{province} 暂不支持配送，请更换收货地址。",
    ),
    "PRICE_CHANGED": (
        "The price has changed from {was} to {now} since you put it into the cart.",
        "加入购物车后价格已由 {was} 变为 {now}。",
    ),
    "OFF_SHELF": ("This is no longer for sale; take it out.", "该商品已下架，请移除该商品。"),
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
    "NOTHING_TO_BUY": (
        "There is nothing to buy: select a line of the cart, or name what you want.",
        "没有可结算的商品，请勾选购物车中的商品。",
    ),
    "TOTAL_CHANGED": (
        "The total has changed since you saw it; look at the preview again.",
        "订单金额已变化，请重新确认。",
    ),
    "TOO_MANY_LINES": (
        "At most {maximum} different articles go into one order; take some out, or order twice.",
        "一笔订单最多 {maximum} 种商品，请移除部分商品或分开下单。",
    ),
}

DELIVERY: dict[str, tuple[str, str]] = {
    "CANNOT_BE_DELIVERED": (
        "“{product}” cannot be delivered to this place in this way: {why}. Choose another way, another place, or take "
        "it out.",
        "“{product}”无法以此方式配送至该地：{why}。请更换配送方式或地址，或移除该商品。",
    ),
    "SLOT_FULL": ("This time slot is full; choose another.", "该时段已约满，请选择其他时段。"),
    "SLOT_CLOSED": (
        "This time slot can no longer be chosen; choose a later one.",
        "该时段已截止预约，请选择更晚的时段。",
    ),
    "SLOT_WRONG": (
        "This time slot is for another place or another way of delivery; choose one that is offered for yours.",
        "该时段不适用于此地址或配送方式，请选择当前地址与方式可用的时段。",
    ),
    "SLOT_ELSEWHERE": (
        "The order's time slot is not for the new address; choose one of that place in the same change, or none.",
        "订单原有时段不适用于新地址，请在同一次变更中选择新地址的时段，或不指定时段。",
    ),
    "SLOT_REQUIRED": ("A service needs a time slot; choose one.", "预约服务需选择时段，请选择一个时段。"),
    "MODE_STAYS": (
        "The way of delivery stays as it was ordered; cancel the order and place it anew to collect it.",
        "订单的配送方式不可变更；如需自提，请取消后重新下单。",
    ),
    "PICKUP_POINT_CLOSED": (
        "This pickup point takes no parcels now; choose another.",
        "该自提点暂停服务，请选择其他自提点。",
    ),
    "PICKUP_CODE_INVALID": (
        "This order and this code do not go together, or the code is dead; the customer can ask for a new one.",
        "订单号与取件码不匹配，或取件码已失效；顾客可重新获取。",
    ),
    "ALREADY_COLLECTED": ("This order was collected already.", "该订单已取件。"),
    "NOTHING_AT_COUNTER": ("Nothing of this order lies at a pickup point.", "该订单没有待取的包裹。"),
    "TOO_MANY_CODES": (
        "An order can have at most {maximum} codes; ask the service desk.",
        "每个订单最多可获取 {maximum} 次取件码，请联系客服。",
    ),
    "JOB_STATE": (
        "The courier's job is {state}: this cannot be done now.",
        "配送任务当前状态为 {state}，无法执行此操作。",
    ),
    "JOB_TAKEN": ("Another courier has this job.", "该配送任务已被其他骑手接单。"),
    "JOB_EXISTS": ("This order has a courier's job already.", "该订单已有配送任务。"),
    "NOT_FOR_A_COURIER": ("No courier of ours can bring this order now.", "该订单当前不能由骑手配送。"),
    "NOT_BY_COURIER": ("No courier of ours brings this parcel.", "该包裹不由商家骑手配送。"),
    "NOBODY_TO_TIP": ("No courier of ours has brought this order.", "该订单没有可打赏的骑手。"),
    "TIP_TOO_LATE": ("A tip can be given within {days} days after delivery.", "打赏须在送达后 {days} 天内进行。"),
    "TIPPED_ALREADY": ("A tip was given for this delivery already.", "您已打赏过本次配送。"),
    "PICTURE_MISSING": ("This picture was not sent, or belongs to another order.", "图片尚未上传，或不属于该订单。"),
    "NO_PICTURE": ("These bytes are no JPEG or PNG picture.", "文件不是 JPEG 或 PNG 图片。"),
    "ORDER_IS_SERVICE": ("A booked service is not shipped; start it.", "服务订单无需发货，请开始服务。"),
    "NOT_A_SERVICE": ("This order is not a booked service.", "该订单不是预约服务。"),
    "NOT_STARTED": ("The service has not begun.", "服务尚未开始。"),
    "POINT_CODE_TAKEN": ("Another pickup point has this code.", "该自提点编号已被使用。"),
}

ORDERS: dict[str, tuple[str, str]] = {
    "NOT_RECORDED": (
        "The history of that time does not tell enough.",
        "该时间点的历史记录不完整。",
    ),
    "ORDER_IN_REVIEW": ("Somebody has to approve this order first.", "该订单正在审核，审核通过后才能发货。"),
    "MORE_THAN_UNDERWAY": (
        "Only {underway} units of this line are on their way.",
        "该商品在途数量仅为 {underway} 件。",
    ),
    "PAYMENT_TIME_OVER": ("The time to pay this order is over.", "该订单的付款时间已过。"),
    "ORDER_NOT_PAYABLE": ("This order is not waiting for a payment.", "该订单当前无需付款。"),
    "NOTHING_TO_CHANGE": ("Nothing would be changed by this.", "没有需要变更的内容。"),
    "TOO_LATE_TO_CHANGE": (
        "Goods of this order have left the house; ask to have the parcel stopped, or return it later.",
        "订单商品已发出，无法变更；可申请拦截包裹，或收货后退货。",
    ),
    "CHANGE_IN_REVIEW": (
        "This order is being checked; it can be changed after that.",
        "该订单正在审核，审核后方可变更。",
    ),
    "CHANGE_AWAITS_PAYMENT": (
        "Another change of this order waits to be paid; pay it or give it up first.",
        "该订单有一项变更待支付差价，请先付款或取消该变更。",
    ),
    "CHANGE_NOT_WAITING": ("This change does not wait for a payment.", "该变更无需付款。"),
    "NO_ADDRESS_TO_CHANGE": ("This order is collected; it goes to no address.", "该订单为自提，没有收货地址可变更。"),
    "NOTHING_UNDERWAY": (
        "Nothing of this order is on its way; it can still be changed or canceled.",
        "该订单尚未发货，可直接变更或取消。",
    ),
    "TOO_LATE_TO_INTERCEPT": (
        "This is out for delivery or delivered; return it after you have received it.",
        "包裹已在派送或已签收，无法拦截，请收货后申请退货。",
    ),
    "INTERCEPTION_UNDERWAY": ("This parcel is being stopped already.", "该包裹已在拦截中。"),
    "INTERCEPTION_DECIDED": ("This was decided otherwise already: {state}.", "该拦截已有结果：{state}。"),
    "MERGE_TOO_LATE": (
        "Order {order} cannot be merged any more: it is on its way, waits for something, or is over.",
        "订单 {order} 已发货、正在等待处理或已结束，无法合并。",
    ),
    "MERGE_HOME_ONLY": (
        "Order {order} is collected, brought by the shop's courier, or a service; only orders that a carrier brings to "
        "the same address become one.",
        "订单 {order} 为自提、骑手配送或预约服务，仅由快递送至同一地址的订单可以合并。",
    ),
    "MERGE_DIFFERENT": ("These orders differ in their {why} and stay apart.", "这些订单的{why}不同，无法合并。"),
    "CANCELS_EVERYTHING": (
        "Nothing would be left of the order; cancel it as a whole.",
        "变更后订单将没有商品，请直接取消整单。",
    ),
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
    "ORDER_NOT_ACCEPTED": (
        "We cannot accept this order. Nothing is owed for it; what was paid goes back by itself.",
        "很抱歉，我们无法接受此订单。您无需付款，已付款项将自动退回。",
    ),
    "ALL_REFUNDED": ("Everything that was paid has been refunded.", "已付款项已全部退还。"),
}

SHORTAGES: dict[str, tuple[str, str]] = {
    "STOCK_CHANGED": ("The stock has changed meanwhile; try again.", "库存已发生变化，请重试。"),
    "NOTHING_MISSING": ("Nothing of this order is missing.", "该订单没有缺货商品。"),
    "SHORTAGE_OVER": ("Nothing is missing any more; there is nothing to choose.", "缺货已解决，无需再选择。"),
    "SHORTAGE_UNDECIDED": (
        "Something is missing, and it is not decided yet what shall be done.",
        "该订单有商品缺货，处理方式尚未确定。",
    ),
    "WAITING_FOR_STOCK": (
        "The buyer waits until everything is there.",
        "买家选择等待到货，到齐后才能发货。",
    ),
    "NO_RESTOCK_EXPECTED": (
        "It is not known when the missing units will come.",
        "缺货商品的到货时间未知。",
    ),
    "NOTHING_IS_THERE": ("Nothing of the order is there yet.", "该订单暂无现货可发。"),
    "PART_SHIPPED_ALREADY": (
        "What was there has been shipped already.",
        "现货部分已经发出。",
    ),
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
    "ACCOUNT_NOT_ADJUSTABLE": (
        "{account} follows from orders, payments and refunds; nobody books on it by hand.",
        "科目 {account} 由订单、支付和退款自动记账，不能手工调整。",
    ),
    "OUT_OF_BALANCE": (
        "The sides sum to {sum} minor units; they must sum to zero.",
        "借贷合计为 {sum}（最小货币单位），必须为零。",
    ),
    "ENTRY_NOT_BY_HAND": (
        "The market booked this entry; refund or adjust instead of reversing it.",
        "该分录由系统记账，请通过退款或调整处理，不能冲销。",
    ),
    "ENTRY_ALREADY_REVERSED": ("This entry has been reversed.", "该分录已被冲销。"),
    "BAD_SIGNATURE": ("This callback is not signed by the provider.", "回调签名无效。"),
    "MALFORMED_NOTICE": ("This callback is signed but says nothing that we understand.", "回调内容无法识别。"),
    "METHOD_NOT_OFFERED": (
        "Nobody can pay here by {method}; choose another way.",
        "此处不支持 {method} 付款，请选择其他方式。",
    ),
    "REFUND_NOT_FAILED": ("Only a refund that has failed can be sent again.", "仅失败的退款可以重新发起。"),
}

WAREHOUSE: dict[str, tuple[str, str]] = {
    "BARCODE_INVALID": (
        "This is not a code that a scanner reads; of thirteen digits the last must fit.",
        "条码无效；13 位条码的校验位须正确。",
    ),
    "BARCODE_TAKEN": ("Another product carries the code {barcode}.", "条码 {barcode} 已用于其他商品。"),
    "NOTHING_TO_PICK": ("No order waits to be picked here.", "此仓库暂无待拣订单。"),
    "WAVE_TAKEN": ("Another picker has this wave.", "该波次已由其他拣货员领取。"),
    "WAVE_CLOSED": ("This wave is {state}; nothing is picked for it any more.", "该波次状态为 {state}，不再拣货。"),
    "WRONG_ITEM": (
        "This is not what the list asks for: {sku} is wanted, {scanned} was scanned.",
        "商品不符：应拣 {sku}，扫描到 {scanned}。",
    ),
    "TASK_CLOSED": ("This line of the list is {state}.", "该拣货任务状态为 {state}。"),
    "UNITS_PACKED": (
        "{packed} units lie in a package already; it must be unpacked first.",
        "已有 {packed} 件打包，须先拆包。",
    ),
    "NOTHING_PICKED": ("Nothing lies picked for this order here.", "该订单在此没有已拣商品。"),
    "NOT_PICKED": (
        "{scanned} was not picked for this order, or lies in a package already.",
        "{scanned} 不是该订单已拣的商品，或已装入包裹。",
    ),
    "WRONG_PACKAGE": (
        "This does not belong into a package of the kind {kind}: cold goods travel apart, fragile ones padded.",
        "该商品不可装入 {kind} 类包裹：冷藏商品须单独装箱，易碎品须加缓冲。",
    ),
    "PACKAGE_TOO_HEAVY": (
        "The package would weigh {grams} g; at most {maximum} g are carried.",
        "包裹将重 {grams} 克，上限为 {maximum} 克。",
    ),
    "PACKAGE_EMPTY": ("Nothing lies in this package.", "包裹为空。"),
    "PACKAGE_CLOSED": ("This package is {state}.", "该包裹状态为 {state}。"),
    "PACKAGE_GONE": ("A carrier has this package already.", "包裹已交承运人。"),
    "PACKAGE_LABELED": (
        "This package has the label {waybill}; unpack it to have another one.",
        "该包裹已有面单 {waybill}，如需更换请先拆包。",
    ),
    "MANIFEST_CLOSED": ("The carrier has signed this list already.", "该交接单已签收。"),
    "MANIFEST_FULL": ("A list holds at most {maximum} packages.", "一张交接单最多 {maximum} 个包裹。"),
    "MANIFEST_EMPTY": ("There is no package on this list.", "交接单上没有包裹。"),
    "MANIFEST_CHANGED": (
        "A package was scanned onto the list just now; close it again.",
        "交接单刚刚有变动，请重新提交。",
    ),
    "NOT_LABELED": (
        "This package is {state}; only labeled ones are handed over.",
        "该包裹状态为 {state}，须先贴面单。",
    ),
    "OTHER_CARRIER": ("This package goes with another carrier than {carrier}.", "该包裹不由 {carrier} 承运。"),
    "ON_OTHER_MANIFEST": ("This package is on another list.", "该包裹已在其他交接单上。"),
    "UNITS_IN_WAVE": (
        "{units} of these units are on a pick list or in a package.",
        "其中 {units} 件已在拣货单或包裹中。",
    ),
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
    "CARRIER_REFUSED": ("The carrier does not take this ({reason}).", "承运人拒绝受理（{reason}）。"),
    "CARRIER_OFF": (
        "The market is not connected to this carrier; its parcels are entered and reported by hand.",
        "系统尚未接入该承运人，其包裹需人工录入和更新。",
    ),
    "LABEL_GIVEN_BACK": (
        "The label was given back to the carrier meanwhile; nothing was shipped. Try again.",
        "面单已退回承运人，未发货，请重试。",
    ),
    "NOT_SIMULATED": ("This parcel is not carried by the simulator.", "该包裹并非由模拟快递承运。"),
    "PARCEL_ALREADY_BACK": ("This parcel was received back already.", "该退回包裹已签收入库。"),
    "PARCEL_NOT_COMING_BACK": (
        "This parcel does not come back: {state}. Report it as returned, or have it stopped first.",
        "该包裹并非退回件：{state}。请先上报退回或发起拦截。",
    ),
    "PARCEL_ALREADY_DELIVERED": ("This parcel is delivered already.", "该包裹已签收。"),
}

AFTERSALES: dict[str, tuple[str, str]] = {
    "URGE_TOO_EARLY": (
        "It is too early to ask for a quicker dispatch; you can from {next_at:%Y-%m-%d %H:%M} UTC on.",
        "暂时还不能催发货，{next_at:%Y-%m-%d %H:%M}（UTC）起可以催。",
    ),
    "CASE_ENDED": ("This case has ended.", "该单已结束。"),
    "CASE_CLAIMED_BY_ANOTHER": ("Somebody else is working on this case.", "该单正由其他同事处理。"),
    "CHOICE_NOT_OFFERED": ("This cannot be chosen here.", "此处不可选择该方案。"),
    "CHOICE_TIME_OVER": (
        "The time to choose is over; the shop does what it has proposed.",
        "选择时间已过，商家将按建议方案处理。",
    ),
    "REMEDY_NOT_POSSIBLE": ("This is not possible as things stand: {why}.", "当前无法执行：{why}。"),
    "DATE_OUT_OF_RANGE": (
        "This moment must lie after {earliest:%Y-%m-%d %H:%M} and not after {latest:%Y-%m-%d %H:%M} UTC.",
        "时间须晚于 {earliest:%Y-%m-%d %H:%M} 且不晚于 {latest:%Y-%m-%d %H:%M}（UTC）。",
    ),
}

SERVICE: dict[str, tuple[str, str]] = {
    "NOT_RECEIVED_YET": ("None of it has been received yet.", "商品尚未签收。"),
    "NOT_RETURNABLE": ("It cannot be returned without a reason: {why}.", "不支持无理由退货：{why}。"),
    "SERVICE_TIME_OVER": (
        "The time to ask for this ended on {until:%Y-%m-%d %H:%M} UTC.",
        "售后申请期限已于 {until:%Y-%m-%d %H:%M}（UTC）截止。",
    ),
    "SERVICE_TURNED_DOWN": (
        "This was turned down for the same reason before; appeal against that decision.",
        "相同原因的申请已被拒绝，请对该决定提出申诉。",
    ),
    "SERVICE_UNDERWAY": ("All of it is in a case already.", "该商品已在售后处理中或已获补偿。"),
    "WISH_DOES_NOT_FIT": ("This cannot be wished for this reason; see `serviceOptions`.", "该原因不支持此售后方式。"),
    "CASE_DECIDED": ("This case has been decided.", "该售后单已作出决定。"),
    "DECIDED_BY_YOU": ("An appeal is decided by another person than the first.", "申诉须由其他人员处理。"),
    "NO_GOODS_AWAITED": ("No goods are awaited for this case.", "该售后单无需寄回商品。"),
    "UNITS_NOT_ACCOUNTED_FOR": (
        "Say of each unit that was to come back how it was found.",
        "请逐件填写应退回商品的验收结果。",
    ),
    "APPEALED_BEFORE": ("An appeal was made already.", "已提出过申诉。"),
    "NOTHING_TO_APPEAL": ("Nothing was turned down.", "没有可申诉的决定。"),
    "GOODS_ON_THEIR_WAY_BACK": (
        "The goods are on their way back; the case ends when they have been looked at.",
        "商品正在退回途中，验收后结束。",
    ),
}

INTAKE: dict[str, tuple[str, str]] = {
    "UNKNOWN_SKU": ("There is nothing for sale with the SKU “{sku}”.", "没有在售的 SKU“{sku}”。"),
    "AMOUNTS_DIFFER": (
        "The amounts do not add up: {stated} is stated, {computed} comes out (minor units).",
        "金额不符：填写 {stated}，应为 {computed}（最小货币单位）。",
    ),
    "EXTERNAL_ORDER_DIFFERS": (
        "This order was taken in before, and with another content. Change the order itself.",
        "该外部订单已接收且内容不同，请直接修改订单。",
    ),
    "PAYMENT_REFERENCE_TAKEN": (
        "This payment reference belongs to another order.",
        "该付款流水号已用于其他订单。",
    ),
    "ORDER_FAILED": (
        "The order could not be stored; its number in the log is {number}.",
        "订单未能保存，日志编号为 {number}。",
    ),
}

REVIEW: dict[str, tuple[str, str]] = {
    "REVIEW_CLAIMED": (
        "Somebody else has this review until {until:%H:%M} UTC.",
        "该审核已被他人认领，至 {until:%H:%M} UTC。",
    ),
    "REVIEW_NOT_CLAIMED": (
        "Claim the review first; your claim may have run out.",
        "请先认领该审核，您的认领可能已过期。",
    ),
    "NOTHING_TO_REVIEW": ("Nobody has to review this order.", "该订单无需审核。"),
    "REVIEW_CLOSED": ("This review is closed: {stage}.", "该审核已结束：{stage}。"),
    "CALL_NEEDED": (
        "An order of this size is approved only after a call in which the buyer has confirmed it.",
        "大额订单须先电话联系买家并获得确认，才能通过审核。",
    ),
    "THRESHOLDS_CROSSED": (
        "Turning an order down needs a higher score than reviewing it.",
        "拒单分值须高于审核分值。",
    ),
}

MESSAGES = (
    GENERAL
    | CUSTOMERS
    | CATALOG
    | INVENTORY
    | CARTS
    | CHECKOUT
    | DELIVERY
    | ORDERS
    | REVIEW
    | INTAKE
    | SHORTAGES
    | PAYMENTS
    | FULFILLMENT
    | AFTERSALES
    | SERVICE
    | WAREHOUSE
)


# Facts that are words, as they stand in the code, and in Chinese.
WORDS = {
    "this moment has not come yet": "该时间点尚未到来",
    "address": "地址",
    "brand": "品牌",
    "cart": "购物车",
    "cart line": "购物车商品",
    "carrier": "承运人",
    "category": "分类",
    "buyer": "买家",
    "currency": "币种",
    "change": "变更",
    "coupon": "优惠券",
    "interception": "拦截申请",
    "delivery case": "配送异常单",
    "after-sales case": "售后单",
    "delivery region": "配送区域",
    "delivery slot": "配送时段",
    "pickup point": "自提点",
    "slot template": "时段模板",
    "nothing is delivered there": "该地区暂不配送",
    "this way of delivery is not offered there": "该地区不支持此配送方式",
    "perishable goods would not stay cold": "生鲜商品无法保证冷链",
    "fragile goods would not arrive whole": "易碎商品无法安全送达",
    "a service is booked on its own, at a time and a place": "服务须单独预约时间和地点",
    "a pickup point goes with PICKUP": "自提点须使用自提方式",
    "a city needs its province": "请先填写该城市所在省份",
    "courier": "骑手",
    "courier job": "配送任务",
    "give a name or a picture": "请填写姓名或上传图片",
    "order": "订单",
    "order line": "订单商品",
    "ledger entry": "会计分录",
    "parcel": "包裹",
    "package": "包裹",
    "manifest": "交接单",
    "wave": "波次",
    "pick task": "拣货任务",
    "picker": "拣货员",
    "document": "单据",
    "payment": "支付单",
    "picture": "图片",
    "product": "商品",
    "provider": "支付渠道",
    "refund": "退款单",
    "session": "登录设备",
    "only merging gives this reason": "仅合并订单时使用此原因",
    "stock level": "库存记录",
    "user": "用户",
    "variant": "商品规格",
    "warehouse": "仓库",
    "transfer": "调拨单",
    "stocktake": "盘点单",
    "expected delivery": "到货单",
    "a list is needed": "此处需要列表",
    "an http or https address is needed": "须为 http 或 https 网址",
    "an object is needed": "此处需要对象",
    "after goes with first": "after 须与 first 一起使用",
    "before goes with last": "before 须与 last 一起使用",
    "each line may be named once": "每个商品行只能填写一次",
    "the payer's id at the provider is needed here": "此处需要付款人在支付平台的标识",
    "each account may be named once": "每个科目只能填写一次",
    "give either content or uploadId": "content 与 uploadId 须且只能填写一项",
    "give either orderId or parcelId": "orderId 与 parcelId 须且只能填写一项",
    "give either id or slug": "id 与 slug 须且只能填写一项",
    "give first or last, not both": "first 与 last 只能填写一项",
    "no units are left to settle": "没有待处理的商品",
    "nothing has been shipped yet": "尚未发货",
    "nothing is left to ship": "没有待发货的商品",
    "the goods have arrived": "商品已送达",
    "the goods have not come back": "商品尚未退回",
    "the heading": "表头",
    "this customer cannot be known again": "无法识别该客户",
    "review": "审核",
    "rule": "规则",
    "a text is needed": "此处需要文本",
    "small letters, digits and hyphens": "只能使用小写字母、数字和连字符",
    "it is not an object": "不是对象",
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
    told = _Facts({name: _told(fact, locale) for name, fact in facts.items()})
    return (chinese if locale.startswith("zh") else english).format_map(told)


def _told(fact: object, locale: str) -> object:
    if isinstance(fact, dict):
        return in_locale(fact, locale)  # what something is called
    return WORDS.get(fact, fact) if isinstance(fact, str) and locale.startswith("zh") else fact
