"""What the tests about people share: documents, and reading a code out of the inbox."""

import re

from adapters.messages import received_by
from domain.access import Viewer
from domain.customers.contacts import email_contact, phone_contact
from tests.api import Api

PHONE = "+8613800138000"
PASSWORD = "a quiet market 42"

CREDENTIALS = "credentials { accessToken refreshToken refreshTokenExpiresAt session { id device isCurrent } }"
ERRORS = "userErrors { __typename code path message retryable }"

REQUEST_CODE = f"""mutation ($contact: ContactInput!) {{
  signInCodeRequest(input: {{contact: $contact}}) {{ expiresAt {ERRORS} }}
}}"""
CODE_SIGN_IN = f"""mutation ($contact: ContactInput!, $code: String!, $device: String! = "") {{
  codeSignIn(input: {{contact: $contact, code: $code, device: $device}}) {{
    isNew user {{ id phone email name }} {CREDENTIALS} {ERRORS}
  }}
}}"""
ACCOUNT_CREATE = f"""mutation ($contact: ContactInput!, $code: String!, $password: String!, $name: String! = "") {{
  accountCreate(input: {{contact: $contact, code: $code, password: $password, name: $name}}) {{
    user {{ id email name hasPassword }} {CREDENTIALS} {ERRORS}
  }}
}}"""
PASSWORD_SIGN_IN = f"""mutation ($contact: ContactInput!, $password: String!) {{
  passwordSignIn(input: {{contact: $contact, password: $password}}) {{ user {{ id }} {CREDENTIALS} {ERRORS} }}
}}"""


async def codes_sent(recipient: str) -> list[str]:
    """The codes that went to a phone or e-mail address, newest first."""
    messages = await received_by(recipient, limit=50)
    return [found[0] for message in messages if (found := re.findall(r"\b\d{6}\b", message.body))]


async def code_for(recipient: str) -> str:
    """The newest of them."""
    return (await codes_sent(recipient))[0]


async def ask_code(api: Api, *, as_: Viewer | None = None, **contact: str) -> str:
    """Ask for a sign-in code and read it."""
    data = await api(REQUEST_CODE, as_=as_, contact=contact)
    assert data["signInCodeRequest"]["userErrors"] == []
    (value,) = contact.values()
    known = email_contact(value) if "email" in contact else phone_contact(value)
    return await code_for(known.value)


def wrong(code: str) -> str:
    """Another code of the same length."""
    return f"{(int(code) + 1) % 1_000_000:06}"
