"""Messages about an order to the contact that it was placed with: asked for as an effect, `notice.<template>`."""

from uuid import UUID

from domain.market import Market
from domain.notifications.texts import TEMPLATES, WITH_FACTS
from kit import clock
from kit.text import in_locale
from models.notifications import Channel
from models.orders import Order

PREFIX = "notice."


async def send(market: Market, order_id: UUID, template: str, **facts: object) -> None:
    """Send one message in the language of the order: by SMS where there is a phone, else by mail.

    `facts` fill the template; one in several languages is told in that of the order.
    """
    order = await Order.get(id=order_id)
    recipient = order.contact_phone or order.contact_email
    if not recipient:
        return
    channel = Channel.SMS if order.contact_phone else Channel.EMAIL
    told = {name: in_locale(fact, order.locale) if isinstance(fact, dict) else fact for name, fact in facts.items()}
    body = in_locale((TEMPLATES | WITH_FACTS)[template], order.locale).format(number=order.number, **told)
    await market.messages.send(channel, recipient, template=template, body=body, now=clock.now())
