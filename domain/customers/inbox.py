"""What the market has sent to a phone or an e-mail address; in demo mode, where no phone rings, anybody may look."""

from adapters.messages import received_by
from domain.access import Viewer
from domain.customers.contacts import clean_email, clean_phone
from kit.errors import Refused
from models.notifications import OutgoingMessage

MOST = 50


async def messages_to(viewer: Viewer, recipient: str, *, limit: int) -> list[OutgoingMessage]:
    """The newest messages to a phone or e-mail address, newest first. Demo mode only."""
    if not viewer.market.policy.demo:
        raise Refused("DEMO_ONLY")
    if not 1 <= limit <= MOST:
        raise Refused("OUT_OF_RANGE", path=("first",), minimum=1, maximum=MOST)
    clean = clean_email if "@" in recipient else clean_phone
    return await received_by(clean(recipient, path=("recipient",)), limit=limit)
