"""Writes `schema.graphql`, whose diff is the API review; with `--check` it only says whether the file is old."""

import difflib
import sys
from pathlib import Path

from schema.root import schema

FILE = Path(__file__).resolve().parent.parent / "schema.graphql"


def difference(*, committed: str, current: str) -> str:
    """How the committed schema must change to become the current one; empty when it need not."""
    lines = difflib.unified_diff(
        committed.splitlines(keepends=True),
        current.splitlines(keepends=True),
        fromfile="schema.graphql (committed)",
        tofile="schema.graphql (from the code)",
    )
    return "".join(lines)


def main(arguments: list[str]) -> int:
    current = schema.as_str().rstrip() + "\n"
    committed = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    if arguments == ["--check"]:
        return check(difference(committed=committed, current=current))
    if committed != current:
        FILE.write_text(current, encoding="utf-8")
    print("schema.graphql is as it was." if committed == current else "schema.graphql is written; review its diff.")
    return 0


def check(changes: str) -> int:
    if not changes:
        print("schema.graphql is up to date.")
        return 0
    sys.stderr.write(changes)
    print("schema.graphql is not what the code says (`make schema` writes it).", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
