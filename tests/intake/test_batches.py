"""Orders from marketplaces, by the file."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from domain import events
from domain.access import Viewer, system
from domain.archive import storing
from domain.catalog import uploads
from domain.market import Market
from domain.orders import intake_batches, lifecycle
from domain.payments import outside, refunds
from domain.payments.refunds import Asked
from kit.ids import to_public
from models.customers import Role
from models.intake import BatchState, OrderBatch, OrderBatchRow
from models.orders import CancelReason, Order, OrderLine, OrderState, ReviewState
from models.payments import Payment, PaymentMethod, PaymentState, Refund, RefundReason, RefundState
from models.reviews import RiskRuleKind
from models.shortages import Shortage
from tests.api import Api
from tests.factories.catalog import make_product
from tests.factories.delivery import delivery_of, make_region
from tests.factories.orders import make_tariff, place_order
from tests.factories.reviews import make_rule, run_all, set_thresholds
from tests.intake.files import ROW, file_of, row, stock_the_shop

Staff = Callable[..., Awaitable[Viewer]]

START = """mutation ($channel: String!, $content: String!) {
  orderBatchStart(input: {channel: $channel, content: $content, fileName: "orders.jsonl"}) {
    batch { id state progress } userErrors { code path } } }"""
REPORT = """query ($id: ID!, $outcomes: [OrderBatchOutcome!]) { orderBatch(id: $id) {
  state progress rowsRead accepted repeated rejected error
  rows(outcomes: $outcomes) { totalCount nodes {
    row externalId outcome order { number channel externalId } problems { code path message } } } } }"""


async def take_in(market: Market, content: str, *, channel: str = "tmall") -> OrderBatch:
    """Read a whole file."""
    batch = await intake_batches.start_text(system(market), channel=channel, file_name="test", content=content)
    assert await intake_batches.read_on(system(market), batch.id, settle=outside.settle)
    return await OrderBatch.get(id=batch.id)


def counts(batch: OrderBatch) -> tuple[BatchState, int, int, int]:
    return batch.state, batch.accepted, batch.repeated, batch.rejected


async def problems_of(batch: OrderBatch) -> list[tuple[int, str, list[str]]]:
    rows = await OrderBatchRow.filter(batch_id=batch.id).order_by("row")
    return [(one.row, str(problem["code"]), list(problem["path"])) for one in rows for problem in one.problems]  # type: ignore[call-overload]  # a list in JSON


async def test_what_cannot_be_delivered_to_its_city_is_named_by_line(api: Api, market: Market, staff: Staff) -> None:
    await stock_the_shop()
    await make_product(title={"en": "Milk", "zh-CN": "牛奶"}, variants=[{"sku": "MILK"}], cold_chain=True)
    await make_region(market, "上海", cold_chain=False)
    lines = [{"sku": sku, "quantity": 1, "unitPrice": "19.90"} for sku in ("APPLE-1KG", "MILK")]
    paid = {"amount": "47.80", "reference": "PAY-1"}
    batch = await take_in(market, file_of(row(lines=lines, paid=paid), row(2)))
    assert counts(batch) == (BatchState.COMPLETED, 1, 0, 1)
    assert await problems_of(batch) == [(1, "CANNOT_BE_DELIVERED", ["lines", "1"])]
    reader = await staff(Role.ORDER_REVIEWER)
    seen = await api(REPORT, as_=reader, id=to_public("OrderBatch", batch.id), outcomes=["REJECTED"])
    [problem] = seen["orderBatch"]["rows"]["nodes"][0]["problems"]
    assert "“Milk” cannot be delivered" in problem["message"]
    assert "would not stay cold" in problem["message"]
    order = await Order.get(external_id="TM-2")
    agreed = await delivery_of(order)
    assert (agreed.mode, agreed.slot_id) == (order.delivery_mode, None)
    assert agreed.promised_until is not None


async def test_a_row_becomes_a_paid_order_at_the_prices_of_the_marketplace(market: Market) -> None:
    await stock_the_shop()
    wanted = row(
        lines=[
            {"sku": "APPLE-1KG", "quantity": 2, "unitPrice": "19.90", "discount": "1.80"},
            {"sku": "TEA-50", "quantity": 1, "unitPrice": 25},
        ],
        discount="5.00",
        total="66.00",
        paid={"amount": "66.00", "reference": "4200001", "payer": "林晓雨"},
        email="Lin@Example.com",
        note="放门口",
        locale="en",
    )
    batch = await take_in(market, file_of(wanted))
    assert counts(batch) == (BatchState.COMPLETED, 1, 0, 0)
    assert (batch.rows_read, batch.bytes_read) == (1, batch.bytes_total)
    order = await Order.get(channel="tmall", external_id="TM-1")
    assert (order.state, order.user_id, order.review) == (OrderState.PAID, None, ReviewState.NONE)
    assert (order.subtotal, order.discount, order.shipping, order.total) == (6480, 680, 800, 6600)
    assert (order.captured, order.note, order.locale) == (6600, "放门口", "en")
    assert (order.contact_phone, order.contact_email) == ("+8613800138000", "lin@example.com")
    assert order.address["recipient"] == "林晓雨"
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    assert [(line.sku, line.unit_price, line.quantity, line.discount, line.total) for line in lines] == [
        ("APPLE-1KG", 1990, 2, 482, 3498),
        ("TEA-50", 2500, 1, 198, 2302),
    ]
    assert [(one["kind"], one["amount"]) for one in order.adjustments] == [("MARKETPLACE", -680), ("SHIPPING", 800)]
    payment = await Payment.get(order_id=order.id)
    assert (payment.state, payment.method, payment.provider_reference, payment.captured, payment.payer) == (
        *(PaymentState.CAPTURED, PaymentMethod.EXTERNAL, "tmall:4200001", 6600, "林晓雨"),
    )


async def test_the_same_file_twice_makes_no_order_twice(market: Market) -> None:
    await stock_the_shop()
    content = file_of(row(1), row(2))
    assert counts(await take_in(market, content)) == (BatchState.COMPLETED, 2, 0, 0)
    again = await take_in(market, content)
    assert counts(again) == (BatchState.COMPLETED, 0, 2, 0)
    assert (await Order.all().count(), await Payment.all().count()) == (2, 2)
    rows = await OrderBatchRow.filter(batch_id=again.id).order_by("row")
    assert [one.order_id for one in rows] == [order.id for order in await Order.all().order_by("external_id")]


async def test_an_order_that_has_been_put_away_is_not_made_again(market: Market) -> None:
    await stock_the_shop()
    await take_in(market, file_of(row()))
    order = await Order.get()
    await lifecycle.cancel(system(market), order.id, reason=CancelReason.OTHER)
    await run_all(market, days=200)
    await events.publish()
    assert await storing.archive_old(system(market), limit=10) == 1
    assert counts(await take_in(market, file_of(row()))) == (BatchState.COMPLETED, 0, 1, 0)
    changed = await take_in(market, file_of(row(note="changed")))
    assert await problems_of(changed) == [(1, "EXTERNAL_ORDER_DIFFERS", ["externalId"])]
    assert not await Order.exists()
    assert {one.order_id for one in await OrderBatchRow.all()} == {order.id}


async def test_the_same_number_at_another_marketplace_is_another_order(market: Market) -> None:
    await stock_the_shop()
    await take_in(market, file_of(row()))
    other = await take_in(market, file_of(row()), channel="jd")
    assert counts(other) == (BatchState.COMPLETED, 1, 0, 0)
    assert sorted(order.channel or "" for order in await Order.all()) == ["jd", "tmall"]


async def test_an_order_that_comes_again_with_another_content_is_not_changed(market: Market) -> None:
    await stock_the_shop()
    await take_in(market, file_of(row()))
    changed = await take_in(market, file_of(row(note="changed")))
    assert counts(changed) == (BatchState.COMPLETED, 0, 0, 1)
    assert await problems_of(changed) == [(1, "EXTERNAL_ORDER_DIFFERS", ["externalId"])]
    assert (await Order.get()).note == ""


async def test_a_payment_reference_pays_for_one_order_only(market: Market) -> None:
    await stock_the_shop()
    batch = await take_in(market, file_of(row(1), row(2, paid=row(1)["paid"]), row(3)))
    assert counts(batch) == (BatchState.COMPLETED, 2, 0, 1)
    assert await problems_of(batch) == [(2, "PAYMENT_REFERENCE_TAKEN", ["paid", "reference"])]
    assert not await Order.exists(external_id="TM-2")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"externalId": None}, "REQUIRED", ["externalId"]),
        ({"externalId": "x" * 81}, "TOO_LONG", ["externalId"]),
        ({"externalId": 7}, "INVALID_INPUT", ["externalId"]),
        ({"surprise": 1}, "UNKNOWN_FIELD", ["surprise"]),
        ({"lines": None}, "REQUIRED", ["lines"]),
        ({"lines": []}, "NOTHING_TO_BUY", ["lines"]),
        ({"lines": [7]}, "INVALID_INPUT", ["lines", "0"]),
        ({"lines": [{"sku": "A", "quantity": "2", "unitPrice": "1"}]}, "INVALID_NUMBER", ["lines", "0", "quantity"]),
        ({"lines": [{"sku": "A", "quantity": 0, "unitPrice": "1"}]}, "OUT_OF_RANGE", ["lines", "0", "quantity"]),
        ({"lines": [{"sku": "A", "quantity": 1, "unitPrice": "ten"}]}, "INVALID_PRICE", ["lines", "0", "unitPrice"]),
        ({"lines": [{"sku": "A", "quantity": 1, "unitPrice": "1.999"}]}, "INVALID_PRICE", ["lines", "0", "unitPrice"]),
        ({"lines": [{"sku": "A", "quantity": 1, "unitPrice": "-1"}]}, "INVALID_PRICE", ["lines", "0", "unitPrice"]),
        ({"lines": [{"sku": "A", "quantity": 1, "unitPrice": True}]}, "INVALID_PRICE", ["lines", "0", "unitPrice"]),
        ({"lines": [{"sku": "A", "quantity": 1}]}, "REQUIRED", ["lines", "0", "unitPrice"]),
        ({"total": "47.79"}, "AMOUNTS_DIFFER", ["total"]),
        ({"paid": {"amount": "40.00", "reference": "x"}}, "AMOUNTS_DIFFER", ["paid", "amount"]),
        ({"paid": None}, "REQUIRED", ["paid"]),
        ({"paid": {"amount": "47.80"}}, "REQUIRED", ["paid", "reference"]),
        ({"address": None}, "REQUIRED", ["address"]),
        ({"address": {**ROW["address"], "phone": "1"}}, "INVALID_PHONE", ["address", "phone"]),
        ({"address": {**ROW["address"], "street": ""}}, "REQUIRED", ["address", "street"]),
        ({"address": {**ROW["address"], "province": "Atlantis"}}, "PROVINCE_UNKNOWN", ["address", "province"]),
        ({"address": {**ROW["address"], "postalCode": "#"}}, "POSTAL_CODE_INVALID", ["address", "postalCode"]),
        ({"address": {**ROW["address"], "city": 7}}, "INVALID_INPUT", ["address", "city"]),
        ({"email": "nobody"}, "INVALID_EMAIL", ["email"]),
        ({"note": "x" * 501}, "TOO_LONG", ["note"]),
        ({"locale": "fr"}, "INVALID_INPUT", ["locale"]),
    ],
)
async def test_a_row_that_cannot_be_is_rejected_with_code_and_place(
    market: Market, changes: dict[str, Any], code: str, path: list[str]
) -> None:
    await stock_the_shop()
    batch = await take_in(market, file_of(row(**changes)))
    assert counts(batch) == (BatchState.COMPLETED, 0, 0, 1)
    assert (1, code, path) in await problems_of(batch)
    assert await Order.all().count() == 0


@pytest.mark.parametrize("line", ["{", "[]", "7", '{"externalId": "\\u0000"}', '{"total": NaN}', "[" * 5000])
async def test_a_line_that_is_no_row_stops_nobody_else(market: Market, line: str) -> None:
    await stock_the_shop()
    batch = await take_in(market, file_of(line, row(2)))
    assert counts(batch) == (BatchState.COMPLETED, 1, 0, 1)
    [problem] = [one for one in await problems_of(batch) if one[0] == 1]
    assert problem[1] in ("INVALID_JSON", "INVALID_CHARACTER")


async def test_all_that_is_wrong_with_a_row_is_told_at_once(market: Market) -> None:
    await stock_the_shop()
    wrong = row(
        lines=[{"sku": "NO-SUCH", "quantity": 1, "unitPrice": "39.80"}],
        address={**ROW["address"], "province": "新疆"},
    )
    await make_tariff("新疆维吾尔自治区", delivers=False)
    batch = await take_in(market, file_of(wrong))
    assert await problems_of(batch) == [
        (1, "UNKNOWN_SKU", ["lines", "0", "sku"]),
        (1, "NOT_DELIVERABLE", ["address", "province"]),
    ]


async def test_what_is_not_in_stock_is_accepted_with_a_shortage(market: Market) -> None:
    await stock_the_shop(units=1)
    batch = await take_in(market, file_of(row()))
    assert counts(batch) == (BatchState.COMPLETED, 1, 0, 0)
    order = await Order.get()
    assert order.state == OrderState.PAID
    shortage = await Shortage.get(order_id=order.id)
    [line] = await shortage.lines.all()  # type: ignore[attr-defined]  # Tortoise's reverse relation
    assert line.missing == 1


async def test_orders_from_a_marketplace_are_checked_like_any_other(market: Market) -> None:
    await stock_the_shop()
    await set_thresholds(market)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH)
    await make_rule(market, RiskRuleKind.NEW_ACCOUNT, hours=24)
    stranger = {"amount": "47.80", "reference": "PAY-9", "payer": "王某某"}
    await take_in(market, file_of(row(1), row(2, paid=stranger)))
    reviews = {order.external_id: order.review for order in await Order.all()}
    assert reviews == {"TM-1": ReviewState.NONE, "TM-2": ReviewState.PENDING}


async def test_an_order_from_a_marketplace_that_is_far_too_risky_is_turned_down_with_its_money(market: Market) -> None:
    await stock_the_shop()
    await set_thresholds(market, review_from=10, reject_from=50)
    await make_rule(market, RiskRuleKind.PAYER_MISMATCH)
    batch = await take_in(market, file_of(row(paid={"amount": "47.80", "reference": "P", "payer": "王某某"})))
    assert counts(batch) == (BatchState.COMPLETED, 1, 0, 0)
    await run_all(market)
    order = await Order.get()
    assert (order.state, order.review, order.refunded) == (OrderState.CANCELED, ReviewState.REJECTED, 4780)


async def test_a_refund_of_such_an_order_is_accepted_and_booked_as_gone(market: Market) -> None:
    await stock_the_shop()
    await take_in(market, file_of(row()))
    order = await Order.get()
    line = await OrderLine.get(order_id=order.id)
    await refunds.create(
        system(market), order.id, lines=[Asked(line.id, 1)], reason=RefundReason.QUALITY, idempotency_key="once"
    )
    await run_all(market)
    refund = await Refund.get()
    assert (refund.state, refund.amount, refund.provider_reference) == (
        *(RefundState.SUCCEEDED, 1990, f"tmall:{refund.number}"),
    )
    await lifecycle.cancel(system(market), order.id, reason=CancelReason.OTHER)
    await run_all(market)
    assert (await Order.get()).refunded == 4780
    assert {one.state for one in await Refund.all()} == {RefundState.SUCCEEDED}


async def test_a_batch_goes_on_behind_the_last_row_that_was_committed(market: Market) -> None:
    await stock_the_shop()
    batch = await intake_batches.start_text(
        system(market), channel="tmall", file_name="test", content=file_of(row(1), row(2), row(3))
    )
    for read in (1, 2):
        assert not await intake_batches.read_on(system(market), batch.id, settle=outside.settle, seconds=0)
        assert (await OrderBatch.get(id=batch.id)).rows_read == read
    assert not await intake_batches.read_on(system(market), batch.id, settle=outside.settle, seconds=0)
    assert await intake_batches.read_on(system(market), batch.id, settle=outside.settle)
    assert counts(await OrderBatch.get(id=batch.id)) == (BatchState.COMPLETED, 3, 0, 0)
    assert await Order.all().count() == 3


async def test_an_empty_file_fails_as_a_whole(market: Market) -> None:
    batch = await take_in(market, "\n\n")
    assert (batch.state, batch.error) == (BatchState.FAILED, "FILE_EMPTY")


async def test_a_file_is_started_and_its_report_read_through_the_api(api: Api, market: Market, staff: Staff) -> None:
    await stock_the_shop()
    reviewer = await staff(Role.ORDER_REVIEWER)
    content = file_of(row(1), row(2, total="1.00"))
    started = (await api(START, as_=reviewer, channel="tmall", content=content))["orderBatchStart"]
    assert started["userErrors"] == []
    assert (started["batch"]["state"], started["batch"]["progress"]) == ("PENDING", 0)
    await run_all(market)
    report = (await api(REPORT, as_=reviewer, id=started["batch"]["id"]))["orderBatch"]
    order = await Order.get()
    assert report == {
        "state": "COMPLETED",
        "progress": 100,
        "rowsRead": 2,
        "accepted": 1,
        "repeated": 0,
        "rejected": 1,
        "error": None,
        "rows": {
            "totalCount": 2,
            "nodes": [
                {
                    "row": 1,
                    "externalId": "TM-1",
                    "outcome": "ACCEPTED",
                    "order": {"number": order.number, "channel": "tmall", "externalId": "TM-1"},
                    "problems": [],
                },
                {
                    "row": 2,
                    "externalId": "TM-2",
                    "outcome": "REJECTED",
                    "order": None,
                    "problems": [
                        {
                            "code": "AMOUNTS_DIFFER",
                            "path": ["total"],
                            "message": "The amounts do not add up: 100 is stated, 4780 comes out (minor units).",
                        },
                        {
                            "code": "AMOUNTS_DIFFER",
                            "path": ["paid", "amount"],
                            "message": "The amounts do not add up: 4780 is stated, 100 comes out (minor units).",
                        },
                    ],
                },
            ],
        },
    }
    rejected = (await api(REPORT, as_=reviewer, id=started["batch"]["id"], outcomes=["REJECTED"]))["orderBatch"]
    assert [one["row"] for one in rejected["rows"]["nodes"]] == [2]


@pytest.mark.parametrize("channel", ["", "Tmall", "天猫", "a" * 41, "-x", "a b"])
async def test_a_channel_is_a_plain_word(api: Api, staff: Staff, channel: str) -> None:
    answer = (await api(START, as_=await staff(Role.ADMINISTRATOR), channel=channel, content="{}"))["orderBatchStart"]
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [("INVALID_INPUT", ["channel"])]
    assert await OrderBatch.all().count() == 0


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.ORDER_REVIEWER, Role.ADMINISTRATOR})])
async def test_others_neither_take_orders_in_nor_see_reports(
    api: Api, market: Market, staff: Staff, role: Role | None
) -> None:
    await stock_the_shop()
    batch = await take_in(market, file_of(row()))
    other = await staff(*([role] if role else []))
    answer = (await api(START, as_=other, channel="tmall", content="{}"))["orderBatchStart"]
    assert [error["code"] for error in answer["userErrors"]] == ["FORBIDDEN"]
    upload = """mutation { orderBatchUpload(input: {fileName: "x"}) { url userErrors { code } } }"""
    assert (await api(upload, as_=other))["orderBatchUpload"] == {"url": None, "userErrors": [{"code": "FORBIDDEN"}]}
    seen = await api(
        "query ($id: ID!) { orderBatch(id: $id) { state } orderBatches { totalCount } }",
        as_=other,
        id=to_public("OrderBatch", batch.id),
    )
    assert seen == {"orderBatch": None, "orderBatches": {"totalCount": 0}}


async def test_a_file_that_was_sent_to_an_address_is_started_once(api: Api, market: Market, staff: Staff) -> None:
    await stock_the_shop()
    reviewer = await staff(Role.ORDER_REVIEWER)
    document = """mutation { orderBatchUpload(input: {fileName: "o.jsonl"}) { uploadId url userErrors { code } } }"""
    ticket = (await api(document, as_=reviewer))["orderBatchUpload"]

    async def sent() -> Any:
        yield file_of(row()).encode()

    await uploads.receive(market, ticket["url"].rpartition("/")[2], sent())
    start = """mutation ($id: ID!) { orderBatchStart(input: {channel: "tmall", uploadId: $id}) {
      batch { id fileName } userErrors { code } } }"""
    first = (await api(start, as_=reviewer, id=ticket["uploadId"]))["orderBatchStart"]
    second = (await api(start, as_=reviewer, id=ticket["uploadId"]))["orderBatchStart"]
    assert first["batch"] == second["batch"]
    await run_all(market)
    assert await Order.all().count() == 1


async def test_nobody_pays_outside_here(customer: Viewer, api: Api) -> None:
    order = await place_order(customer, await make_product())
    document = """mutation ($id: ID!) { paymentCreate(input: {orderId: $id, method: EXTERNAL, idempotencyKey: "k"}) {
      payment { id } userErrors { code path } } }"""
    answer = (await api(document, as_=customer, id=to_public("Order", order.id)))["paymentCreate"]
    assert answer == {"payment": None, "userErrors": [{"code": "METHOD_NOT_OFFERED", "path": ["method"]}]}
    assert await Payment.all().count() == 0


async def test_the_example_of_the_documentation_is_taken_in_as_it_stands(market: Market) -> None:
    await stock_the_shop()
    text = Path("docs/order-intake.md").read_text(encoding="utf-8")
    examples = [part.split("```", 1)[0].strip() for part in text.split("```json")[1:]]
    assert examples
    batch = await take_in(market, "\n".join(examples))
    assert await problems_of(batch) == []
    assert counts(batch) == (BatchState.COMPLETED, len(examples), 0, 0)
    order = await Order.get(external_id=json.loads(examples[0])["externalId"])
    assert (order.state, order.total) == (OrderState.PAID, 6600)
