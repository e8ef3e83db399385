"""People, how they prove who they are, and the devices that they are signed in on."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index

from models.base import Row
from models.fields import SealedText


class Role(StrEnum):
    """What a member of staff is there for. A person without a role is a customer."""

    CATALOG_MANAGER = "CATALOG_MANAGER"
    ORDER_REVIEWER = "ORDER_REVIEWER"
    WAREHOUSE_PICKER = "WAREHOUSE_PICKER"
    COURIER = "COURIER"
    PICKUP_CLERK = "PICKUP_CLERK"
    RIDER = "RIDER"
    SERVICE_AGENT = "SERVICE_AGENT"
    FINANCE = "FINANCE"
    ADMINISTRATOR = "ADMINISTRATOR"


class Gender(StrEnum):
    """As the person states it."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"


class CodePurpose(StrEnum):
    """What a one-time code opens."""

    SIGN_IN = "SIGN_IN"
    RESET_PASSWORD = "RESET_PASSWORD"
    FOLLOW_ORDER = "FOLLOW_ORDER"
    CHANGE_CONTACT = "CHANGE_CONTACT"


class User(Row):
    """A person with an account. Phone and e-mail are sealed, the hashes find them."""

    phone = SealedText(null=True, description="E.164")
    phone_hash = fields.CharField(max_length=64, null=True, unique=True)
    email = SealedText(null=True, description="lower case")
    email_hash = fields.CharField(max_length=64, null=True, unique=True)
    email_verified_at = fields.DatetimeField(null=True)
    password_hash = fields.CharField(max_length=200, null=True, description="argon2id")
    name = SealedText(default="")
    gender = fields.CharEnumField(Gender, max_length=10, null=True)
    birthday = fields.DateField(null=True)
    avatar_url = fields.CharField(max_length=500, default="")
    locale = fields.CharField(max_length=10, default="zh-CN")
    roles = fields.JSONField[list[str]](default=list)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "user_account"


class Address(Row):
    """A place to deliver to. Who lives there and how to reach them is sealed, rules read the region."""

    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("market.User", related_name="addresses")
    user_id: UUID
    label = fields.CharField(max_length=30, default="")
    recipient = SealedText()
    phone = SealedText(description="E.164")
    province = fields.CharField(max_length=40)
    city = fields.CharField(max_length=40)
    district = fields.CharField(max_length=40, default="")
    street = SealedText()
    postal_code = fields.CharField(max_length=12, default="")
    is_default = fields.BooleanField(default=False)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "address"
        indexes = (Index(fields=("user_id",)),)


class OneTimeCode(Row):
    """A code that was sent to a phone or an e-mail address. Only its hash is kept."""

    purpose = fields.CharEnumField(CodePurpose, max_length=20)
    contact_hash = fields.CharField(max_length=64)
    subject_id = fields.UUIDField(
        null=True, description="what else the code is bound to: the order to follow, the account whose contact changes"
    )
    code_hash = fields.CharField(max_length=64)
    caller_hash = fields.CharField(max_length=64, description="address of the caller, hashed")
    attempts = fields.IntField(default=0)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "one_time_code"
        indexes = (Index(fields=("contact_hash", "created_at")), Index(fields=("caller_hash", "created_at")))


class PasswordTries(Row):
    """Passwords tried in a row for one phone or e-mail address, whether or not anybody has an account under it."""

    contact_hash = fields.CharField(max_length=64, unique=True)
    bad = fields.IntField(default=0, description="tries since the last right one")
    locked_until = fields.DatetimeField(null=True)

    class Meta:
        table = "password_tries"


class DeviceSession(Row):
    """One device that is signed in: all refresh tokens that descend from one sign-in."""

    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "market.User", related_name="sessions", null=True
    )
    user_id: UUID | None
    order_id = fields.UUIDField(
        null=True, description="set when the session opens this one order to a guest, nothing else"
    )
    device = fields.CharField(max_length=120, default="", description="what the client calls itself")
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(description="by the machine's clock, as all tokens")
    revoked_at = fields.DatetimeField(null=True)
    revoke_reason = fields.CharField(max_length=40, default="")

    class Meta:
        table = "device_session"
        indexes = (Index(fields=("user_id", "revoked_at")),)


class RefreshToken(Row):
    """A token that is good for one renewal. Coming a second time it ends its whole session."""

    session: fields.ForeignKeyRelation[DeviceSession] = fields.ForeignKeyField(
        "market.DeviceSession", related_name="refresh_tokens"
    )
    session_id: UUID
    token_hash = fields.CharField(max_length=64, unique=True)
    used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "refresh_token"
