"""What WeChat Pay and a merchant know each other by: keys, serials, and what is sealed with the APIv3 key.

Written from the published API v3: https://pay.weixin.qq.com/doc/v3/merchant
(开发必要参数, 签名与验签, 平台证书, 回调报文解密).
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.payments import rsa
from adapters.payments.provider import BadSignature

SCHEMA = "WECHATPAY2-SHA256-RSA2048"
ALGORITHM = "AEAD_AES_256_GCM"
API_KEY_BYTES = 32
NONCE_BYTES = 12
REPLAY_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant's own half: number, app, APIv3 key, and the private key of the certificate with this serial."""

    number: str
    app_id: str
    api_key: bytes
    serial: str
    key: RSAPrivateKey

    def sign(self, *parts: str) -> str:
        """The signature of the parts, each on a line of its own."""
        return rsa.sign(self.key, "".join(f"{part}\n" for part in parts))

    def authorization(self, method: str, target: str, body: str, *, nonce: str, now: datetime) -> str:
        """The Authorization header of a request; `target` is the path with its query."""
        moment = str(int(now.timestamp()))
        signature = self.sign(method, target, moment, nonce, body)
        return (
            f'{SCHEMA} mchid="{self.number}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{moment}",serial_no="{self.serial}"'
        )

    def open(self, resource: Mapping[str, Any]) -> bytes:
        """What WeChat Pay has sealed with the APIv3 key; ValueError when it was another key, or no seal at all."""
        if resource.get("algorithm") != ALGORITHM:
            raise ValueError("sealed in another way")
        nonce, words = str(resource.get("nonce", "")).encode(), str(resource.get("associated_data") or "").encode()
        if len(nonce) != NONCE_BYTES:
            raise ValueError("a nonce of another length")
        try:
            sealed = base64.b64decode(str(resource.get("ciphertext", "")), validate=True)
            return AESGCM(self.api_key).decrypt(nonce, sealed, words)
        except InvalidTag as error:
            raise ValueError("sealed with another key") from error


def merchant(*, number: str, app_id: str, api_key: str, serial: str, private_key: str) -> Merchant:
    """A merchant from the texts of the settings; ValueError when they cannot be right."""
    if len(api_key.encode()) != API_KEY_BYTES:
        raise ValueError(f"the APIv3 key has {API_KEY_BYTES} bytes")
    return Merchant(number, app_id, api_key.encode(), serial.upper(), rsa.private_key(private_key))


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """A public key of WeChat Pay, good until its certificate ends; None for keys that are set by hand."""

    key: RSAPublicKey
    until: datetime | None = None


def certificates(content: Mapping[str, Any], *, by: Merchant, now: datetime) -> dict[str, PlatformKey]:
    """The certificates in an answer of /v3/certificates, by their serials; those out of their time are left out."""
    found: dict[str, PlatformKey] = {}
    for row in content["data"]:
        certificate = x509.load_pem_x509_certificate(by.open(row["encrypt_certificate"]))
        key = certificate.public_key()
        serial = f"{certificate.serial_number:X}"
        if not isinstance(key, RSAPublicKey) or serial != str(row["serial_no"]).upper().lstrip("0"):
            raise ValueError("a certificate that is not the one it is called")
        if certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            found[serial] = PlatformKey(key, certificate.not_valid_after_utc)
    return found


@dataclass(frozen=True, slots=True)
class Seal:
    """What WeChat Pay sends beside a body that it has signed."""

    serial: str
    signature: str
    timestamp: str
    nonce: str

    def check(self, body: bytes, key: RSAPublicKey, *, now: datetime) -> None:
        """Raises BadSignature when the body is not WeChat Pay's, or was signed long ago or ahead of time."""
        message = b"%s\n%s\n%s\n" % (self.timestamp.encode(), self.nonce.encode(), body)
        if not rsa.is_signed(key, message, self.signature):
            raise BadSignature("the signature does not fit")
        if not self.timestamp.isdecimal() or len(self.timestamp) > 12:
            raise BadSignature("no timestamp")
        if abs(now - datetime.fromtimestamp(int(self.timestamp), UTC)) > REPLAY_WINDOW:
            raise BadSignature("signed too long ago, or ahead of time")


def seal_of(headers: Mapping[str, str]) -> Seal:
    """The seal in some headers, whose names are in lower case. BadSignature where a part of it is missing."""
    parts = [headers.get(f"wechatpay-{part}", "") for part in ("serial", "signature", "timestamp", "nonce")]
    if not all(parts):
        raise BadSignature("not signed")
    serial, signature, timestamp, nonce = parts
    is_named = serial.startswith("PUB_KEY_ID_")  # a public key that the merchant downloads, of no certificate
    return Seal(serial if is_named else serial.upper().lstrip("0"), signature, timestamp, nonce)
