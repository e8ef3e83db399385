"""Gives the people of the demo market their accounts: one password for all, an address for each customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from demo.people import CUSTOMERS, STAFF, DemoAddress, DemoCustomer, DemoPerson, DemoStaff
from domain.access import Viewer
from domain.customers import passwords
from domain.customers.addresses import as_stored, clean_address
from domain.customers.contacts import email_contact, phone_contact
from domain.customers.visible import viewer_for
from domain.market import Market
from domain.orders.checkout import Destination
from models.customers import Address, User

PASSWORD = "jishi-demo"  # nothing to protect: whoever opens the demo market may be any of these people


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody of the demo market with an account."""

    key: str
    viewer: Viewer
    destination: Destination | None

    @property
    def lives_at(self) -> Destination:
        if self.destination is None:
            raise LookupError(f"{self.key} has no address")
        return self.destination


async def settle(market: Market, *, at: datetime) -> None:
    """Write everybody's account as opened `at`."""
    password_hash = await passwords.hashed(passwords.clean_password(PASSWORD))
    everybody: list[DemoPerson] = [*CUSTOMERS, *STAFF]
    users = [_account(person, password_hash=password_hash, at=at) for person in everybody]
    await User.bulk_create(users)
    await Address.bulk_create(
        Address(
            user_id=user.id,
            label="家" if person.locale == "zh-CN" else "Home",
            is_default=True,
            created_at=at,
            **_clean(person.address),
        )
        for person, user in zip(everybody, users, strict=True)
        if isinstance(person, DemoCustomer)
    )


def _account(person: DemoPerson, *, password_hash: str, at: datetime) -> User:
    phone, email = phone_contact(person.phone), email_contact(person.email)
    roles = [role.value for role in person.roles] if isinstance(person, DemoStaff) else []
    return User(
        phone=phone.value,
        phone_hash=phone.hash,
        email=email.value,
        email_hash=email.hash,
        email_verified_at=at,
        password_hash=password_hash,
        name=person.display_name,
        gender=person.gender if isinstance(person, DemoCustomer) else None,
        birthday=person.birthday if isinstance(person, DemoCustomer) else None,
        locale=person.locale,
        roles=roles,
        created_at=at,
    )


def _clean(address: DemoAddress) -> dict[str, str]:
    return clean_address(
        {
            "recipient": address.recipient,
            "phone": address.phone,
            "province": address.province,
            "city": address.city,
            "district": address.district,
            "street": address.street,
            "postal_code": address.postal_code,
        }
    )


async def residents(market: Market, people: Sequence[DemoPerson]) -> dict[str, Resident]:
    """These people by their keys, as far as they have accounts."""
    keys = {email_contact(person.email).hash: person.key for person in people}
    users = await User.filter(email_hash__in=list(keys))
    homes = {
        address.user_id: address for address in await Address.filter(user_id__in=[u.id for u in users], is_default=True)
    }
    return {
        keys[user.email_hash]: Resident(
            key=keys[user.email_hash],
            viewer=viewer_for(market, user),
            destination=Destination(**as_stored(homes[user.id])) if user.id in homes else None,
        )
        for user in users
        if user.email_hash
    }
