"""Oneself, one's profile and address book; for staff: finding customers and appointing staff."""

from datetime import date
from typing import Annotated

import strawberry

from kit.paging import Page
from models import customers as models
from models.customers import Gender, Role
from models.notifications import OutgoingMessage
from resolvers.context import Info
from resolvers.customers import people as resolvers
from schema.customers.accounts import CodeSentPayload, ContactInput
from schema.customers.types import Address, DemoMessage, Province, User
from schema.errors import Payload
from schema.fields import field, mutation
from schema.paging import After, Before, Connection, First, Last
from schema.scalars import Locale

EXPECTED_VERSION = "The version that you have seen; another one is refused as VERSION_CONFLICT."


@strawberry.input(one_of=True, description="How to find a person.")
class CustomerKeyInput:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The person's id.")
    phone: str | None = strawberry.field(default=strawberry.UNSET, description="The whole phone number.")
    email: str | None = strawberry.field(default=strawberry.UNSET, description="The whole e-mail address.")


async def customer(
    info: Info, by: Annotated[CustomerKeyInput, strawberry.argument(description="Id, phone or e-mail address.")]
) -> models.User | None:
    return await resolvers.customer(info, by)


async def staff(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Page[models.User]:
    return await resolvers.staff_members(info, first=first, after=after, last=last, before=before)


async def demo_inbox(
    info: Info,
    recipient: Annotated[str, strawberry.argument(description="Phone number or e-mail address.")],
    first: Annotated[int, strawberry.argument(description="How many, 1–50.")] = 5,
) -> list[OutgoingMessage]:
    return await resolvers.demo_inbox(info, recipient, first)


@strawberry.type
class PeopleQuery:
    me: User | None = field(resolvers.me, description="Who this call speaks for; null for visitors.")
    customer: User | None = field(
        customer, description="One person, for staff who serve customers; each look is logged. Null when there is none."
    )
    staff: Connection[User] = field(
        staff, description="Everybody with a role, the longest here first; for administrators."
    )
    provinces: list[Province] = field(
        resolvers.provinces, description="The 34 province-level divisions of China, for address forms."
    )
    demo_inbox: list[DemoMessage] = field(
        demo_inbox,
        description="The newest messages to a phone or e-mail address, newest first: where codes arrive in demo mode. "
        "Refused otherwise.",
    )


@strawberry.input(description="What to change of one's profile. What is left out stays.")
class ProfileUpdateInput:
    name: str | None = strawberry.field(default=strawberry.UNSET, description="1–60 characters.")
    gender: Gender | None = strawberry.field(default=strawberry.UNSET, description="Null takes it out.")
    birthday: date | None = strawberry.field(
        default=strawberry.UNSET, description="Between 1900 and today; null takes it out."
    )
    avatar_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="A picture behind https, up to 500 characters; empty for none."
    )
    locale: Locale | None = strawberry.field(default=strawberry.UNSET, description="The language to be written to in.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)


@strawberry.type(description="The person as they are now.")
class UserPayload(Payload):
    user: User | None = strawberry.field(description="The person; null when nothing was changed.")


@strawberry.input(description="The phone or e-mail address that the account is to have.")
class ContactChangeRequestInput:
    contact: ContactInput = strawberry.field(description="Gets the code.")


@strawberry.input(description="The new phone or e-mail address and the code that came there.")
class ContactChangeInput:
    contact: ContactInput = strawberry.field(description="Where the code was sent to.")
    code: str = strawberry.field(description="The six digits.")


@strawberry.input(description="A complete address in China.")
class AddressCreateInput:
    recipient: str = strawberry.field(description="Who receives it, 1–60 characters.")
    phone: str = strawberry.field(description="How to reach them; without a country code it is taken as Chinese.")
    province: str = strawberry.field(description="Province, municipality or region, by Chinese or English name.")
    city: str = strawberry.field(description="City, 1–40 characters.")
    district: str | None = strawberry.field(default=strawberry.UNSET, description="District, up to 40 characters.")
    street: str = strawberry.field(description="Street, house and room, 2–200 characters.")
    postal_code: str | None = strawberry.field(default=strawberry.UNSET, description="Up to 12 letters and digits.")
    label: str | None = strawberry.field(
        default=strawberry.UNSET, description="What you call it, for example `home`, up to 30 characters."
    )
    is_default: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it becomes the default. The first address always does."
    )


@strawberry.input(description="What to change of an address. What is left out stays.")
class AddressUpdateInput:
    address_id: strawberry.ID = strawberry.field(description="One of your addresses.")
    recipient: str | None = strawberry.field(default=strawberry.UNSET, description="1–60 characters.")
    phone: str | None = strawberry.field(default=strawberry.UNSET, description="Phone number.")
    province: str | None = strawberry.field(default=strawberry.UNSET, description="By Chinese or English name.")
    city: str | None = strawberry.field(default=strawberry.UNSET, description="1–40 characters.")
    district: str | None = strawberry.field(default=strawberry.UNSET, description="Up to 40 characters.")
    street: str | None = strawberry.field(default=strawberry.UNSET, description="2–200 characters.")
    postal_code: str | None = strawberry.field(default=strawberry.UNSET, description="Up to 12 letters and digits.")
    label: str | None = strawberry.field(default=strawberry.UNSET, description="Up to 30 characters.")
    is_default: bool | None = strawberry.field(
        default=strawberry.UNSET, description="True makes it the default; the mark cannot be taken away otherwise."
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)


@strawberry.type(description="The address as it is now.")
class AddressPayload(Payload):
    address: Address | None = strawberry.field(description="The address; null when nothing was done.")


@strawberry.input(description="Which address to delete.")
class AddressDeleteInput:
    address_id: strawberry.ID = strawberry.field(description="One of your addresses.")


@strawberry.type(description="The address that is gone.")
class AddressDeletePayload(Payload):
    deleted_address_id: strawberry.ID | None = strawberry.field(description="Its id; null when nothing was done.")


@strawberry.input(description="Who gets which roles.")
class StaffRolesSetInput:
    user_id: strawberry.ID = strawberry.field(description="The person.")
    roles: list[Role] = strawberry.field(description="All their roles from now on; empty makes them a customer.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)


@strawberry.type
class PeopleMutation:
    profile_update: UserPayload = mutation(
        resolvers.profile_update, ProfileUpdateInput, description="Change what is given of one's own profile."
    )
    contact_change_request: CodeSentPayload = mutation(
        resolvers.contact_change_request,
        ContactChangeRequestInput,
        description="Send a code to the phone or e-mail address that one's account is to have. Limits as for sign-in.",
    )
    contact_change: UserPayload = mutation(
        resolvers.contact_change,
        ContactChangeInput,
        description="Put the proved phone or e-mail address in the place of the old one, which is told about it.",
    )
    address_create: AddressPayload = mutation(
        resolvers.address_create, AddressCreateInput, description="Add an address to one's address book."
    )
    address_update: AddressPayload = mutation(
        resolvers.address_update, AddressUpdateInput, description="Change an address of one's address book."
    )
    address_delete: AddressDeletePayload = mutation(
        resolvers.address_delete,
        AddressDeleteInput,
        description="Take an address out of one's address book. Orders keep theirs.",
    )
    staff_roles_set: UserPayload = mutation(
        resolvers.staff_roles_set,
        StaffRolesSetInput,
        description="Give a person exactly these roles; for administrators, never for oneself. Who loses a role is "
        "signed out everywhere.",
    )
