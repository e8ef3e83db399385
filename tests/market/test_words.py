"""What people are told, in both languages."""

import re
from pathlib import Path

from domain import refusals
from domain.refusals import WORDS
from kit.errors import Refused

ROOT = Path(__file__).resolve().parents[2]


def test_a_refusal_in_chinese_has_no_english_words_in_it() -> None:
    refused = Refused("NOT_FOUND", what="order")
    assert refusals.message(refused, "zh-CN") == "该订单不存在，或您无权查看。"
    assert refusals.message(refused, "en") == "There is no such order, or it is not yours to see."


def test_every_fact_that_is_a_word_has_its_chinese() -> None:
    files = [file for floor in ("domain", "resolvers", "jobs", "kit") for file in (ROOT / floor).rglob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files if file.name != "refusals.py"]
    told = {word for text in texts for word in re.findall(r'\b(?:what|why)="([^"]+)"(?=[,)])', text)}
    assert told - WORDS.keys() == set()
    assert [word for word in WORDS if not any(f'"{word}"' in text for text in texts)] == []
