"""What the database itself guards of the ledger: an entry balances when it is written, and stays as it is.

The postings of an entry are written first and the entry last, so that a trigger on the entry can look at all of them;
the foreign key between the two waits for the end of the transaction. Whoever wants to add a posting later, or to change
or to delete one, is refused by other triggers. Both databases have the same six.
"""

from typing import Any

from models.backends.schema import PostgresEditor, SqliteEditor

OUT_OF_BALANCE = "a journal entry must sum to zero in each currency"
FINAL = "the journal is only ever added to"

_UNBALANCED = "SELECT 1 FROM posting WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount) <> 0"
_WRITTEN = "SELECT 1 FROM journal_entry WHERE id = NEW.entry_id"
_KEPT = ("id", "kind", "reference", "order_id", "reverses_id", "booked_by", "note", "created_at")  # by every update

_TRIGGERS = {
    "journal_entry_balances": ("INSERT", "journal_entry", f"EXISTS ({_UNBALANCED})", OUT_OF_BALANCE),
    "journal_entry_kept": ("DELETE", "journal_entry", "", FINAL),
    "posting_closed": ("INSERT", "posting", f"EXISTS ({_WRITTEN})", FINAL),
    "posting_unchanged": ("UPDATE", "posting", "", FINAL),
    "posting_kept": ("DELETE", "posting", "", FINAL),
}


def _changed(unequal: str) -> str:
    return "OLD.number IS NOT NULL OR " + " OR ".join(f"NEW.{column} {unequal} OLD.{column}" for column in _KEPT)


async def guard(apps: Any, editor: PostgresEditor | SqliteEditor) -> None:
    """For `RunPython`: put the triggers in place."""
    unequal = "IS DISTINCT FROM" if isinstance(editor, PostgresEditor) else "IS NOT"
    triggers = {**_TRIGGERS, "journal_entry_unchanged": ("UPDATE", "journal_entry", _changed(unequal), FINAL)}
    for name, (what, table, condition, why) in triggers.items():
        if isinstance(editor, PostgresEditor):
            await _guard_postgres(editor, name, what, table, condition, why)
        else:
            when = f" WHERE {condition}" if condition else ""
            await editor.client.execute_query(  # in one piece: the other way would cut it at its semicolon
                f'CREATE TRIGGER "{name}" BEFORE {what} ON "{table}" BEGIN SELECT RAISE(ABORT, \'{why}\'){when}; END'
            )
    if isinstance(editor, PostgresEditor):
        await _defer(editor, "DEFERRABLE INITIALLY DEFERRED")


async def unguard(apps: Any, editor: PostgresEditor | SqliteEditor) -> None:
    """For `RunPython` on the way back."""
    tables = {name: table for name, (_, table, _, _) in _TRIGGERS.items()} | {
        "journal_entry_unchanged": "journal_entry"
    }
    for name, table in tables.items():
        if isinstance(editor, PostgresEditor):
            await editor._run_sql(f'DROP TRIGGER "{name}" ON "{table}"')
            await editor._run_sql(f'DROP FUNCTION "{name}"()')
        else:
            await editor._run_sql(f'DROP TRIGGER "{name}"')
    if isinstance(editor, PostgresEditor):
        await _defer(editor, "NOT DEFERRABLE")


async def _guard_postgres(editor: PostgresEditor, name: str, what: str, table: str, condition: str, why: str) -> None:
    row = "OLD" if what == "DELETE" else "NEW"
    refuse = f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation';"
    body = f"IF {condition} THEN {refuse} END IF;" if condition else refuse
    await editor._run_sql(
        f'CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {row}; END $$'
    )
    await editor._run_sql(
        f'CREATE TRIGGER "{name}" BEFORE {what} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{name}"()'
    )


async def _defer(editor: PostgresEditor, how: str) -> None:
    rows = await editor.client.execute_query_dict(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'posting'::regclass AND contype = 'f'"
    )
    for row in rows:
        await editor._run_sql(f'ALTER TABLE "posting" ALTER CONSTRAINT "{row["conname"]}" {how}')
