"""People, their addresses and the devices that they are signed in on."""

from datetime import date, datetime

import strawberry

from loaders import customers as loaders
from models import customers as models
from models import notifications
from models.customers import Gender, Role
from models.notifications import Channel
from resolvers.customers import people as resolvers
from schema.fields import enum_type, field
from schema.node import Node, node_type
from schema.scalars import Locale

enum_type(
    Role,
    description="What a member of staff is there for. A person without a role is a customer.",
    values={
        "CATALOG_MANAGER": "Creates, edits and publishes products; keeps stock figures.",
        "ORDER_REVIEWER": "Looks through orders and may cancel them.",
        "WAREHOUSE_PICKER": "Picks, packs and ships; keeps stock figures.",
        "COURIER": "Brings parcels and reports their delivery; sees orders on their way, and where they go until they "
        "are there.",
        "PICKUP_CLERK": "Hands parcels out at a pickup point, against the code; sees no other orders.",
        "RIDER": "骑手: brings orders that were given to them, and sees no others.",
        "SERVICE_AGENT": "Helps customers: sees orders, cancels and refunds.",
        "FINANCE": "Refunds, and sees the ledger.",
        "ADMINISTRATOR": "May do everything and appoints staff.",
    },
)

enum_type(
    Gender,
    description="A person's gender, as they state it.",
    values={"FEMALE": "Female.", "MALE": "Male.", "OTHER": "Neither of both."},
)

enum_type(
    Channel,
    name="MessageChannel",
    description="How a message travels.",
    values={"SMS": "To a phone.", "EMAIL": "To an e-mail address."},
)


@node_type(models.Address, loaders.addresses_by_id, description="A place to deliver to, in one's own address book.")
class Address(Node):
    label: str = strawberry.field(description="What its owner calls it, for example `home`; may be empty.")
    recipient: str = strawberry.field(description="Who receives it.")
    phone: str = strawberry.field(description="How to reach them, E.164.")
    province: str = strawberry.field(description="Province, municipality or region, by its full Chinese name.")
    province_english: str = field(resolvers.province_english, description="The same by its English name.")
    city: str = strawberry.field(description="City.")
    district: str = strawberry.field(description="District; may be empty.")
    street: str = strawberry.field(description="Street, house and room.")
    postal_code: str = strawberry.field(description="Postal code; may be empty.")
    is_default: bool = strawberry.field(
        description="Whether it is the one that is proposed. One of the book always is."
    )
    version: int = strawberry.field(description="Counts changes; give it as `expectedVersion` to be told of others'.")


@node_type(models.DeviceSession, loaders.sessions_by_id, description="One device that is signed in.")
class Session(Node):
    device: str = strawberry.field(description="What the device called itself at sign-in; may be empty.")
    created_at: datetime = strawberry.field(description="When it signed in, UTC.")
    last_used_at: datetime = strawberry.field(description="When it last renewed its tokens, UTC.")
    expires_at: datetime = strawberry.field(description="When it is signed out unless it renews its tokens, UTC.")
    revoked_at: datetime | None = strawberry.field(description="When it was signed out, UTC; null while it is not.")
    is_current: bool = field(resolvers.is_current, description="Whether this call came from it.")


@node_type(
    models.User,
    loaders.users_by_id,
    description="A person with an account. Everybody sees themselves; staff who serve customers or appoint staff see "
    "others.",
)
class User(Node):
    name: str = strawberry.field(description="What they call themselves; may be empty.")
    phone: str | None = field(resolvers.phone, description="E.164; masked (`+86138****1234`) for anybody else.")
    email: str | None = field(resolvers.email, description="Lower case; masked (`l***@example.com`) for anybody else.")
    gender: Gender | None = field(resolvers.gender, description="As they state it; null for anybody else.")
    birthday: date | None = field(resolvers.birthday, description="As they state it; null for anybody else.")
    avatar_url: str = strawberry.field(description="Picture; empty when there is none.")
    locale: Locale = strawberry.field(description="The language that they are written to in.")
    roles: list[Role] = strawberry.field(description="Empty for customers.")
    has_password: bool | None = field(
        resolvers.has_password, description="Whether a password is set; null for anybody else."
    )
    addresses: list[Address] = field(
        resolvers.user_addresses, description="The address book, the default first; empty for anybody else."
    )
    sessions: list[Session] = field(
        resolvers.user_sessions, description="Signed-in devices, the last used first; empty for anybody else."
    )
    created_at: datetime = strawberry.field(description="When the account was made, UTC.")
    version: int = strawberry.field(description="Counts changes; give it as `expectedVersion` to be told of others'.")


@strawberry.type(description="What a device is given to speak for a person, or for the guest of one order.")
class Credentials:
    access_token: str = strawberry.field(description="Goes into `Authorization: Bearer …`, or into `connection_init`.")
    access_token_expires_at: datetime = strawberry.field(description="Until when it is good, UTC.")
    refresh_token: str | None = strawberry.field(
        description="For `sessionRefresh`, once. Null for the guest of an order, who asks for a new code instead."
    )
    refresh_token_expires_at: datetime | None = strawberry.field(description="Until when it is good, UTC.")
    session: Session = strawberry.field(description="The device as `User.sessions` lists it.")


@node_type(notifications.OutgoingMessage, None, description="A message that was sent, for the demo.")
class DemoMessage(Node):
    channel: Channel = strawberry.field(description="How it was sent.")
    recipient: str = strawberry.field(description="The phone or e-mail address.")
    template: str = strawberry.field(description="What kind of message it is, for example `sign_in_code`.")
    body: str = strawberry.field(description="Its text.")
    created_at: datetime = strawberry.field(description="When it was sent, UTC.")


@strawberry.type(description="A province-level division of China.")
class Province:
    name: str = strawberry.field(description="Full Chinese name; addresses are kept with it.")
    english_name: str = strawberry.field(description="English name; accepted in addresses as well.")
