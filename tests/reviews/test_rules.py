"""Risk rules and thresholds as staff edit them, and what the checks of an order have found, in words."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from domain.access import Viewer
from domain.market import Market
from kit.ids import to_public
from models.customers import Role
from models.reviews import RiskPolicy, RiskRule, RiskRuleKind
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.orders import place_order
from tests.factories.reviews import large_orders_are_reviewed, make_rule, order_in_review, set_thresholds

Staff = Callable[..., Awaitable[Viewer]]

SET = """mutation ($input: RiskRuleSetInput!) { riskRuleSet(input: $input) {
  rule { id name kind points isEnabled version parameters {
    fromMinorUnits units provinces cities by orders hours words guests accountToo } }
  userErrors { code path ... on VersionConflict { current { id } } } } }"""
REMOVE = """mutation ($id: ID!, $version: Int) {
  riskRuleRemove(input: {ruleId: $id, expectedVersion: $version}) { removedId userErrors { code } } }"""
THRESHOLDS = """mutation ($review: Int, $reject: Int, $version: Int) {
  riskThresholdsSet(input: {reviewFrom: $review, rejectFrom: $reject, expectedVersion: $version}) {
    settings { reviewFrom rejectFrom version } userErrors { code path } } }"""
EXPLAIN = """query ($id: ID!) { explainRisk(orderId: $id) {
  score decision order { number } policy { reviewFrom rejectFrom }
  assessments { occasion score decision findings { rule kind points message } } } }"""


def rule_of(kind: str, parameters: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"name": "规则", "points": 40, "rule": {kind: parameters}, **changes}


@pytest.mark.parametrize(
    ("kind", "parameters", "shown"),
    [
        ("orderAmount", {"fromMinorUnits": 100_000}, {"fromMinorUnits": 100_000}),
        ("manyUnits", {"units": 50}, {"units": 50}),
        ("region", {"provinces": ["Yunnan", "广西"]}, {"provinces": ["云南省", "广西壮族自治区"], "cities": []}),
        ("velocity", {"by": "PHONE", "orders": 3, "hours": 24}, {"by": "PHONE", "orders": 3, "hours": 24}),
        ("noteKeywords", {"words": ["代购", "代购", "cash"]}, {"words": ["代购", "cash"]}),
        ("newAccount", {"hours": 48}, {"hours": 48, "guests": True}),
        ("payerMismatch", {"accountToo": True}, {"accountToo": True}),
    ],
)
async def test_each_kind_of_rule_is_kept_with_its_own_parameters(
    api: Api, staff: Staff, kind: str, parameters: dict[str, Any], shown: dict[str, Any]
) -> None:
    administrator = await staff(Role.ADMINISTRATOR)
    made = (await api(SET, as_=administrator, input=rule_of(kind, parameters)))["riskRuleSet"]
    assert made["userErrors"] == []
    kept = {name: value for name, value in made["rule"]["parameters"].items() if value is not None}
    assert kept == shown
    assert (made["rule"]["name"], made["rule"]["points"], made["rule"]["isEnabled"]) == ("规则", 40, True)
    assert (await RiskPolicy.get()).review_from is None  # the first rule switches the checks on, and nothing more


@pytest.mark.parametrize(
    ("kind", "parameters", "code", "path"),
    [
        ("orderAmount", {"fromMinorUnits": 0}, "OUT_OF_RANGE", ["rule", "orderAmount", "fromMinorUnits"]),
        ("manyUnits", {"units": 0}, "OUT_OF_RANGE", ["rule", "manyUnits", "units"]),
        ("region", {}, "REQUIRED", ["rule", "region", "provinces"]),
        ("region", {"provinces": ["Atlantis"]}, "PROVINCE_UNKNOWN", ["rule", "region", "provinces", "0"]),
        ("region", {"cities": ["x"] * 51}, "TOO_MANY_VALUES", ["rule", "region", "cities"]),
        ("velocity", {"by": "PHONE", "orders": 1, "hours": 1}, "OUT_OF_RANGE", ["rule", "velocity", "orders"]),
        ("velocity", {"by": "PHONE", "orders": 2, "hours": 0}, "OUT_OF_RANGE", ["rule", "velocity", "hours"]),
        ("noteKeywords", {"words": []}, "REQUIRED", ["rule", "noteKeywords", "words"]),
        ("noteKeywords", {"words": ["!!"]}, "REQUIRED", ["rule", "noteKeywords", "words", "0"]),
        ("noteKeywords", {"words": ["x" * 41]}, "TOO_LONG", ["rule", "noteKeywords", "words", "0"]),
        ("newAccount", {"hours": 8761}, "OUT_OF_RANGE", ["rule", "newAccount", "hours"]),
    ],
)
async def test_parameters_that_make_no_sense_are_refused_where_they_stand(
    api: Api, staff: Staff, kind: str, parameters: dict[str, Any], code: str, path: list[str]
) -> None:
    answer = await api(SET, as_=await staff(Role.ADMINISTRATOR), input=rule_of(kind, parameters))
    assert [(error["code"], error["path"]) for error in answer["riskRuleSet"]["userErrors"]] == [(code, path)]
    assert await RiskRule.all().count() == 0


async def test_all_that_is_wrong_with_a_rule_is_told_at_once(api: Api, staff: Staff) -> None:
    wrong = rule_of("manyUnits", {"units": 0}, name=" ", points=0)
    answer = (await api(SET, as_=await staff(Role.ADMINISTRATOR), input=wrong))["riskRuleSet"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("REQUIRED", ["name"]),
        ("OUT_OF_RANGE", ["rule", "manyUnits", "units"]),
        ("OUT_OF_RANGE", ["points"]),
    ]


async def test_a_rule_is_changed_and_removed_by_whoever_saw_its_version(api: Api, market: Market, staff: Staff) -> None:
    administrator = await staff(Role.ADMINISTRATOR)
    rule = await make_rule(market, RiskRuleKind.MANY_UNITS, units=5)
    rule_id = to_public("RiskRule", rule.id)
    changed = rule_of("manyUnits", {"units": 9}, ruleId=rule_id, expectedVersion=1, isEnabled=False)
    first = (await api(SET, as_=administrator, input=changed))["riskRuleSet"]
    assert (first["rule"]["version"], first["rule"]["parameters"]["units"]) == (2, 9)
    second = (await api(SET, as_=administrator, input=changed))["riskRuleSet"]
    assert second["userErrors"] == [
        {"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "current": {"id": rule_id}}
    ]
    stale = (await api(REMOVE, as_=administrator, id=rule_id, version=1))["riskRuleRemove"]
    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CONFLICT"]
    gone = (await api(REMOVE, as_=administrator, id=rule_id, version=2))["riskRuleRemove"]
    assert gone == {"removedId": rule_id, "userErrors": []}
    again = (await api(REMOVE, as_=administrator, id=rule_id))["riskRuleRemove"]
    assert [error["code"] for error in again["userErrors"]] == ["NOT_FOUND"]


async def test_thresholds_are_set_as_a_whole_and_do_not_cross(api: Api, staff: Staff) -> None:
    administrator = await staff(Role.ADMINISTRATOR)
    done = (await api(THRESHOLDS, as_=administrator, review=50, reject=100))["riskThresholdsSet"]
    assert done["settings"] == {"reviewFrom": 50, "rejectFrom": 100, "version": 2}
    crossed = (await api(THRESHOLDS, as_=administrator, review=50, reject=50))["riskThresholdsSet"]
    assert crossed["userErrors"] == [{"code": "THRESHOLDS_CROSSED", "path": ["rejectFrom"]}]
    stale = (await api(THRESHOLDS, as_=administrator, review=1, version=1))["riskThresholdsSet"]
    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CONFLICT"]
    out = (await api(THRESHOLDS, as_=administrator, review=0, reject=-1))["riskThresholdsSet"]
    assert [(error["code"], error["path"]) for error in out["userErrors"]] == [
        ("OUT_OF_RANGE", ["reviewFrom"]),
        ("OUT_OF_RANGE", ["rejectFrom"]),
    ]
    policy = await RiskPolicy.get()
    assert (policy.review_from, policy.reject_from) == (50, 100)
    never = (await api(THRESHOLDS, as_=administrator))["riskThresholdsSet"]
    assert never["settings"] == {"reviewFrom": None, "rejectFrom": None, "version": 3}


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.ADMINISTRATOR})])
async def test_only_administrators_edit_the_rules(api: Api, market: Market, staff: Staff, role: Role | None) -> None:
    rule = await large_orders_are_reviewed(market)
    other = await staff(*([role] if role else []))
    answers = [
        (await api(SET, as_=other, input=rule_of("manyUnits", {"units": 5})))["riskRuleSet"],
        (await api(REMOVE, as_=other, id=to_public("RiskRule", rule.id)))["riskRuleRemove"],
        (await api(THRESHOLDS, as_=other))["riskThresholdsSet"],
    ]
    assert [error["code"] for answer in answers for error in answer["userErrors"]] == ["FORBIDDEN"] * 3
    assert [(row.id, row.version) for row in await RiskRule.all()] == [(rule.id, 1)]
    assert (await RiskPolicy.get()).review_from == 50


async def test_staff_read_in_words_why_an_order_was_held(
    api: Api, market: Market, staff: Staff, customer: Viewer
) -> None:
    await set_thresholds(market, review_from=60, reject_from=200)
    await make_rule(market, RiskRuleKind.ORDER_AMOUNT, points=30, from_minor_units=10_000)
    await make_rule(market, RiskRuleKind.MANY_UNITS, points=20, units=5)
    await make_rule(market, RiskRuleKind.NOTE_KEYWORDS, points=10, words=["代购"])
    await make_rule(market, RiskRuleKind.VELOCITY, points=5, by="ACCOUNT", orders=2, hours=24)
    product = await make_product(price=3000)
    await place_order(customer, product)
    order = await place_order(customer, {product: 5}, note="代购")
    reviewer = await staff(Role.ORDER_REVIEWER)
    seen = (await api(EXPLAIN, as_=reviewer, id=to_public("Order", order.id)))["explainRisk"]
    assert seen == {
        "score": 65,
        "decision": "REVIEW",
        "order": {"number": order.number},
        "policy": {"reviewFrom": 60, "rejectFrom": 200},
        "assessments": [
            {
                "occasion": "SUBMISSION",
                "score": 65,
                "decision": "REVIEW",
                "findings": [
                    {
                        "rule": "Order_Amount",
                        "kind": "ORDER_AMOUNT",
                        "points": 30,
                        "message": "It comes to 150.00 CNY; from 100.00 CNY on that counts.",
                    },
                    {
                        "rule": "Many_Units",
                        "kind": "MANY_UNITS",
                        "points": 20,
                        "message": "It is 5 units; from 5 on it counts.",
                    },
                    {
                        "rule": "Note_Keywords",
                        "kind": "NOTE_KEYWORDS",
                        "points": 10,
                        "message": "The note says: 代购.",
                    },
                    {
                        "rule": "Velocity",
                        "kind": "VELOCITY",
                        "points": 5,
                        "message": "It is order 2 within 24 hours by the same account.",
                    },
                ],
            }
        ],
    }
    chinese = reviewer.but(locale="zh-CN")
    told = (await api(EXPLAIN, as_=chinese, id=to_public("Order", order.id)))["explainRisk"]
    words = [finding["message"] for finding in told["assessments"][0]["findings"]]
    assert words[-1] == "同一账号在 24 小时内的第 2 笔订单。"


async def test_an_order_that_was_never_checked_is_explained_as_such(api: Api, staff: Staff, customer: Viewer) -> None:
    order = await place_order(customer, await make_product())
    seen = await api(EXPLAIN, as_=await staff(Role.ORDER_REVIEWER), id=to_public("Order", order.id))
    explained = seen["explainRisk"]
    assert (explained["score"], explained["decision"], explained["assessments"]) == (0, None, [])


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.ORDER_REVIEWER, Role.ADMINISTRATOR})])
async def test_nobody_else_is_told_of_risks(api: Api, customer: Viewer, staff: Staff, role: Role | None) -> None:
    order, _ = await order_in_review(customer)
    other = await staff(*([role] if role else []))
    for viewer in (other, customer):
        result = await api.raw(EXPLAIN, as_=viewer, id=to_public("Order", order.id))
        assert result.data == {"explainRisk": None}
        assert [error.code for error in result.errors or []] == ["FORBIDDEN"]
