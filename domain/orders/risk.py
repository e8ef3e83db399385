"""What makes an order look risky: rules in data, held against the facts of one order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from domain.customers.regions import clean_province
from kit.errors import Refused
from kit.money import LARGEST_AMOUNT, Money
from kit.text import mask_name
from kit.validate import clean_all, clean_text
from models.reviews import RiskDecision, RiskPolicy, RiskRule, RiskRuleKind, VelocityKey

MOST_WORDS = 50  # words or places in one rule
LONGEST_WORD = 40
MOST_HOURS = 24 * 365
MOST_POINTS = 1000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an order when it is checked. Amounts are minor units."""

    total: int
    currency: str
    units: int
    province: str
    city: str
    note: str
    recipient: str
    is_guest: bool = False
    account_hours: float | None = None  # age of the account, for those who have one
    account_name: str = ""
    payer: str = ""  # as the provider names whoever paid; empty while nobody has, or it does not say
    earlier: Mapping[UUID, int] = field(default_factory=dict)  # by velocity rule: orders within its hours before


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that an order fits, and what it saw."""

    rule_id: UUID
    name: str
    kind: RiskRuleKind
    points: int
    facts: Mapping[str, object]

    def as_json(self) -> dict[str, object]:
        return {
            "rule_id": str(self.rule_id),
            "name": self.name,
            "kind": self.kind.value,
            "points": self.points,
            "facts": dict(self.facts),
        }


Seen = dict[str, object] | None


def findings(rules: Sequence[RiskRule], facts: Facts) -> list[Finding]:
    """Every enabled rule that the order fits, the weightiest first."""
    found = []
    for rule in rules:
        seen = LOOKS[rule.kind](rule, facts) if rule.is_enabled else None
        if seen is not None:
            found.append(Finding(rule.id, rule.name, rule.kind, rule.points, seen))
    return sorted(found, key=lambda finding: (-finding.points, finding.name))


def decide(score: int, policy: RiskPolicy | None) -> RiskDecision:
    """What a score leads to. Without thresholds everything passes."""
    if policy is None:
        return RiskDecision.PASS
    if policy.reject_from is not None and score >= policy.reject_from:
        return RiskDecision.REJECT
    if policy.review_from is not None and score >= policy.review_from:
        return RiskDecision.REVIEW
    return RiskDecision.PASS


# ----------------------------------------------------------------------------------------------------------- the looks


def _amount(rule: RiskRule, facts: Facts) -> Seen:
    least = _number(rule, "from_minor_units")
    if facts.total < least:
        return None
    return {"total": str(Money(facts.total, facts.currency)), "least": str(Money(least, facts.currency))}


def _units(rule: RiskRule, facts: Facts) -> Seen:
    least = _number(rule, "units")
    return {"units": facts.units, "least": least} if facts.units >= least else None


def _region(rule: RiskRule, facts: Facts) -> Seen:
    place = facts.province
    if place not in _words(rule, "provinces"):
        cities = {_plain(city).removesuffix("市") for city in _words(rule, "cities")}
        if _plain(facts.city).removesuffix("市") not in cities:
            return None
        place = facts.city
    return {"place": place}


def _velocity(rule: RiskRule, facts: Facts) -> Seen:
    orders = facts.earlier.get(rule.id, 0) + 1
    if orders < _number(rule, "orders"):
        return None
    return {"orders": orders, "hours": _number(rule, "hours"), "by": str(rule.parameters["by"])}


def _note(rule: RiskRule, facts: Facts) -> Seen:
    note = _plain(facts.note)
    hits = [word for word in _words(rule, "words") if _plain(word) in note]
    return {"words": ", ".join(hits)} if hits else None


def _account(rule: RiskRule, facts: Facts) -> Seen:
    if facts.is_guest:
        return {"is_guest": True} if rule.parameters.get("guests") else None
    least = _number(rule, "hours")
    if facts.account_hours is None or facts.account_hours >= least:
        return None
    return {"is_guest": False, "hours": int(facts.account_hours), "least": least}


def _payer(rule: RiskRule, facts: Facts) -> Seen:
    """Somebody pays for a stranger. With `account_too` also somebody who buys for one is noticed, before paying."""
    known = {_plain(facts.recipient), _plain(facts.account_name)}
    if _plain(facts.payer) and _plain(facts.payer) not in known:
        return {"payer": mask_name(facts.payer), "recipient": mask_name(facts.recipient)}
    is_stranger = bool(facts.account_name) and _plain(facts.account_name) != _plain(facts.recipient)
    if rule.parameters.get("account_too") and is_stranger:
        return {"payer": mask_name(facts.account_name), "recipient": mask_name(facts.recipient)}
    return None


LOOKS: Mapping[RiskRuleKind, Callable[[RiskRule, Facts], Seen]] = {
    RiskRuleKind.ORDER_AMOUNT: _amount,
    RiskRuleKind.MANY_UNITS: _units,
    RiskRuleKind.REGION: _region,
    RiskRuleKind.VELOCITY: _velocity,
    RiskRuleKind.NOTE_KEYWORDS: _note,
    RiskRuleKind.NEW_ACCOUNT: _account,
    RiskRuleKind.PAYER_MISMATCH: _payer,
}


def _plain(text: str) -> str:
    """As names and words are compared: blanks, dots and capitals do not count."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _number(rule: RiskRule, name: str) -> int:
    value = rule.parameters[name]
    if not isinstance(value, int):
        raise TypeError(f"{rule.kind}: {name} is no number")
    return value


