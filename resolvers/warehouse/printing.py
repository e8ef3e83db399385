"""Addresses of documents that the warehouse prints."""

from domain.fulfillment import documents
from domain.fulfillment.documents import OF_PACKAGES, DocumentKind
from kit import ids
from resolvers.answers import Answer
from resolvers.context import Info

SUBJECTS = {
    **dict.fromkeys(OF_PACKAGES, "Package"),
    DocumentKind.PICK_LIST: "Wave",
    DocumentKind.MANIFEST: "Manifest",
}


async def document_print(info: Info, *, kind: DocumentKind, id: str) -> Answer:
    viewer = info.context.viewer
    token, until = await documents.grant(viewer, kind, ids.key_of(SUBJECTS[kind], id, "id"))
    return Answer(url=f"{viewer.market.policy.url}/documents/{token}", expires_at=until)
