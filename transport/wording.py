"""The wire's own refusals in words: what was wrong with the request, in the two languages of the market."""

from kit.errors import Refused

_TEXTS: dict[str, tuple[str, str]] = {
    "BAD_REQUEST": ("The request is not well formed: {why}.", "请求格式不正确：{why}。"),
    "BODY_TOO_LARGE": ("The body is larger than {allowed} bytes.", "请求体超过 {allowed} 字节。"),
    "INTERNAL": (
        "Something went wrong on our side. Quote {id} when you report it.",
        "服务器内部出错，反馈时请提供编号 {id}。",
    ),
    "INTROSPECTION_DISABLED": ("This server does not describe its schema.", "此服务器不提供架构自省。"),
    "LIMIT_EXCEEDED": (
        "The limit on {limit} is {allowed}; the request is over it.",
        "请求超出限制：{limit} 的上限为 {allowed}。",
    ),
    "METHOD_NOT_ALLOWED": ("Use {allowed} for this.", "请改用 {allowed} 方法。"),
    "NOT_ACCEPTABLE": (
        "Answers come as application/graphql-response+json, application/json or text/event-stream; accept one of them.",
        "可返回 application/graphql-response+json、application/json 或 text/event-stream，请在 Accept 中选择其一。",
    ),
    "OPERATION_NAME_REQUIRED": (
        "The document has several operations; say in operationName which one to run.",
        "文档包含多个操作，请用 operationName 指明要执行哪一个。",
    ),
    "OPERATION_NOT_FOUND": ("The document has no such operation.", "文档中没有该操作。"),
    "ORIGIN_NOT_ALLOWED": ("Pages of this origin may not call here.", "不允许该来源的页面调用。"),
    "SUBSCRIPTION_NEEDS_STREAM": (
        "A subscription needs a stream: accept text/event-stream, or use a WebSocket with graphql-transport-ws.",
        "订阅需要流式连接：请接受 text/event-stream，或使用 graphql-transport-ws 的 WebSocket。",
    ),
    "THROTTLED": ("Too many requests; try again in {seconds} seconds.", "请求过于频繁，请在 {seconds} 秒后重试。"),
    "TOO_MANY_CONNECTIONS": (
        "One address may keep {allowed} streams open; close one first.",
        "同一地址最多保持 {allowed} 个流式连接，请先关闭一个。",
    ),
    "TIMEOUT": (
        "The operation took longer than {allowed} seconds and was stopped.",
        "操作超过 {allowed} 秒，已被中止。",
    ),
    "UNAUTHENTICATED": (
        "Sign in first; the token is missing, expired or revoked.",
        "请先登录：令牌缺失、过期或已被吊销。",
    ),
    "UNSUPPORTED_MEDIA_TYPE": (
        "Send the body as application/json in UTF-8 and without Content-Encoding.",
        "请以 UTF-8 编码的 application/json 发送请求体，且不要压缩。",
    ),
    "URL_TOO_LONG": (
        "The query string is longer than {allowed} bytes; use POST.",
        "查询字符串超过 {allowed} 字节，请改用 POST。",
    ),
}


def wording(refused: Refused, locale: str) -> str | None:
    """The text of a code of the wire; None for a code that belongs to the market."""
    texts = _TEXTS.get(refused.code)
    if texts is None:
        return None
    return texts[locale.startswith("zh")].format_map(_Facts(refused.facts))


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"
