"""The simulator's own pay page: plain HTML from this process, a form that posts back to it, nothing from elsewhere."""

import base64
import hashlib
import html
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.payments.simulator import ChargeClosed, ChargeExpired, Outcome, PaymentSimulator
from kit import clock, crypto
from kit.money import to_decimal
from kit.text import best_locale
from models.payments import ChargeState, SimulatedCharge

PATH = "/simulator/pay"
COOKIE = "simulator_visit"
LARGEST_FORM = 4096  # bytes
LONGEST_DELAY = 3600  # seconds
LONGEST_PAYER = 60  # characters

Texts = dict[str, tuple[str, str]]  # English, Chinese

TEXTS: Texts = {
    "title": ("Payment simulator", "支付模拟器"),
    "play": ("No real money moves here.", "此处不涉及真实资金。"),
    "number": ("Payment", "支付单号"),
    "until": ("Pay before", "付款截止"),
    "delay": ("Tell the shop later by (seconds)", "延迟通知商家（秒）"),
    "payer": ("Name of whoever pays", "付款人姓名"),
    "more": ("What providers do on bad days", "模拟异常情形"),
    "paid": ("Paid", "已付款"),
    "declined": ("Declined", "已拒绝"),
    "over": ("The time to pay is over.", "付款时间已过。"),
    "telling": ("The shop is being told …", "正在通知商家……"),
    "told": ("The shop knows.", "商家已收到通知。"),
    "back": ("Back to the shop", "返回商家"),
    "close": ("You can close this page.", "您可以关闭此页面。"),
    "missing": ("There is no such payment.", "该支付单不存在。"),
    "stale": ("This form is too old or not from this page. Try again.", "表单已失效，请重试。"),
    "other": ("中文", "English"),
}

BUTTONS: dict[Outcome, tuple[str, str]] = {
    Outcome.SUCCEED: ("Pay", "付款"),
    Outcome.DECLINE: ("Decline", "拒绝付款"),
    Outcome.SUCCEED_TWICE: ("Pay, and call back twice", "付款，并重复通知"),
    Outcome.SUCCEED_BADLY_SIGNED_FIRST: (
        "Pay, but sign the first callbacks wrongly",
        "付款，但前几次通知签名错误",
    ),
    Outcome.SUCCEED_OUT_OF_ORDER: (
        "Pay with a second card; the first card's refusal is told last",
        "换卡付款成功，首次失败的通知后到",
    ),
    Outcome.SUCCEED_WRONG_AMOUNT: ("Pay, but report a wrong amount", "付款，但通知金额有误"),
    Outcome.SUCCEED_AFTER_EXPIRY: ("Pay; the callback comes after the time is over", "付款，过期后才通知"),
    Outcome.SUCCEED_FAILING_REFUND: ("Pay; the first refund will fail", "付款，首次退款将失败"),
    Outcome.SUCCEED_SILENTLY: ("Pay, and never call back", "付款，但从不通知"),
}
PLAIN = (Outcome.SUCCEED, Outcome.DECLINE)

STYLE = """
body{font:16px/1.6 system-ui,sans-serif;background:#f4f1ea;color:#26302c;margin:0}
main{max-width:26rem;margin:3rem auto;background:#fff;padding:2rem;border-radius:12px;box-shadow:0 2px 12px #0001}
h1{font-size:1.1rem;margin:0}.note{color:#6b746f;font-size:.9rem}.sum{font-size:2.2rem;margin:.6rem 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;font-size:.9rem}dd{margin:0;overflow-wrap:anywhere}
button{font:inherit;width:100%;padding:.6rem;margin:.25rem 0;background:#fff;cursor:pointer}
button{border:1px solid #cfd6d2;border-radius:8px}
button.first{background:#1f7a4d;border-color:#1f7a4d;color:#fff}input{font:inherit;width:6rem;padding:.3rem}
a{color:#1f7a4d}summary{cursor:pointer;margin-top:1rem}nav{float:right;font-size:.9rem}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def routes(simulator: Callable[[], PaymentSimulator]) -> list[Route]:
    """The pay page at the root of the server; `simulator` gives the one whose charges it shows, once it is open."""

    async def show(request: Request) -> Response:
        return await _show(simulator(), request)

    async def act(request: Request) -> Response:
        return await _act(simulator(), request)

    path = f"{PATH}/{{reference}}"
    return [Route(path, show, methods=["GET"]), Route(path, act, methods=["POST"])]


async def _show(simulator: PaymentSimulator, request: Request, *, problem: str = "", status: int = 200) -> Response:
    locale = _locale(request)
    reference = request.path_params["reference"]
    charge = await simulator.find(reference)
    if charge is None:
        return _page(_text("missing", locale), locale=locale, status=404)
    visit = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
    waiting = charge.state != ChargeState.OPEN and await simulator.undelivered(reference) > 0
    body = _charge(charge, locale, now=clock.now())
    if problem:
        body += f'<p role="alert">{_text(problem, locale)}</p>'
    if charge.state == ChargeState.OPEN:
        body += _form(charge, locale, token=_token(simulator, visit, reference))
    else:
        body += f"<p>{_text('telling' if waiting else 'told', locale)}</p>"
    body += _way_back(charge, locale, is_done=charge.state != ChargeState.OPEN and not waiting)
    page = _page(body, locale=locale, status=status, refresh=waiting)
    page.set_cookie(COOKIE, visit, max_age=3600, path=PATH, httponly=True, samesite="strict")
    return page


async def _act(simulator: PaymentSimulator, request: Request) -> Response:
    reference = request.path_params["reference"]
    form = await _form_fields(request)
    visit = request.cookies.get(COOKIE, "")
    token = form.get("token", "")
    if not visit or not crypto.same(token, _token(simulator, visit, reference)):
        return await _show(simulator, request, problem="stale", status=403)
    try:
        outcome = Outcome(form.get("outcome", ""))
        delay = int(form.get("delay") or "0")
    except ValueError:
        return await _show(simulator, request, problem="stale", status=400)
    try:
        await simulator.pay(reference, outcome, delay_seconds=min(max(delay, 0), LONGEST_DELAY), payer=_payer(form))
    except LookupError:
        return await _show(simulator, request)
    except ChargeExpired:
        return await _show(simulator, request, problem="over", status=409)
    except ChargeClosed:
        pass  # pressed twice: the page shows what became of it
    return RedirectResponse(f"{PATH}/{reference}?lang={_locale(request)}", status_code=303, headers=HEADERS)


async def _form_fields(request: Request) -> Mapping[str, str]:
    """The fields of a small urlencoded form; nothing when it is anything else."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_FORM:
                return {}
        fields = parse_qs(body.decode("ascii"), max_num_fields=10)
    except (ValueError, ClientDisconnect):
        return {}
    return {name: values[0] for name, values in fields.items()}


