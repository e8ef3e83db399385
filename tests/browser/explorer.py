"""What an explorer does on the GraphiQL page, and what there is to see."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.chromium import Page

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
STEPS = len(list(Path("web/graphiql/src/tabs").glob("*.graphql")))
IDENTITY = "document.querySelector('select[aria-label=Identity]')?.value"
ALL_DRAWN = (
    f"document.querySelectorAll('.guide-steps li').length === {STEPS} && document.querySelector('.view-line') !== null"
)

Answer = dict[str, Any]


def editor(name: str) -> str:
    """The text of an editor; the page draws only the lines in sight, but the model has them all."""
    return f"__MONACO.editor.getModels().find(model => model.uri.path.endsWith('{name}'))"


@dataclass
class Explorer:
    """Somebody at GraphiQL of the server at `url`."""

    page: Page
    url: str

    async def open(self) -> None:
        """Come to the page and wait until it stands, with the person of the step in front."""
        await self.page.prefer_dark(False)
        await self.page.open(f"{self.url}/graphql")
        await self.page.wait_for(ALL_DRAWN)
        await self.page.wait_for(f"{IDENTITY} === 'lin'")
        async with asyncio.timeout(20):
            while self.questions == 0:  # the page asks for the schema by itself
                await asyncio.sleep(0.05)

    @property
    def questions(self) -> int:
        """How often the page has asked the API; one request of that address was for the page itself."""
        return sum(urlsplit(url).path == "/graphql" for url in self.page.requests) - 1

    @property
    def hosts(self) -> set[str]:
        """Whom the page has asked for anything."""
        return {urlsplit(url).netloc for url in self.page.requests}

    async def go_to(self, step: int) -> None:
        """Take a step of the guide."""
        button = f".guide-steps li:nth-child({step}) > button"
        await self.page.click(button)
        await self.page.wait_for(f"document.querySelector('{button}').getAttribute('aria-current') === 'step'")

    async def act_as(self, who: str) -> None:
        """Choose somebody at the top right."""
        await self.page.evaluate(
            f"""(select => {{
                Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(select, '{who}')
                select.dispatchEvent(new Event('change', {{ bubbles: true }}))
            }})(document.querySelector('select[aria-label=Identity]'))"""
        )
        await self.acts_as(who)

    async def acts_as(self, who: str) -> None:
        """Wait until the page speaks as `who`."""
        await self.page.wait_for(f"{IDENTITY} === '{who}'")

    async def run(self, operation: str) -> Answer:
        """Press the operation's button in the guide and read the whole answer."""
        await self.page.evaluate(f"{editor('response.json')}.setValue('')")
        await self.page.click(f"[data-operation={operation}]")
        return await self.answer()

    async def run_by_menu(self, operation: str | None = None) -> Answer:
        """Press ▶ beside the editor, choose the operation where there are several, and read the whole answer."""
        await self.page.evaluate(f"{editor('response.json')}.setValue('')")
        await self.page.click(".graphiql-execute-button")
        if operation:
            item = f"[...document.querySelectorAll('[role=menuitem]')].find(item => item.innerText === '{operation}')"
            await self.page.wait_for(f"({item}) !== undefined")
            await self.page.evaluate(f"({item}).click()")
        return await self.answer()

    async def answer(self) -> Answer:
        """What stands on the right side, as soon as something does."""
        text = await self.page.wait_for(
            f"(text => text.startsWith('{{') && text)({editor('response.json')}.getValue())"
        )
        found: Answer = json.loads(text)
        return found

    async def get(self, operation: str) -> Any:
        """The data of an operation's only field; it must have gone well."""
        answer = await self.run(operation)
        assert "errors" not in answer, answer
        (found,) = list(answer["data"].values())[:1]
        if isinstance(found, dict):
            assert found.get("userErrors", []) == [], found
        return found

    async def sees_live(self, *words: str, stream: str = "Watch the order live") -> None:
        """Wait until the stream is open and tells all this."""
        told = f"document.querySelector('[aria-label=\"Live: {stream}\"]')"
        wanted = f"{json.dumps(words)}.every(word => {told}.innerText.includes(word))"
        await self.page.wait_for(f"{told}?.dataset.status === 'live' && {wanted}")

    async def live_messages(self, stream: str = "Watch the order live") -> list[Any]:
        """Everything that the stream has brought so far, the oldest first."""
        texts = await self.page.evaluate(
            f"[...document.querySelectorAll('[aria-label=\"Live: {stream}\"] pre')].map(pre => pre.textContent)"
        )
        return [json.loads(text) for text in reversed(texts)]

    async def take_picture(self, name: str) -> Path:
        """A screenshot in var/screenshots/."""
        path = SCREENSHOTS / f"{name}.png"
        await self.page.screenshot(path)
        return path
