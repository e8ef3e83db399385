"""Labels, slips and lists on paper."""

from datetime import datetime

import strawberry

from domain.fulfillment.documents import DocumentKind
from resolvers.warehouse import printing as resolvers
from schema.errors import Payload
from schema.fields import enum_type, mutation

enum_type(
    DocumentKind,
    name="WarehouseDocumentKind",
    description="What can be printed in a warehouse, as PDF.",
    values={
        "LABEL": "Of a labeled package, 100 × 150 mm: carrier, waybill as Code 128, recipient with a masked phone "
        "number, marks for cold and fragile goods.",
        "PACKING_SLIP": "Of a package, A5, in its buyer's language: what lies in it, without prices.",
        "RETURN_SHEET": "Of a package, A5, in its buyer's language: how to send goods back.",
        "PICK_LIST": "Of a wave, A4: the walk, stop by stop.",
        "MANIFEST": "Of a manifest, A4: what a carrier signs for.",
    },
)


@strawberry.input(description="What to print.")
class DocumentPrintInput:
    kind: DocumentKind = strawberry.field(description="Which document.")
    id: strawberry.ID = strawberry.field(description="The package, wave or manifest that it is about.")


@strawberry.type(description="Where a document can be fetched.")
class DocumentPrintPayload(Payload):
    url: str | None = strawberry.field(
        description="Address of the PDF. Whoever knows it may fetch it; null when nothing was done."
    )
    expires_at: datetime | None = strawberry.field(description="When the address stops working, UTC.")


@strawberry.type
class PrintingMutation:
    document_print: DocumentPrintPayload = mutation(
        resolvers.document_print,
        DocumentPrintInput,
        description="An address where a document can be fetched for some minutes, as it is then. For staff who ship.",
    )
