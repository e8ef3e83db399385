"""Which form of answer a caller wants, read from `Accept` as GraphQL over HTTP and its event-stream sibling say."""

from typing import NamedTuple

RESPONSE_JSON = "application/graphql-response+json"
LEGACY_JSON = "application/json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"


class Accepted(NamedTuple):
    """What an answer may look like."""

    json: str | None  # the JSON media type to use; None when neither is acceptable
    stream: bool  # named explicitly: a wildcard does not ask for a stream
    html: bool  # likewise, and liked better than JSON


def accepted(header: str | None) -> Accepted:
    """Read an `Accept` header. None or blank accepts anything, which means `application/json` as clients are today."""
    if header is None or not header.strip():
        return Accepted(LEGACY_JSON, stream=False, html=False)
    ranges = _ranges(header[:2_000])
    liked = [(-quality, place, media) for place, (media, quality) in enumerate(ranges.items()) if quality > 0]
    liking = {media: (quality, place) for quality, place, media in liked}
    named = sorted((liking[media], media) for media in (RESPONSE_JSON, LEGACY_JSON) if media in liking)
    json_type = named[0][1] if named else _by_wildcard(ranges)
    html = HTML in liking and (json_type not in liking or liking[HTML] < liking[json_type])
    return Accepted(json_type, EVENT_STREAM in liking, html)


def is_json_in_utf8(content_type: str | None) -> bool:
    """Whether a request body is what we take: `application/json`, in UTF-8 whether it says so or not."""
    media, _, parameters = (content_type or "").partition(";")
    if media.strip().lower() != LEGACY_JSON:
        return False
    named = [part.partition("=") for part in parameters.lower().split(";")]
    charsets = [value.strip().strip('"') for name, _, value in named if name.strip() == "charset"]
    return all(charset in ("utf-8", "utf8") for charset in charsets)


def _by_wildcard(ranges: dict[str, float]) -> str | None:
    for wildcard in ("application/*", "*/*"):
        if wildcard in ranges:
            if ranges[wildcard] <= 0:
                return None
            # `application/json;q=0, */*` refuses the one and takes the other.
            return next((media for media in (LEGACY_JSON, RESPONSE_JSON) if media not in ranges), None)
    return None


def _ranges(header: str) -> dict[str, float]:
    ranges: dict[str, float] = {}
    for part in header.split(","):
        media, *parameters = [piece.strip().lower() for piece in part.split(";")]
        if "/" not in media:
            continue
        settings = dict(parameter.partition("=")[::2] for parameter in parameters)
        if settings.get("charset", "utf-8").strip('"') not in ("utf-8", "utf8", "*"):
            continue
        ranges.setdefault(media, _quality(settings.get("q", "1")))
    return ranges


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
