"""Editing what makes an order look risky. For administrators."""

from typing import Any

import strawberry

from domain.orders.risk import MOST_POINTS
from models.reviews import VelocityKey
from resolvers.answers import Answer
from resolvers.context import Info
from resolvers.orders import reviews as resolvers
from schema.errors import Payload
from schema.fields import given, mutation
from schema.orders.reviews import RiskRule, RiskSettings
from schema.scalars import SafeInt


@strawberry.input(description="The order's total.")
class OrderAmountRuleInput:
    from_minor_units: SafeInt = strawberry.field(description="From this total on, minor units.")


@strawberry.input(description="Units over all lines.")
class ManyUnitsRuleInput:
    units: int = strawberry.field(description="From this many on, 1 to 1,000,000.")


@strawberry.input(description="Where the order goes. A province or a city that is named fits.")
class RegionRuleInput:
    provinces: list[str] = strawberry.field(
        default_factory=list, description="Provinces by Chinese or English name, up to 50."
    )
    cities: list[str] = strawberry.field(default_factory=list, description="Cities by name, up to 50.")


@strawberry.input(description="How many orders came from the same place lately.")
class VelocityRuleInput:
    by: VelocityKey = strawberry.field(description="By what orders are taken for the same buyer's.")
    orders: int = strawberry.field(description="From this many on, this one among them, 2 to 1000.")
    hours: int = strawberry.field(description="Within so many hours, 1 to 8760.")


@strawberry.input(description="Words in the buyer's note. Blanks, signs and capitals do not count.")
class NoteKeywordsRuleInput:
    words: list[str] = strawberry.field(description="1 to 50 words of up to 40 characters.")


@strawberry.input(description="How old the buyer's account is.")
class NewAccountRuleInput:
    hours: int = strawberry.field(description="Accounts younger than that fit, hours, 1 to 8760.")
    guests: bool = strawberry.field(default=True, description="Whether buyers without an account fit.")


@strawberry.input(description="Whether somebody pays for a stranger: neither the recipient nor the account's owner.")
class PayerMismatchRuleInput:
    account_too: bool = strawberry.field(
        default=False, description="Whether it fits as well when the account's name is not the recipient's."
    )


@strawberry.input(one_of=True, description="What a rule looks at, and when it fits: exactly one.")
class RiskRuleChoice:
    order_amount: OrderAmountRuleInput | None = strawberry.field(
        default=strawberry.UNSET, description="The order's total."
    )
    many_units: ManyUnitsRuleInput | None = strawberry.field(
        default=strawberry.UNSET, description="Units over all lines."
    )
    region: RegionRuleInput | None = strawberry.field(default=strawberry.UNSET, description="Where it goes.")
    velocity: VelocityRuleInput | None = strawberry.field(
        default=strawberry.UNSET, description="Orders from the same place lately."
    )
    note_keywords: NoteKeywordsRuleInput | None = strawberry.field(
        default=strawberry.UNSET, description="Words in the note."
    )
    new_account: NewAccountRuleInput | None = strawberry.field(
        default=strawberry.UNSET, description="How old the account is."
    )
    payer_mismatch: PayerMismatchRuleInput | None = strawberry.field(
        default=strawberry.UNSET, description="Who pays for whom."
    )


@strawberry.input(description="A rule, new or changed.")
class RiskRuleSetInput:
    rule_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The rule to change; left out: a new one."
    )
    name: str = strawberry.field(description="What staff call it, 1 to 80 characters.")
    points: int = strawberry.field(description=f"What it adds to the score, 1 to {MOST_POINTS}.")
    rule: RiskRuleChoice = strawberry.field(description="What it looks at.")
    is_enabled: bool = strawberry.field(default=True, description="Whether it counts.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The version that you have seen; another one is refused."
    )


@strawberry.input(description="Which rule to take away.")
class RiskRuleRemoveInput:
    rule_id: strawberry.ID = strawberry.field(description="The rule.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The version that you have seen; another one is refused."
    )


@strawberry.input(description="What scores lead to, as a whole: what is left out is never done.")
class RiskThresholdsSetInput:
    review_from: int | None = strawberry.field(
        default=strawberry.UNSET, description="From this score on a person looks."
    )
    reject_from: int | None = strawberry.field(
        default=strawberry.UNSET, description="From this score on an order is turned down by itself; above the other."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="The version that you have seen; another one is refused."
    )


@strawberry.type(description="The rule.")
class RiskRuleSetPayload(Payload):
    rule: RiskRule | None = strawberry.field(description="The rule as it is now; null when nothing was done.")


@strawberry.type(description="The rule that was taken away.")
class RiskRuleRemovePayload(Payload):
    removed_id: strawberry.ID | None = strawberry.field(description="Its id; null when nothing was done.")


@strawberry.type(description="The thresholds.")
class RiskThresholdsSetPayload(Payload):
    settings: RiskSettings | None = strawberry.field(description="As they are now; null when nothing was done.")


async def _set(info: Info, *, rule: RiskRuleChoice, **values: Any) -> Answer:
    chosen = {kind: given(parameters) for kind, parameters in given(rule).items() if parameters is not None}
    return await resolvers.risk_rule_set(info, rule=chosen, **values)


_set.__name__ = "risk_rule_set"


@strawberry.type
class RiskMutation:
    risk_rule_set: RiskRuleSetPayload = mutation(
        _set, RiskRuleSetInput, description="Make or change a risk rule. For administrators."
    )
    risk_rule_remove: RiskRuleRemovePayload = mutation(
        resolvers.risk_rule_remove,
        RiskRuleRemoveInput,
        description="Take a risk rule away; what it found stays with the orders. For administrators.",
    )
    risk_thresholds_set: RiskThresholdsSetPayload = mutation(
        resolvers.risk_thresholds_set,
        RiskThresholdsSetInput,
        description="Say from which score on a person looks, and from which on an order is turned down by itself. "
        "For administrators.",
    )
