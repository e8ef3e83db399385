"""RSA keys as payment providers hand them out, and signatures with SHA-256 by them, in base64."""

import base64
import binascii
import re
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

LEAST_BITS = 2048
Key = TypeVar("Key", RSAPrivateKey, RSAPublicKey)


def private_key(text: str) -> RSAPrivateKey:
    """The key in a PEM text, or in the bare base64 of one that Alipay's tool writes. ValueError when there is none."""
    pem = _pem(text)
    key = (
        serialization.load_pem_private_key(pem, password=None)
        if pem
        else serialization.load_der_private_key(_bytes(text), password=None)
    )
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("no RSA key")
    return _long_enough(key)


def public_key(text: str) -> RSAPublicKey:
    """The same for a public key."""
    pem = _pem(text)
    key = serialization.load_pem_public_key(pem) if pem else serialization.load_der_public_key(_bytes(text))
    if not isinstance(key, RSAPublicKey):
        raise ValueError("no RSA key")
    return _long_enough(key)


def sign(key: RSAPrivateKey, message: str) -> str:
    """The signature of a text."""
    return base64.b64encode(key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the holder of the private key signed it."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _pem(text: str) -> bytes:
    """The text as PEM where it is one; settings on one line write its line ends as backslash and n."""
    lines = text.replace("\\n", "\n").strip()
    return lines.encode() if lines.startswith("-----BEGIN") else b""


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except binascii.Error as error:
        raise ValueError("neither PEM nor base64") from error


def _long_enough(key: Key) -> Key:
    if key.key_size < LEAST_BITS:
        raise ValueError(f"the key has fewer than {LEAST_BITS} bits")
    return key
