"""Cleans rich text that comes in with products: nothing of it runs, and nothing of it loads from outside."""

import re

import nh3

OURS = re.compile(r"/media/[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*\Z")
OUTSIDE = re.compile(r"https?://[^\s/?#\\\"'<>@]+(?:[/?#][^\s\\\"'<>]*)?\Z", re.IGNORECASE)
LONGEST = 60_000  # characters of a description

_TAGS = {
    *("p", "br", "hr", "b", "strong", "i", "em", "u", "s", "sub", "sup", "small", "blockquote", "pre", "code"),
    *("h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "a", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_GONE_WITH_CONTENT = {"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math", "title"}
_PICTURE_OF_NOTHING = re.compile(
    r"<img(?![^>]*\ssrc=)[^>]*>"
)  # safe: the cleaner writes every `>` in an attribute as &gt;
_EMPTY = re.compile(r"<(p|h2|h3|h4|li|b|strong|i|em)>(?:\s|&nbsp;|<br>)*</\1>")


def is_ours(url: str) -> bool:
    """Whether a picture lies with us: the only ones that a page of ours loads."""
    return OURS.match(url) is not None


def is_outside(url: str) -> bool:
    """Whether a picture lies at a web address. It is kept as a fact and never loaded."""
    return OUTSIDE.match(url) is not None


def clean(html: str) -> str:
    """`html` with an allow-list of tags; links without followers, pictures of ours only, no style, no script."""
    cleaned = _cleaner.clean(html)
    cleaned = _PICTURE_OF_NOTHING.sub("", cleaned)
    for _ in range(3):  # an empty line of text in a paragraph in a list is as deep as real pages go
        cleaned = _EMPTY.sub("", cleaned)
    return cleaned.strip()


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if is_ours(value) else None
    if attribute == "href":
        return value if value.lower().startswith(("http://", "https://")) else None
    if attribute in ("width", "height", "colspan", "rowspan"):
        return value if value.isdecimal() and len(value) < 5 else None
    return value


_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_keep,
    url_schemes={"http", "https"},
    link_rel="nofollow noopener noreferrer",
)
