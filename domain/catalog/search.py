"""Search: which products a query finds and how well, by one statement that every database answers alike."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.access import Viewer
from domain.catalog import products, words
from domain.catalog.words import Word
from kit.errors import Refused
from models.catalog import SearchSlip
from models.database import select

MOST_MATCHES = 1000  # products that one search finds at most, the best ones
MOST_SLIPS = 12  # words that a mistyped one is taken for
EXACT, PREFIX, SLIP = 10, 6, 3  # what a term's weight is multiplied by


@dataclass(slots=True)
class Matches:
    """The products found, best first. `key` names the query in cursors."""

    key: str
    scores: dict[UUID, int] = field(default_factory=dict)


async def find(viewer: Viewer, query: str) -> Matches:
    """Products that `query` finds among those the viewer may read. Slips are forgiven when nothing fits as typed."""
    if len(query) > words.LONGEST_QUERY:
        raise Refused("TOO_LONG", path=("query",), maximum=words.LONGEST_QUERY)
    asked = words.query_words(query)
    matches = Matches(key=hashlib.sha256(repr(asked).encode()).hexdigest()[:12])
    if not asked:
        return matches
    matches.scores = await _score(viewer, asked, {})
    if not matches.scores:
        meant = await _meant(asked)
        if meant:
            matches.scores = await _score(viewer, asked, meant)
    return matches


async def _score(viewer: Viewer, asked: Sequence[Word], meant: dict[Word, list[str]]) -> dict[UUID, int]:
    parts: list[str] = []
    values: list[Any] = []
    for word in asked:
        for condition, worth, given in _parts(word, meant.get(word, [])):
            parts.append(
                f"SELECT product_id, MAX(weight * {worth}) AS best "
                f"FROM search_term WHERE {condition} GROUP BY product_id"
            )
            values += given
    seen = products.statuses(viewer)
    sql = (
        "SELECT product.id AS id, SUM(found.best) AS score "
        f"FROM ({' UNION ALL '.join(parts)}) AS found JOIN product ON product.id = found.product_id "
        f"WHERE product.status IN ({', '.join('?' * len(seen))}) "
        "GROUP BY product.id, product.sort_title HAVING COUNT(*) >= ? "
        f"ORDER BY score DESC, product.sort_title, product.id LIMIT {MOST_MATCHES}"
    )
    rows = await select(sql, *values, *(status.value for status in seen), sum(word.need for word in asked))
    return {_uuid(row["id"]): int(row["score"]) for row in rows}


def _parts(word: Word, meant: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """What each part of a word looks for: a condition on terms, the factor of the weight, and the values of both."""
    if not word.is_latin:
        return [("term = ?", str(EXACT), [gram]) for gram in word.grams]
    if meant:
        ranges = " OR ".join(["term BETWEEN ? AND ?"] * len(meant))
        return [(ranges, str(SLIP), [bound for one in meant for bound in _prefix(one)])]
    bare = words.stem(word.text)
    worth = f"CASE WHEN term = ? THEN {EXACT} ELSE {PREFIX} END"
    if word.text.startswith(bare):
        return [("term BETWEEN ? AND ?", worth, [bare, *_prefix(bare)])]
    return [("term = ? OR term BETWEEN ? AND ?", worth, [bare, bare, *_prefix(word.text)])]


def _prefix(text: str) -> tuple[str, str]:
    """The first and last term that start with `text`. Every collation sorts a to z and digits alike."""
    return text, text.ljust(words.LONGEST_TERM, "z")


async def _meant(asked: Sequence[Word]) -> dict[Word, list[str]]:
    """Known words that a searcher may have meant by each Latin word; one statement."""
    typed = {word: words.stem(word.text) for word in asked if word.is_latin}
    forms = {form for text in typed.values() if len(text) >= words.SHORTEST_SLIP for form in words.slips(text)}
    if not forms:
        return {}
    known = {row.word for row in await SearchSlip.filter(form__in=sorted(forms))}
    meant: dict[Word, list[str]] = {}
    for word, text in typed.items():
        close = sorted(one for one in known if words.is_slip(text, one) or one == text)
        # What was typed right keeps its meaning while another word of the query is mended.
        if close and text not in close:
            meant[word] = close[:MOST_SLIPS]
    return meant


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
