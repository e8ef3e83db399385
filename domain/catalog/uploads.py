"""Files on their way to an import: an address to send one to, once, and where it is kept until it has been read."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from domain import effects
from domain.access import Permission, Viewer
from domain.market import Market
from kit import clock, crypto, ids
from kit.errors import Refused
from kit.validate import clean_text
from models.catalog import CatalogUpload

GONE = "catalog.upload_gone"  # the job that takes away what was sent and never imported
KEPT = timedelta(days=1)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """A new upload and the secret that opens it. The secret is stored as a hash only."""

    upload: CatalogUpload
    token: str


async def create(viewer: Viewer, *, file_name: str, permission: Permission = Permission.EDIT_CATALOG) -> Ticket:
    """Get ready to be sent a file by somebody who may do this with it."""
    viewer.require(permission)
    name = clean_text(file_name, path=("fileName",), maximum=LONGEST_NAME, minimum=1)
    token, now = ids.token(), clock.now()
    async with viewer.market.change():
        upload = await CatalogUpload.create(
            token_hash=crypto.token_hash(token),
            file_name=name,
            actor_id=viewer.user_id,
            created_at=now,
            expires_at=now + timedelta(minutes=viewer.market.policy.upload_minutes),
        )
        await effects.at(GONE, upload.id, upload.expires_at + KEPT)
    return Ticket(upload, token)


async def receive(market: Market, token: str, chunks: AsyncIterator[bytes]) -> CatalogUpload:
    """Keep what is sent to an upload's address. What breaks off may be sent again, what came through may not."""
    upload = await CatalogUpload.get_or_none(token_hash=crypto.token_hash(token))
    if upload is None or upload.expires_at <= clock.now() or upload.received_at is not None:
        raise Refused("UPLOAD_UNUSABLE")
    claimed = await CatalogUpload.filter(id=upload.id, claimed_at__isnull=True).update(claimed_at=clock.now())
    if not claimed:
        raise Refused("UPLOAD_UNUSABLE")
    target = place_of(market, source_of(upload.id))
    try:
        upload.bytes = await _keep(chunks, target, most=market.policy.upload_bytes)
        upload.claimed_at = upload.received_at = clock.now()
        await upload.save(update_fields=["bytes", "claimed_at", "received_at"])
    except BaseException:
        await asyncio.shield(_let_go(upload, target))
        raise
    return upload


async def keep_text(market: Market, import_id: UUID, text: str) -> str:
    """Keep a file that came within a request; gives its name in the folder."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > market.policy.upload_bytes:
        raise Refused("FILE_TOO_LARGE", path=("content",), maximum=market.policy.upload_bytes)
    source = source_of(import_id)
    await asyncio.to_thread(_write_all, place_of(market, source), raw)
    return source


def source_of(key: UUID) -> str:
    """The name under which a file is kept."""
    return hashlib.sha256(key.bytes).hexdigest()


def place_of(market: Market, source: str) -> Path:
    """Where a kept file is: beside the pictures, not among them, since those are public."""
    return market.policy.media_root.with_name("uploads") / source


async def discard(market: Market, source: str) -> None:
    """Take a kept file away."""
    await asyncio.to_thread(place_of(market, source).unlink, missing_ok=True)


async def forget(market: Market, upload_id: UUID) -> None:
    """Take away what was sent and never imported."""
    await discard(market, source_of(upload_id))


async def _keep(chunks: AsyncIterator[bytes], target: Path, *, most: int) -> int:
    count = 0
    file = await asyncio.to_thread(_open_new, target)
    try:
        async for chunk in chunks:
            count += len(chunk)
            if count > most:
                raise Refused("FILE_TOO_LARGE", maximum=most)
            await asyncio.to_thread(file.write, chunk)
    finally:
        await asyncio.to_thread(file.close)
    if count == 0:
        raise Refused("FILE_EMPTY")
    return count


async def _let_go(upload: CatalogUpload, target: Path) -> None:
    await asyncio.to_thread(target.unlink, missing_ok=True)
    await CatalogUpload.filter(id=upload.id).update(claimed_at=None)


def copy_in(path: Path, target: Path) -> None:
    """Keep a copy of a file of this machine."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def _open_new(target: Path) -> BinaryIO:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.open("wb")


def _write_all(target: Path, raw: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(raw)
