"""Signing up, in and out, passwords, and the sessions of one's devices."""

from datetime import datetime

import strawberry

from resolvers.customers import accounts as resolvers
from schema.customers.types import Credentials, Session, User
from schema.errors import Payload, UserError, error_type
from schema.fields import mutation, mutation_without_input

DEVICE = "What the device calls itself, up to 120 characters; shown in `User.sessions`."
NEW_PASSWORD = "8–128 characters."


@strawberry.input(one_of=True, description="A phone number or an e-mail address.")
class ContactInput:
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="Phone number; without a country code it is taken as Chinese."
    )
    email: str | None = strawberry.field(default=strawberry.UNSET, description="E-mail address.")


@strawberry.type(description="What is answered to every request for a code, whether or not one was sent.")
class CodeSentPayload(Payload):
    expires_at: datetime | None = strawberry.field(description="Until when a code that was sent now is good, UTC.")


@strawberry.type(description="Who is signed in now, and with what.")
class SignInPayload(Payload):
    user: User | None = strawberry.field(description="The person; null when nobody was signed in.")
    credentials: Credentials | None = strawberry.field(description="Tokens for this device.")


@strawberry.input(description="Where to send a code.")
class SignInCodeRequestInput:
    contact: ContactInput = strawberry.field(description="Gets the code by SMS or e-mail.")


@strawberry.input(description="The code that came.")
class CodeSignInInput:
    contact: ContactInput = strawberry.field(description="Where the code was sent to.")
    code: str = strawberry.field(description="The six digits.")
    device: str = strawberry.field(default="", description=DEVICE)


@strawberry.type(description="Who is signed in now, and whether the account is new.")
class CodeSignInPayload(SignInPayload):
    is_new: bool | None = strawberry.field(description="Whether the account was made by this call.")


@strawberry.input(description="A new account with a password.")
class AccountCreateInput:
    contact: ContactInput = strawberry.field(description="Mostly the e-mail address; a phone will do as well.")
    code: str = strawberry.field(description="The code that `signInCodeRequest` sent there: it proves whose it is.")
    password: str = strawberry.field(description=NEW_PASSWORD)
    name: str = strawberry.field(default="", description="What the person calls themselves, up to 60 characters.")
    device: str = strawberry.field(default="", description=DEVICE)


@strawberry.input(description="Contact and password.")
class PasswordSignInInput:
    contact: ContactInput = strawberry.field(description="A phone or e-mail address of the account.")
    password: str = strawberry.field(description="The password.")
    device: str = strawberry.field(default="", description=DEVICE)


@strawberry.input(description="Where to send a code for a new password.")
class PasswordResetRequestInput:
    contact: ContactInput = strawberry.field(description="A phone or e-mail address of the account.")


@strawberry.input(description="A new password, and the code that allows it.")
class PasswordResetInput:
    contact: ContactInput = strawberry.field(description="Where the code was sent to.")
    code: str = strawberry.field(description="The six digits.")
    password: str = strawberry.field(description=NEW_PASSWORD)
    device: str = strawberry.field(default="", description=DEVICE)


@strawberry.input(description="The password, and the one that replaces it.")
class PasswordChangeInput:
    password: str = strawberry.field(description="The present password.")
    new_password: str = strawberry.field(description=NEW_PASSWORD)


@strawberry.type(description="The person whose password was changed.")
class PasswordChangePayload(Payload):
    user: User | None = strawberry.field(description="The person; null when nothing was changed.")


@strawberry.input(description="A refresh token.")
class SessionRefreshInput:
    refresh_token: str = strawberry.field(description="The newest one of this device.")


@strawberry.type(description="New tokens.")
class SessionRefreshPayload(Payload):
    credentials: Credentials | None = strawberry.field(description="They replace both old tokens; null when refused.")


@strawberry.input(description="Which device to sign out.")
class SessionRevokeInput:
    session_id: strawberry.ID = strawberry.field(description="One of `User.sessions`.")


@strawberry.type(description="The device that was signed out.")
class SessionRevokePayload(Payload):
    session: Session | None = strawberry.field(description="The device; null when nothing was done.")


@strawberry.type(description="The devices that were signed out.")
class SessionRevokeOthersPayload(Payload):
    sessions: list[Session] | None = strawberry.field(description="All but this one; null when nothing was done.")


@strawberry.type(description="Nothing more to say: the token of this call is good no longer.")
class SignOutPayload(Payload):
    pass


@error_type("TOO_MANY_REQUESTS", description="Too many codes for one contact, or from one address, in an hour.")
class TooManyRequests(UserError):
    seconds: int = strawberry.field(description="Until the next one is possible, seconds.")


@error_type("PASSWORD_LOCKED", description="Too many bad passwords in a row.")
class PasswordLocked(UserError):
    until: datetime = strawberry.field(description="When the next try is possible, UTC.")


ACCOUNT_ERRORS: list[type] = [TooManyRequests, PasswordLocked]


@strawberry.type
class AccountMutation:
    sign_in_code_request: CodeSentPayload = mutation(
        resolvers.sign_in_code_request,
        SignInCodeRequestInput,
        description="Send a six-digit code that signs in, or up. It is good for 5 minutes, once, for 5 tries, and "
        "replaces the one before. At most 5 codes an hour go to one contact, 30 to callers at one address. "
        "In demo mode read it with `demoInbox`.",
    )
    code_sign_in: CodeSignInPayload = mutation(
        resolvers.code_sign_in,
        CodeSignInInput,
        description="Sign in with a code. A contact that nobody has yet gets an account. As with every way of signing "
        "in, the guest cart that this call came with (`X-Cart-Token`) is merged into the person's own.",
    )
    account_create: SignInPayload = mutation(
        resolvers.account_create,
        AccountCreateInput,
        description="Make an account with a password, and sign in. The code proves the contact, so that nobody makes "
        "an account under another person's address.",
    )
    password_sign_in: SignInPayload = mutation(
        resolvers.password_sign_in,
        PasswordSignInInput,
        description="Sign in with a password. Five bad ones in a row lock the contact for 15 minutes. The answer does "
        "not tell whether there is such an account.",
    )
    password_reset_request: CodeSentPayload = mutation(
        resolvers.password_reset_request,
        PasswordResetRequestInput,
        description="Send a code that sets a new password, if there is such an account: the answer is the same if not.",
    )
    password_reset: SignInPayload = mutation(
        resolvers.password_reset,
        PasswordResetInput,
        description="Set a new password with a code. Signs every device out, and this one in.",
    )
    password_change: PasswordChangePayload = mutation(
        resolvers.password_change,
        PasswordChangeInput,
        description="Replace one's password. Signs every other device out. Who has no password yet sets one with "
        "`passwordReset`.",
    )
    session_refresh: SessionRefreshPayload = mutation(
        resolvers.session_refresh,
        SessionRefreshInput,
        description="New tokens for a refresh token; send it without an expired access token. Each is good once: "
        "coming again it ends the session, since a thief and a lost answer look the same. So renew one call at a time, "
        "and sign in again when an answer got lost.",
    )
    session_revoke: SessionRevokePayload = mutation(
        resolvers.session_revoke, SessionRevokeInput, description="Sign one of one's devices out; its streams end."
    )
    session_revoke_others: SessionRevokeOthersPayload = mutation_without_input(
        resolvers.session_revoke_others, description="Sign every device out but this one."
    )
    sign_out: SignOutPayload = mutation_without_input(
        resolvers.sign_out, description="End the session that this call came in, an order guest's as well."
    )
