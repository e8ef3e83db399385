"""The messages that accounts send, in Chinese and English. `{name}` stands for a fact."""

from typing import Final

from domain.access import Viewer
from domain.customers.contacts import Contact
from kit import clock

TEMPLATES: Final[dict[str, dict[str, str]]] = {
    "sign_in_code": {
        "zh-CN": "【集市】登录验证码 {code}，{minutes} 分钟内有效。请勿告诉任何人。",
        "en": "Jishi: {code} is your sign-in code, good for {minutes} minutes. Tell it to nobody.",
    },
    "password_code": {
        "zh-CN": "【集市】重置密码验证码 {code}，{minutes} 分钟内有效。若非本人操作，请忽略。",
        "en": "Jishi: {code} lets you set a new password within {minutes} minutes. Not you? Then ignore this.",
    },
    "contact_code": {
        "zh-CN": "【集市】绑定验证码 {code}，{minutes} 分钟内有效。若非本人操作，请忽略。",
        "en": "Jishi: {code} binds this contact to your account within {minutes} minutes. Not you? Then ignore this.",
    },
    "order_code": {
        "zh-CN": "【集市】查看订单 {number} 的验证码 {code}，{minutes} 分钟内有效。请勿告诉任何人。",
        "en": "Jishi: {code} opens order {number} for you, good for {minutes} minutes. Tell it to nobody.",
    },
    "contact_changed": {
        "zh-CN": "【集市】您账户的联系方式已改为 {other}。若非本人操作，请立即联系客服。",
        "en": "Jishi: your account is now bound to {other}. If this was not you, call our service at once.",
    },
    "password_changed": {
        "zh-CN": "【集市】您的登录密码已更改。若非本人操作，请立即重置密码。",
        "en": "Jishi: your password was changed. If this was not you, reset it at once.",
    },
}


async def tell(viewer: Viewer, contact: Contact, template: str, locale: str, **facts: object) -> None:
    """Send one message. Called after the transaction: what it tells has happened."""
    body = TEMPLATES[template][locale].format(**facts)
    await viewer.market.messages.send(contact.channel, contact.value, template=template, body=body, now=clock.now())


async def tell_code(viewer: Viewer, contact: Contact, template: str, code: str, **facts: object) -> None:
    """Send a one-time code with how long it is good for, in the caller's language."""
    await tell(viewer, contact, template, viewer.locale, code=code, minutes=viewer.market.policy.code_minutes, **facts)
