"""How it is known that something was delivered: a name, a picture, or a code that only the customer had."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from domain.access import Viewer
from domain.market import Market
from kit import clock, crypto, ids, pictures
from kit.errors import Refused
from kit.validate import clean_text
from models.delivery import DeliveryProof, ProofKind, ProofPicture
from models.fulfillment import Parcel
from models.orders import Order

LONGEST_NAME = 60
PURPOSE = "delivery proof"


Proven = tuple[ProofKind, str | None, str | None]  # kind, name, file of the picture


@dataclass(frozen=True, slots=True)
class Given:
    """What a courier offers as proof: exactly one of these."""

    name: str | None = None
    picture_id: UUID | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """An address for one picture: the secret in it is stored as a hash only."""

    picture: ProofPicture
    token: str


async def keep(
    viewer: Viewer,
    order: Order,
    parcel: Parcel | None,
    *,
    kind: ProofKind,
    name: str | None = None,
    picture: str | None = None,
) -> DeliveryProof:
    """Write a proof down, in the transaction of the delivery. A parcel has one."""
    return await DeliveryProof.create(
        order_id=order.id,
        parcel_id=parcel.id if parcel else None,
        kind=kind,
        name=name,
        picture=picture,
        actor_id=viewer.user_id,
        created_at=clock.now(),
    )


async def read(order_id: UUID, given: Given) -> Proven | None:
    """Kind, name and file of a proof by name or picture, checked; None where a code was given, which others check."""
    if given.code is not None:
        return None
    if given.picture_id is not None:
        picture = await ProofPicture.get_or_none(id=given.picture_id, order_id=order_id)
        if picture is None or picture.file is None:
            raise Refused("PICTURE_MISSING", path=("proof", "pictureId"))
        return ProofKind.PICTURE, None, picture.file
    name = clean_text(given.name or "", path=("proof", "name"), minimum=1, maximum=LONGEST_NAME)
    return ProofKind.NAME, name, None


# ------------------------------------------------------------------------------------------------------------ pictures


async def expect_picture(viewer: Viewer, order_id: UUID) -> Ticket:
    """Get ready to be sent a picture of a delivery. The caller has checked that it is this viewer's to prove."""
    token, now = ids.token(), clock.now()
    picture = await ProofPicture.create(
        token_hash=crypto.token_hash(token),
        order_id=order_id,
        actor_id=viewer.user_id,
        created_at=now,
        expires_at=now + timedelta(minutes=viewer.market.policy.proof_minutes),
    )
    return Ticket(picture, token)


async def receive(market: Market, token: str, chunks: AsyncIterator[bytes]) -> None:
    """Keep the picture that is sent to such an address, once, as a bare JPEG or PNG."""
    picture = await ProofPicture.get_or_none(token_hash=crypto.token_hash(token))
    if picture is None or picture.file is not None or picture.expires_at <= clock.now():
        raise Refused("UPLOAD_UNUSABLE")
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > market.policy.proof_bytes:
            raise Refused("FILE_TOO_LARGE", maximum=market.policy.proof_bytes)
    try:
        _, content = await asyncio.to_thread(pictures.bare, bytes(raw))
    except pictures.NoPicture:
        raise Refused("NO_PICTURE") from None
    name = hashlib.sha256(ids.token().encode()).hexdigest()  # two that arrive at once do not write into each other
    await asyncio.to_thread(_write, _place(market, name), content)
    if not await ProofPicture.filter(id=picture.id, file=None).update(file=name):
        raise Refused("UPLOAD_UNUSABLE")


def picture_url(viewer: Viewer, proof: DeliveryProof) -> str | None:
    """An address at which the picture can be seen for some minutes; for whoever was shown the proof."""
    if proof.picture is None:
        return None
    policy = viewer.market.policy
    until = clock.machine() + timedelta(minutes=policy.proof_minutes)
    body = crypto.encode_bytes(json.dumps([proof.picture, int(until.timestamp())]).encode())
    return f"{policy.url}/proofs/{body}.{crypto.sign(_secret(viewer.market), body.encode())}"


async def show(market: Market, token: str) -> tuple[str, bytes] | None:
    """Media type and content of the picture that an address was given for; None when it does not hold."""
    body, _, signature = token.partition(".")
    if not crypto.same(signature, crypto.sign(_secret(market), body.encode())):
        return None
    name, until = json.loads(crypto.decode_bytes(body))
    if clock.machine().timestamp() >= until:
        return None
    try:
        content = await asyncio.to_thread(_place(market, name).read_bytes)
    except FileNotFoundError:
        return None
    return pictures.PNG if content.startswith(pictures.PNG_START) else pictures.JPEG, content


def _place(market: Market, name: str) -> Path:
    """Beside the pictures of the catalog, not among them, since those are public."""
    return market.policy.media_root.with_name("proofs") / name


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _secret(market: Market) -> str:
    return crypto.derive(market.policy.keys[0], PURPOSE).hex()
