"""Every refusal by its stable code, in English and Chinese. `{name}` stands for a fact of the refusal."""

from kit.errors import Refused

GENERAL: dict[str, tuple[str, str]] = {
    "UNAUTHENTICATED": (
        "Sign in first; the token is missing, expired or revoked.",
        "请先登录：令牌缺失、过期或已被吊销。",
    ),
    "FORBIDDEN": ("Your role does not allow this.", "您的角色无权执行此操作。"),
    "NOT_FOUND": ("There is no such {what}, or it is not yours to see.", "该{what}不存在，或您无权查看。"),
    "INVALID_ID": ("This is not the id of a {expected}.", "这不是有效的 {expected} 标识。"),
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

CUSTOMERS: dict[str, tuple[str, str]] = {}

CATALOG: dict[str, tuple[str, str]] = {}

INVENTORY: dict[str, tuple[str, str]] = {}

CARTS: dict[str, tuple[str, str]] = {}

CHECKOUT: dict[str, tuple[str, str]] = {}

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

PAYMENTS: dict[str, tuple[str, str]] = {}

FULFILLMENT: dict[str, tuple[str, str]] = {}

MESSAGES = GENERAL | CUSTOMERS | CATALOG | INVENTORY | CARTS | CHECKOUT | ORDERS | PAYMENTS | FULFILLMENT


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def message(refused: Refused, locale: str) -> str:
    """What a person is told, in `locale`."""
    english, chinese = MESSAGES.get(refused.code, (refused.code, refused.code))
    return (chinese if locale.startswith("zh") else english).format_map(_Facts(refused.facts))