def _payer(form: Mapping[str, str]) -> str:
    """What was typed as a name, as far as it is text."""
    name = " ".join(form.get("payer", "").split())[:LONGEST_PAYER]
    return name if name.isprintable() else ""


def _token(simulator: PaymentSimulator, visit: str, reference: str) -> str:
    """Ties a form to the browser that was shown it, so that no other site can press its buttons."""
    return crypto.sign(simulator.secret, f"form:{visit}:{reference}".encode())


def _locale(request: Request) -> str:
    asked = request.query_params.get("lang")
    return asked if asked in ("zh-CN", "en") else best_locale(request.headers.get("accept-language"))


def _text(name: str, locale: str) -> str:
    english, chinese = TEXTS[name]
    return chinese if locale == "zh-CN" else english


def _charge(charge: SimulatedCharge, locale: str, *, now: datetime) -> str:
    state = {ChargeState.PAID: "paid", ChargeState.DECLINED: "declined"}.get(charge.state)
    over = charge.state == ChargeState.OPEN and charge.expires_at is not None and now >= charge.expires_at
    status = _text(state, locale) if state else _text("over", locale) if over else ""
    other = "en" if locale == "zh-CN" else "zh-CN"
    until = f"{charge.expires_at:%Y-%m-%d %H:%M} UTC" if charge.expires_at else "–"
    return (
        f'<nav><a href="?lang={other}">{_text("other", locale)}</a></nav><h1>{_text("title", locale)}</h1>'
        f'<p class="note">{_text("play", locale)}</p>'
        f'<p class="sum">{to_decimal(charge.amount, charge.currency)} {html.escape(charge.currency)}</p>'
        f"<p>{html.escape(charge.title)}</p>"
        f"<dl><dt>{_text('number', locale)}</dt><dd>{html.escape(charge.request_key)}</dd>"
        f"<dt>{_text('until', locale)}</dt><dd>{until}</dd></dl>"
        f"<p><strong>{status}</strong></p>"
    )


def _form(charge: SimulatedCharge, locale: str, *, token: str) -> str:
    plain = "".join(_button(outcome, locale) for outcome in PLAIN)
    more = "".join(_button(outcome, locale) for outcome in BUTTONS if outcome not in PLAIN)
    return (
        f'<form method="post" action="{PATH}/{html.escape(charge.reference)}?lang={locale}">'
        f'<input type="hidden" name="token" value="{token}">{plain}'
        f"<details><summary>{_text('more', locale)}</summary>"
        f"<p><label>{_text('delay', locale)} "
        f'<input type="number" name="delay" value="0" min="0" max="{LONGEST_DELAY}"></label></p>'
        f"<p><label>{_text('payer', locale)} "
        f'<input name="payer" maxlength="{LONGEST_PAYER}" autocomplete="off"></label></p>{more}</details></form>'
    )


def _button(outcome: Outcome, locale: str) -> str:
    english, chinese = BUTTONS[outcome]
    first = ' class="first"' if outcome == Outcome.SUCCEED else ""
    label = html.escape(chinese if locale == "zh-CN" else english)
    return f'<button{first} name="outcome" value="{outcome.value}">{label}</button>'


def _way_back(charge: SimulatedCharge, locale: str, *, is_done: bool) -> str:
    if not charge.return_url.startswith(("https://", "http://")):
        return f'<p class="note">{_text("close", locale)}</p>' if is_done else ""
    return f'<p><a rel="noreferrer" href="{html.escape(charge.return_url)}">{_text("back", locale)}</a></p>'


def _page(body: str, *, locale: str, status: int, refresh: bool = False) -> Response:
    again = '<meta http-equiv="refresh" content="2">' if refresh else ""
    return HTMLResponse(
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">{again}'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{_text("title", locale)}</title>'
        f"<style>{STYLE}</style></head><body><main>{body}</main></body></html>",
        status_code=status,
        headers=HEADERS,
    )
