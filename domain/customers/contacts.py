"""What is a phone number or an e-mail address, and how each is written: E.164 and lower case."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from tortoise.expressions import Q

from kit.crypto import lookup_hash
from kit.errors import Refused
from kit.text import mask_email, mask_phone
from models.notifications import Channel

HOME_REGION = "CN"  # a number without a country code is one of here
LONGEST_PHONE = 40  # characters as typed
LONGEST_EMAIL = 254  # characters, by RFC 5321


@dataclass(frozen=True, slots=True)
class Contact:
    """One phone number or e-mail address, normalised. Its value stays out of logs."""

    channel: Channel
    value: str = field(repr=False)

    @property
    def query(self) -> Q:
        """Finds the account that has it."""
        return Q(phone_hash=self.hash) if self.channel == Channel.SMS else Q(email_hash=self.hash)

    @property
    def hash(self) -> str:
        return lookup_hash(self.value)

    @property
    def masked(self) -> str:
        return mask_phone(self.value) if self.channel == Channel.SMS else mask_email(self.value)


def clean_phone(value: str, *, path: Sequence[str] = ()) -> str:
    """E.164 for a number that exists in its country's numbering plan; refuses others as INVALID_PHONE."""
    try:
        number = phonenumbers.parse(value[: LONGEST_PHONE + 1], HOME_REGION)
    except phonenumbers.NumberParseException:
        raise Refused("INVALID_PHONE", path=path) from None
    if len(value) > LONGEST_PHONE or not phonenumbers.is_valid_number(number):
        raise Refused("INVALID_PHONE", path=path)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_email(value: str, *, path: Sequence[str] = ()) -> str:
    """A well-formed address in lower case; refuses others as INVALID_EMAIL. Whether it takes mail is not asked."""
    try:
        if len(value) > LONGEST_EMAIL:
            raise EmailNotValidError("too long")
        return validate_email(value.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Refused("INVALID_EMAIL", path=path) from None


def phone_contact(value: str, *, path: Sequence[str] = ()) -> Contact:
    """The contact behind a phone number."""
    return Contact(Channel.SMS, clean_phone(value, path=path))


def email_contact(value: str, *, path: Sequence[str] = ()) -> Contact:
    """The contact behind an e-mail address."""
    return Contact(Channel.EMAIL, clean_email(value, path=path))
