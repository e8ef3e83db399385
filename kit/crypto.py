"""Secrets at rest: sealed text under a rotatable key ring, and keyed hashes for looking up what is sealed."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, MultiFernet

_ring: MultiFernet | None = None
_pepper = b""


def use_keys(secrets: Sequence[str]) -> None:
    """Take the key ring, newest first: the first seals, all open. Called once at start."""
    global _ring, _pepper
    if not secrets:
        raise ValueError("at least one secret is needed")
    _ring = MultiFernet([Fernet(urlsafe_b64encode(derive(secret, "seal"))) for secret in secrets])
    _pepper = derive(secrets[-1], "lookup")  # the oldest: a rotation must not lose what was hashed before


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes from `secret` for one purpose only."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()


def seal(text: str) -> str:
    """Encrypt and authenticate `text`."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed; raises `cryptography.fernet.InvalidToken` when no key of the ring opens it."""
    return _keys().decrypt(sealed.encode()).decode()


def lookup_hash(value: str) -> str:
    """A keyed hash (64 hex digits) by which a sealed value can be found without opening it."""
    return hmac.new(_pepper, value.encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """The stored form of a random token: its entropy needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of `body` in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare without telling how far the two agree."""
    return hmac.compare_digest(one.encode(), other.encode())


def encode_bytes(raw: bytes) -> str:
    """Bytes as URL-safe text without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_bytes(text: str) -> bytes:
    """The bytes behind `encode_bytes`; raises ValueError for anything else."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _keys() -> MultiFernet:
    if _ring is None:
        raise RuntimeError("kit.crypto.use_keys has not been called")
    return _ring
