"""Pictures from strangers: JPEG and PNG only, kept without whatever is not needed to show them, such as a place."""

from struct import error as ShortOfBytes
from struct import unpack_from
from zlib import crc32

JPEG, PNG = "image/jpeg", "image/png"
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM"})
JPEG_DROPPED = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})  # EXIF, XMP and other applications' data, and comments
START_OF_SCAN = 0xDA
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
LONGEST_SIDE = 12_000  # pixels


class NoPicture(Exception):
    """These bytes are no JPEG or PNG that we take."""


def bare(raw: bytes) -> tuple[str, bytes]:
    """The media type and the picture alone; raises NoPicture."""
    try:
        if raw.startswith(PNG_START):
            return PNG, _bare_png(raw)
        if raw.startswith(b"\xff\xd8\xff"):
            return JPEG, _bare_jpeg(raw)
    except (ShortOfBytes, IndexError):
        pass
    raise NoPicture


def _bare_png(raw: bytes) -> bytes:
    kept, at = [PNG_START], len(PNG_START)
    while True:
        length, kind = unpack_from(">I4s", raw, at)
        chunk = raw[at : at + 12 + length]
        if len(chunk) != 12 + length or unpack_from(">I", chunk, 8 + length)[0] != crc32(chunk[4:-4]):
            raise NoPicture
        if kind == b"IHDR":
            _check_size(*unpack_from(">II", chunk, 8))
        elif len(kept) == 1:
            raise NoPicture  # the header comes first
        if kind in PNG_KEPT:
            kept.append(chunk)
        if kind == b"IEND":
            return b"".join(kept)
        at += len(chunk)


def _bare_jpeg(raw: bytes) -> bytes:
    kept, at, sized = [raw[:2]], 2, False
    while True:
        mark, kind, length = unpack_from(">BBH", raw, at)
        if mark != 0xFF or length < 2 or at + 2 + length > len(raw):
            raise NoPicture
        if kind in FRAMES:
            height, width = unpack_from(">HH", raw, at + 5)
            _check_size(width, height)
            sized = True
        if kind == START_OF_SCAN:
            end = raw.rfind(b"\xff\xd9")
            if not sized or end < at:
                raise NoPicture
            return b"".join([*kept, raw[at : end + 2]])
        if kind not in JPEG_DROPPED:
            kept.append(raw[at : at + 2 + length])
        at += 2 + length


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise NoPicture
