"""GraphiQL as a visitor meets it: in a browser that reaches this machine only."""

import json

import pytest

from tests.browser.explorer import Explorer
from tests.browser.test_steps import STEPS
from tests.live.client import calling

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_the_page_works_without_any_other_host(explorer: Explorer) -> None:
    answer = await explorer.run_by_menu()
    picture = await explorer.take_picture("graphiql")

    assert answer["data"]["products"]["totalCount"] > 0
    assert explorer.page.complaints == []
    assert explorer.hosts == {explorer.url.removeprefix("http://")}
    assert await explorer.page.evaluate("document.title") == "Jishi · GraphiQL"
    # A blank page of this size is a picture of a few kilobytes.
    assert picture.stat().st_size > 40_000


async def test_the_page_fits_a_narrow_window_and_a_dark_desk(explorer: Explorer) -> None:
    page = explorer.page
    await page.prefer_dark(True)
    await page.resize(900, 700)
    await explorer.go_to(12)
    await explorer.take_picture("graphiql-dark-and-narrow")

    assert await page.evaluate("document.documentElement.scrollWidth") == 900
    # The tab that came to the front is in sight, although all of them do not fit.
    tab = "document.querySelector('.graphiql-tab-active').getBoundingClientRect()"
    assert await page.evaluate(f"{tab}.left >= 0 && {tab}.right <= 900")
    red, green, blue = await page.evaluate(
        "getComputedStyle(document.getElementById('root')).backgroundColor.match(/[0-9.]+/g).slice(0, 3).map(Number)"
    )
    assert max(red, green, blue) < 100


async def test_the_editor_completes_fields_from_the_schema(explorer: Explorer) -> None:
    await explorer.page.evaluate(
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
    await explorer.page.wait_for(f"({suggest}, {offered})")
    assert explorer.page.complaints == []


async def test_the_docs_explain_the_schema(explorer: Explorer) -> None:
    await explorer.page.click("button[aria-label='Show Documentation Explorer']")
    link = "[...document.querySelectorAll('.graphiql-doc-explorer a')].find(link => link.innerText === 'Mutation')"
    await explorer.page.wait_for(f"({link}) !== undefined")
    await explorer.page.evaluate(f"({link}).click()")
    await explorer.page.wait_for("document.querySelector('.graphiql-doc-explorer').innerText.includes('orderPlace')")


async def test_each_step_offers_its_operations(explorer: Explorer) -> None:
    for step in range(1, len(STEPS) + 1):
        await explorer.go_to(step)
        names = await explorer.page.evaluate(
            "[...document.querySelectorAll('[data-operation]')].map(button => button.dataset.operation)"
        )
        document = await explorer.page.evaluate("__MONACO.editor.getEditors()[0].getValue()")
        assert names, f"step {step}"
        assert all(f" {name}" in document for name in names)


async def test_a_step_speaks_as_the_person_it_is_meant_for(explorer: Explorer) -> None:
    await explorer.go_to(7)
    await explorer.acts_as("picker")
    await explorer.go_to(1)
    await explorer.acts_as("lin")


async def test_the_customers_steps_stay_with_whoever_was_chosen_for_them(explorer: Explorer) -> None:
    await explorer.act_as("zhao")
    await explorer.go_to(7)
    await explorer.acts_as("picker")
    await explorer.go_to(8)
    await explorer.acts_as("zhao")


async def test_a_value_that_is_not_known_yet_is_asked_for_before_anything_is_sent(explorer: Explorer) -> None:
    await explorer.go_to(6)
    asked = explorer.questions
    answer = await explorer.run("Pay")
    message = (
        "{{orderId}} is not known yet. "
        "Run “OrderPlace” in step 4, “Checkout”, which brings it, or write a value into the variables."
    )
    assert answer == {"errors": [{"message": message}]}
    assert explorer.questions == asked


async def test_a_session_that_was_ended_elsewhere_is_replaced(explorer: Explorer) -> None:
    async with calling(explorer.url) as caller:
        people = (await caller.http.get(f"{explorer.url}/demo/identities")).json()
        lin = caller.but(token=next(person["token"] for person in people if person["key"] == "lin"))
        for session in (await lin("{ me { sessions { id } } }"))["me"]["sessions"]:
            revoke = "mutation ($id: ID!) { sessionRevoke(input: {sessionId: $id}) { userErrors { code } } }"
            await lin.ask(revoke, id=session["id"])

    answer = await explorer.run("Search")
    assert answer["data"]["products"]["totalCount"] > 0
    assert "401" in json.dumps(explorer.page.complaints)  # the first attempt was refused
