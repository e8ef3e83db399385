"""GraphiQL as a visitor meets it: in a browser that reaches this machine only."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser import chromium
from tests.browser.chromium import Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
ANSWER = "document.querySelector('.result-window')?.innerText.replaceAll('\\u00a0', ' ') ?? ''"
IDENTITY = "document.querySelector('select[aria-label=Identity]')?.value"
ALL_DRAWN = (
    "document.querySelectorAll('.guide-steps li').length === 12 && document.querySelector('.view-line') !== null"
)


@pytest.fixture
async def page(live_server: str) -> AsyncIterator[Page]:
    """GraphiQL with its first step in front."""
    if chromium.executable() is None:
        reason = "no Chromium on this machine"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with chromium.page() as tab:
        await tab.prefer_dark(False)
        await tab.open(f"{live_server}/graphql")
        await tab.wait_for(ALL_DRAWN)
        await tab.wait_for(f"{IDENTITY} === 'lin'")
        async with asyncio.timeout(20):
            while questions(tab) == 0:  # the page asks for the schema by itself
                await asyncio.sleep(0.05)
        yield tab


def questions(page: Page) -> int:
    """How often the page has asked the API; the first request of that address was for the page itself."""
    return sum(urlsplit(url).path == "/graphql" for url in page.requests) - 1


async def go_to(page: Page, step: int) -> None:
    button = f".guide-steps li:nth-child({step}) button"
    await page.click(button)
    await page.wait_for(f"document.querySelector('{button}').getAttribute('aria-current') === 'step'")
    # The editor reads a document for its operations a tenth of a second after it came; no hand is faster.
    await asyncio.sleep(0.3)


async def run(page: Page, operation: str | None = None) -> dict[str, object]:
    """Press ▶, choose the operation where there are several, and read the whole answer."""
    before = await page.evaluate(ANSWER)
    await page.click(".graphiql-execute-button")
    if operation:
        item = f"[...document.querySelectorAll('[role=menuitem]')].find(item => item.innerText === '{operation}')"
        await page.wait_for(f"({item}) !== undefined")
        await page.evaluate(f"({item}).click()")
    shown = f"(text => text !== {json.dumps(before)} && text.startsWith('{{') && text)({ANSWER})"
    await page.wait_for(shown)
    # The editor draws only the lines in sight; its model has them all.
    text = await page.evaluate(
        "__MONACO.editor.getModels().find(model => model.uri.path.endsWith('response.json')).getValue()"
    )
    answer: dict[str, object] = json.loads(text)
    return answer


async def test_the_page_works_without_any_other_host(page: Page, live_server: str) -> None:
    answer = await run(page)
    await page.screenshot(SCREENSHOTS / "graphiql.png")

    assert "errors" not in answer
    assert page.complaints == []
    assert {urlsplit(url).netloc for url in page.requests} == {urlsplit(live_server).netloc}
    assert await page.evaluate("document.title") == "Jishi · GraphiQL"
    # A blank page of this size is a picture of a few kilobytes.
    assert (SCREENSHOTS / "graphiql.png").stat().st_size > 40_000


async def test_the_editor_completes_fields_from_the_schema(page: Page) -> None:
    await page.evaluate(
        """(() => {
            const editor = __MONACO.editor.getEditors()[0]
            editor.setValue('{ prod }')
            editor.setPosition({ lineNumber: 1, column: 7 })
            editor.focus()
        })()"""
    )
    suggest = "__MONACO.editor.getEditors()[0].trigger('test', 'editor.action.triggerSuggest', {})"
    offered = "document.querySelector('.suggest-widget.visible')?.innerText.includes('products')"
    # The schema arrives after the editor does, so one asks until it is there.
    await page.wait_for(f"({suggest}, {offered})")
    assert page.complaints == []


async def test_a_step_speaks_as_the_person_it_is_meant_for(page: Page) -> None:
    await go_to(page, 7)
    await page.wait_for(f"{IDENTITY} === 'picker'")
    await go_to(page, 1)
    await page.wait_for(f"{IDENTITY} === 'lin'")


async def test_a_value_that_is_not_known_yet_is_asked_for_before_anything_is_sent(page: Page) -> None:
    await go_to(page, 5)
    asked = questions(page)
    answer = await run(page)
    assert "{{orderId}}" in json.dumps(answer)
    assert questions(page) == asked


async def test_an_order_is_followed_live_while_the_next_steps_are_taken(page: Page) -> None:
    stream = "document.querySelector('.live-stream')"
    for step, operation in ((1, None), (2, None), (3, "CartAdd"), (4, "OrderPlace")):
        await go_to(page, step)
        assert "errors" not in await run(page, operation)
    await go_to(page, 6)
    await page.click(".graphiql-execute-button")
    await page.wait_for(f"{stream}?.dataset.status === 'live' && {stream}.querySelectorAll('li').length === 1")

    await go_to(page, 5)
    assert "errors" not in await run(page)
    await page.wait_for(f"{stream}.querySelectorAll('li').length > 1")

    assert await page.evaluate(f"{stream}.dataset.status") == "live"
    await page.screenshot(SCREENSHOTS / "graphiql-live.png")
    assert page.complaints == []
