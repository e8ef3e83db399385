"""What the demo market offers to the explorer page, and to whoever starts the server."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.identities import identities
from demo.people import MAIN_CUSTOMER, STAFF
from demo.residents import PASSWORD
from domain.customers.contacts import email_contact
from domain.market import Market
from models.customers import User


def routes(market: Callable[[], Market]) -> list[Route]:
    """`GET /demo/identities`: as whom one may speak, with tokens. Mounted in demo mode only."""

    async def show(request: Request) -> Response:
        return JSONResponse(await identities(market()), headers={"Cache-Control": "no-store"})

    return [Route("/demo/identities", show)]


async def has_residents() -> bool:
    """Whether staff of the demo market have accounts here, whose password everybody knows."""
    return await User.filter(email_hash__in=[email_contact(person.email).hash for person in STAFF]).exists()


def people_to_sign_in_as() -> list[str]:
    """A customer, and one of the staff for each role."""
    roles = {person.roles[0].value: person for person in reversed(STAFF)}
    people = [("CUSTOMER", MAIN_CUSTOMER), *sorted(roles.items())]
    return [f"{person.email:<24} {PASSWORD}   {role.lower().replace('_', ' ')}" for role, person in people]
