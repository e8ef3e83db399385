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

ORDERS: dict[str, tuple[str, str]] = {}

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
