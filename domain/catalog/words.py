"""How text becomes search terms: folded Latin words, Chinese n-grams and pinyin, the same for goods and for queries."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pypinyin import Style, lazy_pinyin, pinyin

LONGEST_TERM = 40  # characters; nobody types more of one word
LONGEST_QUERY = 100  # characters
MOST_WORDS = 8  # words of one query that are looked at
SHORTEST_SLIP = 4  # letters; shorter words are too close to each other to guess at

_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_POSSESSIVE = re.compile(r"['’]s\b")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a query. Latin words are matched by prefix and forgiven slips, others by their n-grams."""

    text: str
    grams: tuple[str, ...] = ()

    @property
    def is_latin(self) -> bool:
        return not self.grams

    @property
    def need(self) -> int:
        """How many of the word's parts must be found: a third of the n-grams, since `新鲜苹果` should find 苹果."""
        return -(-len(self.grams) // 3) or 1


def fold(text: str) -> str:
    """Lower case, full width to half width, accents off; `ü` is typed `v` in pinyin."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    decomposed = unicodedata.normalize("NFD", plain)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _POSSESSIVE.sub("", unicodedata.normalize("NFC", bare))


def runs(text: str) -> list[str]:
    """Unbroken runs of Latin letters and digits, and of other letters."""
    return _RUN.findall(fold(text))


def stem(word: str) -> str:
    """The singular of an English word, as far as its ending tells."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes")) or (word.endswith("oes") and len(word) > 5):
        return word[:-2]
    return word[:-1]


def is_latin(run: str) -> bool:
    """Whether a run is of ASCII letters and digits."""
    return run.isascii()


def query_words(query: str) -> list[Word]:
    """What is searched for."""
    words: list[Word] = []
    for run in runs(query[:LONGEST_QUERY]):
        if is_latin(run):
            words.append(Word(run[:LONGEST_TERM]))
        else:
            words.append(Word(run, grams=tuple(dict.fromkeys(_pairs(run))) if len(run) > 1 else (run,)))
    return list(dict.fromkeys(words))[:MOST_WORDS]


def latin_terms(text: str) -> Iterator[str]:
    """Words of a Latin text, as written and in the singular."""
    for run in runs(text):
        if is_latin(run):
            yield run[:LONGEST_TERM]
            yield stem(run)[:LONGEST_TERM]


def han_terms(text: str) -> Iterator[tuple[str, int]]:
    """Pairs of characters at full weight and single ones at less, in percent."""
    for run in runs(text):
        if not is_latin(run):
            yield from ((pair, 100) for pair in _pairs(run))
            yield from ((character, 30 if len(run) > 1 else 100) for character in run)


def pinyin_terms(text: str) -> Iterator[tuple[str, int]]:
    """The pinyin from each character to the end of its run, so that a prefix finds what starts anywhere; then initials.

    苹果醋 → pingguocu, guocu, cu; pgc, gc. Characters with several readings are found under the two likeliest.
    """
    for run in runs(text):
        if is_latin(run):
            continue
        syllables = _syllables(run)
        for start in range(len(syllables)):
            yield "".join(syllables[start:])[:LONGEST_TERM], 60
            if len(syllables) - start > 1:
                yield "".join(part[0] for part in syllables[start:])[:LONGEST_TERM], 25
        yield from ((reading, 40) for reading in _other_readings(run, syllables))


def slip_words(text: str) -> Iterator[str]:
    """The words of `text` that a searcher may mistype: Latin words, and the pinyin of two to four characters."""
    for run in runs(text):
        if is_latin(run):
            yield stem(run)
            continue
        syllables = _syllables(run)
        for size in (2, 3, 4):
            yield from ("".join(syllables[start : start + size]) for start in range(len(syllables) - size + 1))


def slips(word: str) -> set[str]:
    """`word` and what remains of it with any one letter left out; two words that share one are a slip apart."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def is_slip(typed: str, word: str) -> bool:
    """Whether one letter was left out, added, changed, or two neighbours swapped."""
    if abs(len(typed) - len(word)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word)))
    one, other = typed[start:], word[start:]
    if not one or not other:
        return True
    swapped = one[:2][::-1] + one[2:]
    return one[1:] == other[1:] or one == other[1:] or one[1:] == other or swapped == other


def sort_key(text: str) -> str:
    """Pinyin and Latin letters and digits alone: what every database and locale sorts in the same order."""
    parts: Iterable[str] = (run if is_latin(run) else "".join(_syllables(run)) for run in runs(text))
    return "".join(parts)[:200]


def slug_of(text: str) -> str:
    """A slug for a name: Latin words and pinyin joined by hyphens; empty when there is nothing to spell."""
    parts = (run if is_latin(run) else "-".join(_syllables(run)) for run in runs(text))
    return "-".join(part for part in parts if part)[:100].strip("-")


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _syllables(run: str) -> list[str]:
    """One ASCII spelling per character; what has no pinyin is spelled by its code point."""
    spelled = lazy_pinyin(run, style=Style.NORMAL, errors=_code_points)
    return [syllable if syllable.isascii() and syllable.isalnum() else f"u{ord(syllable[0]):x}" for syllable in spelled]


def _other_readings(run: str, syllables: list[str]) -> Iterator[str]:
    readings = pinyin(run, style=Style.NORMAL, heteronym=True, errors=_code_points)
    for place, spelled in enumerate(readings):
        other = next((one for one in spelled if one.isascii() and one.isalpha() and one != syllables[place]), None)
        if other is None:
            continue
        for start in range(max(0, place - 3), place + 1):
            yield "".join([*syllables[start:place], other, *syllables[place + 1 :]])[:LONGEST_TERM]


def _code_points(letters: str) -> Any:
    """pypinyin takes a list for its answer although its types say a text."""
    return [f"u{ord(letter):x}" for letter in letters]
