"""Files that anybody may fetch: pictures and the explorer's scripts. Nothing in them runs on behalf of our pages."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

A_YEAR = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"

# An SVG opened by itself is a document: it gets no scripts, no frames and no connections.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class PublicFiles(StaticFiles):
    """A folder, which may not be there yet. `immutable` is for names that change with their content."""

    def __init__(self, folder: Path, *, immutable: bool = False) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.config_checked = True  # without a folder there is no such file; it is no fault of the server
        self._cache = A_YEAR if immutable else AN_HOUR
        self._is_code = immutable

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = self._cache
        if not self._is_code:
            response.headers["Content-Security-Policy"] = PICTURE_POLICY
        return response
