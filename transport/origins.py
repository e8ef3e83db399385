"""Which web pages may call: our own, and those of the origins that the settings name."""

from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Accept-Language, Authorization, Content-Type, Last-Event-ID, X-Cart-Token",
    "Access-Control-Max-Age": "600",
}


class Origins:
    """The settings' list, in the spelling that browsers use."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._any = False
        self._allowed: set[str] = set()
        for origin in allowed:
            self._any = self._any or origin == "*"
            if (normal := _normal(origin)) is not None:
                self._allowed.add(normal)

    def may_call(self, headers: Mapping[str, str]) -> bool:
        """False for a page of a foreign site. A caller without `Origin` is no page, and has no cookies to abuse."""
        origin = headers.get("origin")
        return origin is None or _same_host(origin, headers.get("host")) or self._listed(origin)

    def response_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """What lets a page of an allowed origin read the answer; nothing for others."""
        origin = headers.get("origin")
        if origin is None or not self._listed(origin):
            return {}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}

    def preflight_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        granted = self.response_headers(headers)
        return granted | _PREFLIGHT if granted else {}

    def _listed(self, origin: str) -> bool:
        return self._any or _normal(origin) in self._allowed


def _normal(origin: str) -> str | None:
    parts = _split(origin)
    if parts is None or not parts.scheme or not parts.hostname:
        return None
    scheme, port = parts.scheme.lower(), _port(parts, parts.scheme.lower())
    return f"{scheme}://{parts.hostname}:{port}"


def _same_host(origin: str, host: str | None) -> bool:
    # Scheme is left out: behind a proxy that ends TLS, an https page talks to us over http.
    page, here = _split(origin), _split(f"//{host}" if host else "")
    if page is None or here is None or not page.hostname:
        return False
    scheme = page.scheme.lower()
    return page.hostname == here.hostname and _port(page, scheme) == _port(here, scheme)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts


def _port(parts: SplitResult, scheme: str) -> int | None:
    return parts.port or _DEFAULT_PORTS.get(scheme)
