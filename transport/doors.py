"""The HTTP doors beside GraphQL: callbacks of providers, uploads, and health."""

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from adapters.replies import Reply
from domain.catalog import exports, uploads
from domain.fulfillment import documents, notices, proofs
from domain.market import Market
from domain.payments import webhooks
from jobs import health
from jobs.catalog import stock_of
from kit.errors import Refused
from settings import LimitSettings
from transport import metrics

STATUS = {
    "BAD_SIGNATURE": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "UPLOAD_UNUSABLE": 409,
    "FILE_TOO_LARGE": 413,
    "NO_PICTURE": 415,
    "PROVIDER_UNAVAILABLE": 503,
}


class Doors:
    """Handlers over the market that is open while the server runs."""

    def __init__(self, market: Callable[[], Market], *, limits: LimitSettings) -> None:
        self._market = market
        self._limits = limits
        self._asking: asyncio.Task[health.Report] | None = None

    async def webhook(self, request: Request) -> Response:
        """A provider's callback, answered in its own words when it was taken, now or before."""
        try:
            body = await self._body(request)
            if body is None:
                return Response(status_code=413)
            provider = request.path_params["provider"]
            await webhooks.receive(self._market(), provider, body=body, headers=dict(request.headers))
        except Refused as refused:
            return _refused(refused)
        except ClientDisconnect:
            return Response(status_code=400)
        return _said(webhooks.answer(self._market(), provider))

    async def carrier_webhook(self, request: Request) -> Response:
        """What a carrier tells us unasked, answered as that carrier wants it."""
        try:
            body = await self._body(request)
            if body is None:
                return Response(status_code=413)
            carrier = request.path_params["carrier"]
            reply = await notices.receive(self._market(), carrier, body=body, headers=dict(request.headers))
        except Refused as refused:
            return _refused(refused)
        except ClientDisconnect:
            return Response(status_code=400)
        return _said(reply)

    async def _body(self, request: Request) -> bytes | None:
        """The whole body; None when it is larger than anybody who has something to say needs."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._limits.body_bytes:
                return None
        return bytes(body)

    async def upload(self, request: Request) -> Response:
        """The raw bytes of a file, at an address that was given out for this one file."""
        try:
            await uploads.receive(self._market(), request.path_params["token"], _chunks(request))
        except Refused as refused:
            return _refused(refused)
        except ClientDisconnect:
            return Response(status_code=400)
        return Response(status_code=204)

    async def export(self, request: Request) -> Response:
        """The catalog as a file, at an address that was given out for some minutes."""
        export = exports.redeem(self._market(), request.path_params["token"], stock_of)
        if export is None:
            return JSONResponse({"code": "NOT_FOUND"}, status_code=404)
        headers = {
            "Content-Disposition": f'attachment; filename="{export.file_name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return StreamingResponse(export.pieces, media_type=export.media_type, headers=headers)

    async def proof_upload(self, request: Request) -> Response:
        """A picture that proves a delivery, at an address that was given out for this one picture."""
        try:
            await proofs.receive(self._market(), request.path_params["token"], _chunks(request))
        except Refused as refused:
            return _refused(refused)
        except ClientDisconnect:
            return Response(status_code=400)
        return Response(status_code=204)

    async def proof(self, request: Request) -> Response:
        """Such a picture, at an address that was given out for some minutes."""
        found = await proofs.show(self._market(), request.path_params["token"])
        if found is None:
            return JSONResponse({"code": "NOT_FOUND"}, status_code=404)
        media_type, content = found
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type=media_type, headers=headers)

    async def document(self, request: Request) -> Response:
        """A label, a slip or a list of the warehouse as PDF, at an address that was given out for some minutes."""
        document = await documents.redeem(self._market(), request.path_params["token"])
        if document is None:
            return JSONResponse({"code": "NOT_FOUND"}, status_code=404)
        headers = {
            "Content-Disposition": f'inline; filename="{document.file_name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(document.body, media_type=documents.MEDIA_TYPE, headers=headers)

    async def alive(self, request: Request) -> Response:
        """Whether the process answers at all."""
        return JSONResponse({"status": "ok"})

    async def deep(self, request: Request) -> Response:
        """Whether the market is well; asks the database for every sum, once for all who ask together."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(health.report(self._market()))
        report = await asyncio.shield(self._asking)
        return JSONResponse(report.as_json(), status_code=200 if report.is_healthy else 503)

    async def metrics(self, request: Request) -> Response:
        """Figures for a monitor."""
        figures, media_type = await metrics.text()
        return Response(figures, media_type=media_type)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


def _said(reply: Reply) -> Response:
    return Response(reply.body, status_code=reply.status, media_type=reply.media_type if reply.body else None)


def _refused(refused: Refused) -> Response:
    return JSONResponse({"code": refused.code}, status_code=STATUS.get(refused.code, 400))
