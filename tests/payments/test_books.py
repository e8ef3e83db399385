"""The books guard themselves: what the database refuses, the chain that shows tampering, entries booked by hand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from asyncpg import ForeignKeyViolationError
from tortoise.exceptions import BaseORMException, IntegrityError

from domain.access import Viewer
from domain.market import Market
from domain.payments import chain, ledger
from jobs import health
from jobs.sweeps import seal_journal
from kit import clock, ids
from models.customers import Role
from models.database import check_references_at_the_end, connection, is_postgres, transaction
from models.payments import JournalEntry, LedgerAccount, Posting
from tests.api import Api
from tests.factories.payments import make_paid_order, receive_all

Staff = Callable[..., Awaitable[Viewer]]

ADJUST = """mutation ($input: LedgerAdjustInput!) {
  ledgerAdjust(input: $input) {
    entry { id kind note order { id } postings { account amount { minorUnits } } }
    userErrors { code path }
  }
}"""
REVERSE = """mutation ($input: LedgerReverseInput!) {
  ledgerReverse(input: $input) {
    entry { kind reverses { id } postings { account amount { minorUnits } } }
    userErrors { code path }
  }
}"""
CHAIN = "{ ledgerChain { length digest waiting isIntact brokenAt } }"
JOURNAL = """query ($filter: LedgerEntryFilter) {
  journal(first: 10, filter: $filter) { nodes { kind number order { id } } }
}"""
AT = "query ($at: DateTime) { trialBalance(at: $at) { account balance { minorUnits } } }"


async def behind_the_markets_back(statement: str) -> None:
    """What somebody with access to the database could do, once the triggers are out of the way."""
    if is_postgres():
        async with transaction():
            await connection().execute_script(f"SET LOCAL session_replication_role = replica; {statement}")
        return
    rows = await connection().execute_query_dict("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    for row in rows:
        await connection().execute_query(f'DROP TRIGGER "{row["name"]}"')
    await connection().execute_query(statement)
    for row in rows:
        await connection().execute_query(row["sql"])


async def written(sides: list[Posting], *entries: JournalEntry) -> None:
    """As the market writes them, but for its own look at them."""
    async with transaction():
        await check_references_at_the_end()
        await Posting.bulk_create(sides)
        await JournalEntry.bulk_create(entries)


# What the database refuses --------------------------------------------------------------------------------------------


async def test_the_database_refuses_an_entry_that_does_not_balance(market: Market) -> None:
    entry = JournalEntry(kind="test", reference="test", created_at=clock.now())
    sides = [
        Posting(entry_id=entry.id, account=LedgerAccount.SALES, currency="CNY", amount=5),
        Posting(entry_id=entry.id, account=LedgerAccount.SUSPENSE, currency="USD", amount=-5),
    ]
    with pytest.raises(BaseORMException, match="sum to zero"):
        await written(sides, entry)
    assert await Posting.all().count() == 0


async def test_the_database_refuses_postings_without_an_entry(market: Market) -> None:
    sides = [Posting(entry_id=ids.new_id(), account=LedgerAccount.SALES, currency="CNY", amount=0)]
    with pytest.raises((IntegrityError, ForeignKeyViolationError)):
        await written(sides)
    assert await Posting.all().count() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posting SET amount = amount + 1",
        "UPDATE posting SET account = 'SUSPENSE'",
        "DELETE FROM posting",
        "UPDATE journal_entry SET reference = 'another'",
        "UPDATE journal_entry SET note = 'never happened'",
        "UPDATE journal_entry SET order_id = NULL",
        "DELETE FROM journal_entry",
    ],
)
async def test_the_database_refuses_to_change_what_was_booked(market: Market, statement: str) -> None:
    await make_paid_order(market)
    with pytest.raises(BaseORMException, match="only ever added to"):
        await connection().execute_query(statement)


async def test_the_database_refuses_another_side_of_a_written_entry(market: Market) -> None:
    await make_paid_order(market)
    entry = await JournalEntry.get()
    with pytest.raises(BaseORMException, match="only ever added to"):
        await Posting.create(entry_id=entry.id, account=LedgerAccount.SALES, currency="CNY", amount=0)


async def test_an_entry_gets_its_place_in_the_chain_once(market: Market) -> None:
    await make_paid_order(market)
    await chain.seal()
    with pytest.raises(BaseORMException, match="only ever added to"):
        await JournalEntry.all().update(number=7)
    with pytest.raises(BaseORMException, match="only ever added to"):
        await JournalEntry.all().update(digest="0" * 64)


# The chain ------------------------------------------------------------------------------------------------------------


async def test_every_entry_gets_a_number_and_the_chain_holds(market: Market) -> None:
    order = await make_paid_order(market)
    await receive_all(market, order)
    await seal_journal(market)
    assert await chain.seal() == 0
    found = await chain.verify()
    assert (found.length, found.waiting, found.broken_at) == (2, 0, None)
    assert [entry.number for entry in await JournalEntry.all().order_by("created_at", "id")] == [1, 2]
    last = await JournalEntry.get(number=2)
    assert last.digest == found.digest
    assert len(found.digest) == 64


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE journal_entry SET note = 'forged' WHERE number = 2", 2),
        ("UPDATE posting SET account = 'SUSPENSE' WHERE account = 'SALES'", 2),
        ("DELETE FROM journal_entry WHERE number = 1", 1),
        ("UPDATE journal_entry SET number = 9 WHERE number = 1", 1),
    ],
)
async def test_the_chain_names_the_first_entry_that_was_tampered_with(
    market: Market, statement: str, broken_at: int
) -> None:
    order = await make_paid_order(market)
    await receive_all(market, order)
    await chain.seal()
    entries = {entry.number: entry for entry in await JournalEntry.all()}
    sides = await Posting.all()
    await behind_the_markets_back(statement)
    assert (await chain.verify()).broken_at == broken_at
    report = await health.report(market)
    assert not report.is_healthy
    await _restore(entries, sides)


async def test_the_chain_notices_that_its_end_is_gone(market: Market) -> None:
    order = await make_paid_order(market)
    await receive_all(market, order)
    await chain.seal()
    entries = {entry.number: entry for entry in await JournalEntry.all()}
    sides = await Posting.all()
    await behind_the_markets_back(f"DELETE FROM posting WHERE entry_id = '{entries[2].id}'")
    await behind_the_markets_back("DELETE FROM journal_entry WHERE number = 2")
    assert (await chain.verify()).broken_at == 2
    await _restore(entries, sides)


async def _restore(entries: dict[int | None, JournalEntry], sides: list[Posting]) -> None:
    """Put the rows back, so that the books agree at the end of the test."""
    await behind_the_markets_back("DELETE FROM posting")
    await behind_the_markets_back("DELETE FROM journal_entry")
    await written(sides, *entries.values())


@pytest.mark.parametrize("role", [*Role, None])
async def test_only_those_who_read_the_books_read_the_chain(
    api: Api, staff: Staff, customer: Viewer, role: Role | None
) -> None:
    result = await api.raw(CHAIN, as_=await staff(role) if role else customer)
    if role in (Role.FINANCE, Role.ADMINISTRATOR):
        assert result.data == {
            "ledgerChain": {"length": 0, "digest": "", "waiting": 0, "isIntact": True, "brokenAt": None}
        }
    else:
        assert [error.code for error in result.errors or []] == ["FORBIDDEN"]


# Reading --------------------------------------------------------------------------------------------------------------


async def test_the_trial_balance_of_a_past_moment_is_what_it_was_then(market: Market, api: Api, staff: Staff) -> None:
    finance = await staff(Role.FINANCE)
    order = await make_paid_order(market)
    then = clock.now()
    clock.set_offset(timedelta(hours=1))
    await receive_all(market, order)
    past = (await api(AT, as_=finance, at=then.isoformat()))["trialBalance"]
    assert {row["account"]: row["balance"]["minorUnits"] for row in past} == {
        "PROVIDER_CLEARING": 2600,
        "CUSTOMER_DEPOSITS": -2600,
    }
    now = (await api(AT, as_=finance))["trialBalance"]
    assert {row["account"]: row["balance"]["minorUnits"] for row in now if row["balance"]["minorUnits"]} == {
        "PROVIDER_CLEARING": 2600,
        "SALES": -2000,
        "SHIPPING_INCOME": -600,
    }
    before = (await api(AT, as_=finance, at=(then - timedelta(days=1)).isoformat()))["trialBalance"]
    assert before == []


async def test_the_journal_is_listed_newest_first_and_filtered(
    market: Market, api: Api, staff: Staff, customer: Viewer
) -> None:
    finance = await staff(Role.FINANCE)
    order = await make_paid_order(market)
    await receive_all(market, order)
    other = await make_paid_order(market)

    async def kinds(**choice: object) -> list[str]:
        nodes = (await api(JOURNAL, as_=finance, filter=choice))["journal"]["nodes"]
        return [node["kind"] for node in nodes]

    assert await kinds() == ["capture", "revenue", "capture"]
    assert await kinds(account="SALES") == ["revenue"]
    assert await kinds(kind="capture", orderId=ids.to_public("Order", other.id)) == ["capture"]
    assert await kinds(until=(clock.now() - timedelta(days=1)).isoformat()) == []
    assert await kinds(since=(clock.now() - timedelta(days=1)).isoformat()) == ["capture", "revenue", "capture"]
    assert (await api(JOURNAL, as_=customer))["journal"]["nodes"] == []
    assert (await api(JOURNAL))["journal"]["nodes"] == []


# Entries that people book ---------------------------------------------------------------------------------------------


def fee(amount: int = 30, **more: Any) -> dict[str, Any]:
    lines = [
        {"account": "PROVIDER_FEES", "amountMinorUnits": amount},
        {"account": "PROVIDER_CLEARING", "amountMinorUnits": -amount},
    ]
    return {"lines": lines, "currency": "CNY", "note": "fee of May", "idempotencyKey": ids.token(), **more}


async def test_finance_books_a_fee_by_hand_and_takes_it_back_once(market: Market, api: Api, staff: Staff) -> None:
    finance = await staff(Role.FINANCE)
    asked = fee()
    first = (await api(ADJUST, as_=finance, input=asked))["ledgerAdjust"]
    assert (first["userErrors"], first["entry"]["kind"], first["entry"]["note"]) == ([], "adjustment", "fee of May")
    again = (await api(ADJUST, as_=finance, input=asked))["ledgerAdjust"]
    assert again["entry"]["id"] == first["entry"]["id"]
    taken = {"entryId": first["entry"]["id"], "note": "booked twice", "idempotencyKey": ids.token()}
    back = (await api(REVERSE, as_=finance, input=taken))["ledgerReverse"]
    assert back["entry"]["reverses"]["id"] == first["entry"]["id"]
    sides = {one["account"]: one["amount"]["minorUnits"] for one in back["entry"]["postings"]}
    assert sides == {"PROVIDER_CLEARING": 30, "PROVIDER_FEES": -30}
    assert {row.account: row.balance for row in await ledger.trial_balance() if row.balance} == {}
    twice = {**taken, "idempotencyKey": ids.token()}
    refused = (await api(REVERSE, as_=finance, input=twice))["ledgerReverse"]
    assert refused["userErrors"] == [{"code": "ENTRY_ALREADY_REVERSED", "path": ["entryId"]}]
    assert await JournalEntry.all().count() == 2


async def test_what_the_market_booked_is_not_reversed_by_hand(market: Market, api: Api, staff: Staff) -> None:
    await make_paid_order(market)
    entry = await JournalEntry.get()
    asked = {"entryId": ids.to_public("LedgerEntry", entry.id), "note": "why not", "idempotencyKey": ids.token()}
    refused = (await api(REVERSE, as_=await staff(Role.FINANCE), input=asked))["ledgerReverse"]
    assert refused["userErrors"] == [{"code": "ENTRY_NOT_BY_HAND", "path": ["entryId"]}]


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"lines": []}, "OUT_OF_RANGE", ["lines"]),
        ({"lines": [{"account": "SUSPENSE", "amountMinorUnits": 5}]}, "OUT_OF_RANGE", ["lines"]),
        (
            {
                "lines": [
                    {"account": "SUSPENSE", "amountMinorUnits": 5},
                    {"account": "PROVIDER_CLEARING", "amountMinorUnits": -4},
                ]
            },
            "OUT_OF_BALANCE",
            ["lines"],
        ),
        (
            {
                "lines": [
                    {"account": "SALES", "amountMinorUnits": 5},
                    {"account": "PROVIDER_CLEARING", "amountMinorUnits": -5},
                ]
            },
            "ACCOUNT_NOT_ADJUSTABLE",
            ["lines", "0", "account"],
        ),
        (
            {
                "lines": [
                    {"account": "SUSPENSE", "amountMinorUnits": 0},
                    {"account": "PROVIDER_CLEARING", "amountMinorUnits": 0},
                ]
            },
            "OUT_OF_RANGE",
            ["lines", "0", "amountMinorUnits"],
        ),
        ({"note": " "}, "REQUIRED", ["note"]),
    ],
)
async def test_an_entry_by_hand_is_checked(
    market: Market, api: Api, staff: Staff, change: dict[str, Any], code: str, path: list[str]
) -> None:
    asked = {**fee(), **change}
    refused = (await api(ADJUST, as_=await staff(Role.FINANCE), input=asked))["ledgerAdjust"]
    assert refused == {"entry": None, "userErrors": [{"code": code, "path": path}]}
    assert await JournalEntry.all().count() == 0


@pytest.mark.parametrize("role", [*Role, None])
async def test_only_those_who_keep_the_books_book_by_hand(
    api: Api, staff: Staff, customer: Viewer, role: Role | None
) -> None:
    if role in (Role.FINANCE, Role.ADMINISTRATOR):
        return
    result = await api.raw(ADJUST, as_=await staff(role) if role else customer, input=fee())
    said = (result.data or {}).get("ledgerAdjust", {}).get("userErrors") or [
        {"code": one.code} for one in result.errors or []
    ]
    assert [one["code"] for one in said] == ["FORBIDDEN"]
    assert await JournalEntry.all().count() == 0