def _words(rule: RiskRule, name: str) -> list[str]:
    value = rule.parameters.get(name, [])
    return [str(word) for word in value] if isinstance(value, list) else []


# --------------------------------------------------------------------------------------------------- their parameters


def clean_parameters(kind: RiskRuleKind, given: Mapping[str, Any], *path: str) -> dict[str, object]:
    """The parameters of a rule as they are stored; all that is wrong with them is told at once, under `path`."""
    cleaned: dict[str, object] = clean_all({**DEFAULTS[kind], **given}, CHECKS, *path)
    if kind == RiskRuleKind.REGION and not cleaned["provinces"] and not cleaned["cities"]:
        raise Refused("REQUIRED", path=(*path, "provinces"))
    return cleaned


def _within(value: int, *, path: tuple[str, ...], minimum: int = 1, maximum: int) -> int:
    if not minimum <= value <= maximum:
        raise Refused("OUT_OF_RANGE", path=path, minimum=minimum, maximum=maximum)
    return value


def _list(values: Sequence[str], *, path: tuple[str, ...], check: Callable[..., str], least: int = 0) -> list[str]:
    if len(values) < least:
        raise Refused("REQUIRED", path=path)
    if len(values) > MOST_WORDS:
        raise Refused("TOO_MANY_VALUES", path=path, maximum=MOST_WORDS)
    return list(dict.fromkeys(check(value, path=(*path, str(place))) for place, value in enumerate(values)))


def _key(value: VelocityKey, *, path: tuple[str, ...]) -> str:
    return VelocityKey(value).value


def _word(value: str, *, path: tuple[str, ...]) -> str:
    word = clean_text(value, path=path, minimum=1, maximum=LONGEST_WORD)
    if not _plain(word):
        raise Refused("REQUIRED", path=path)  # only signs, which are not compared: it would fit every note
    return word


def _flag(value: bool, *, path: tuple[str, ...]) -> bool:
    return bool(value)


CHECKS: Mapping[str, Callable[..., object]] = {
    "from_minor_units": partial(_within, maximum=LARGEST_AMOUNT),
    "units": partial(_within, maximum=1_000_000),
    "provinces": partial(_list, check=clean_province),
    "cities": partial(_list, check=_word),
    "by": _key,
    "orders": partial(_within, minimum=2, maximum=1000),
    "hours": partial(_within, maximum=MOST_HOURS),
    "words": partial(_list, check=_word, least=1),
    "guests": _flag,
    "account_too": _flag,
}
DEFAULTS: Mapping[RiskRuleKind, Mapping[str, object]] = {
    RiskRuleKind.ORDER_AMOUNT: {},
    RiskRuleKind.MANY_UNITS: {},
    RiskRuleKind.REGION: {"provinces": [], "cities": []},
    RiskRuleKind.VELOCITY: {},
    RiskRuleKind.NOTE_KEYWORDS: {},
    RiskRuleKind.NEW_ACCOUNT: {"guests": True},
    RiskRuleKind.PAYER_MISMATCH: {"account_too": False},
}


# ------------------------------------------------------------------------------------------------------------ in words

WORDS: Mapping[RiskRuleKind, tuple[str, str]] = {
    RiskRuleKind.ORDER_AMOUNT: (
        "It comes to {total}; from {least} on that counts.",
        "订单金额 {total}，达到 {least}。",
    ),
    RiskRuleKind.MANY_UNITS: ("It is {units} units; from {least} on it counts.", "共 {units} 件，达到 {least} 件。"),
    RiskRuleKind.REGION: ("It goes to {place}.", "收货地为 {place}。"),
    RiskRuleKind.VELOCITY: (
        "It is order {orders} within {hours} hours by the same {by}.",
        "同一{by}在 {hours} 小时内的第 {orders} 笔订单。",
    ),
    RiskRuleKind.NOTE_KEYWORDS: ("The note says: {words}.", "备注含：{words}。"),
    RiskRuleKind.NEW_ACCOUNT: (
        "The account is {hours} hours old; below {least} it counts.",
        "账号注册 {hours} 小时，不足 {least} 小时。",
    ),
    RiskRuleKind.PAYER_MISMATCH: ("{payer} pays for {recipient}.", "付款人 {payer} 与收货人 {recipient} 不符。"),
}
GUEST = ("The buyer has no account.", "买家没有账号。")
KEYS: Mapping[str, tuple[str, str]] = {
    VelocityKey.ACCOUNT: ("account", "账号"),
    VelocityKey.PHONE: ("phone", "手机号"),
    VelocityKey.ADDRESS: ("caller address", "来源地址"),
}


def in_words(kind: RiskRuleKind, facts: Mapping[str, object], locale: str) -> str:
    """What a reviewer reads about a finding."""
    chinese = locale.startswith("zh")
    if facts.get("is_guest"):
        return GUEST[chinese]
    told = dict(facts)
    if "by" in told:
        told["by"] = KEYS[str(told["by"])][chinese]
    return WORDS[kind][chinese].format_map(told)
