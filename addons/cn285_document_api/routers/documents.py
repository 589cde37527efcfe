"""Documents of contracts, terms and conditions: read, uploaded, made final; never rewritten."""

from typing import Annotated

from fastapi import Header, Query, Request, Response
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.files import ANY_FILE, lasting_file
from odoo.addons.cn285_api.core.problems import Problem, invalid
from odoo.addons.cn285_api.core.records import check_match, find, named, page
from odoo.addons.cn285_api.core.representing import Names, expansions, text
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.engine.headers import entity_tag
from odoo.addons.cn285_api.schemas.common import IfMatch, IfNoneMatch, RefPath
from odoo.fields import Domain

from ..schemas.documents import (
    DocumentIn,
    DocumentOut,
    DocumentPage,
    DocumentPatch,
    DocumentQuery,
    Language,
)

router = new_router("Documents")
MODEL = "cn285.document"


# === READ === #


@router.get("/documents", summary="List documents", **operation("documents:read"))
def list_documents(call: CurrentCall, query: Annotated[DocumentQuery, Query()]) -> DocumentPage:
    """All that makes up contracts, each version; terms and conditions by ``kind=terms``."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("contract_id", "=", contract.id)
    if query.kind:
        domain &= Domain("kind", "=", query.kind)
    if query.state:
        domain &= Domain("state", "=", query.state)
    if query.sha256:
        domain &= Domain("sha256", "=", query.sha256)
    if query.visible_to_customer is not None:
        domain &= Domain("is_for_customer", "=", query.visible_to_customer)
    documents, following = page(call, MODEL, domain, query)
    return DocumentPage(
        data=show_documents(documents), has_more=following is not None, next_cursor=following
    )


@router.get("/documents/{document}", summary="Read a document", **operation("documents:read", 404))
def get_document(call: CurrentCall, document: RefPath) -> DocumentOut:
    """What is known of it. Its ``ETag`` is what a change of it sends back as ``If-Match``."""
    [shown] = show_documents(find(call, MODEL, document))
    return answer(shown, headers={"ETag": entity_tag(shown.model_dump_json().encode())})


def file_options(scope, *statuses):
    """Options of an operation that answers a file that never changes."""
    options = operation(scope, *statuses, 416)
    return {
        **options,
        "responses": {**options["responses"], **ANY_FILE},
        "response_class": Response,
    }


@router.get(
    "/documents/{document}/content",
    summary="Get the file of a document",
    **file_options("documents:read", 404),
)
def get_document_content(
    call: CurrentCall,
    request: Request,
    document: RefPath,
    if_none_match: IfNoneMatch = None,
    range: Annotated[
        str | None,
        Header(max_length=100, description="One range of bytes: `bytes=0-1023`."),
    ] = None,
    if_range: Annotated[
        str | None, Header(max_length=100, description="The `ETag` of which a part is wanted.")
    ] = None,
) -> Response:
    """The very bytes that were filed. The ``ETag`` is their SHA-256; parts come by ``Range``."""
    return document_file(call, request, find(call, MODEL, document))


def document_file(call, request, document):
    """The answer of a document's file.

    :raises Problem: where it has none any more: its retention is over
    """
    content = document._content()
    if not content:
        raise Problem("not_found", call.env._("%s has no file.", document.display_name))
    return lasting_file(
        call,
        request.headers,
        content,
        document.file_name or document.title,
        document.mimetype or "application/octet-stream",
    )


@router.get(
    "/terms-in-force",
    summary="Read the terms and conditions in force",
    **operation("documents:read", 404),
)
def get_terms_in_force(
    call: CurrentCall, language: Annotated[Language | None, Query()] = None
) -> DocumentOut:
    """The version of today: of a language where there is one of it. All versions:
    ``/documents?kind=terms``."""
    terms = call.company._cn285_terms_in_force(language).with_env(call.env)
    if not terms:
        raise Problem("not_found", call.env._("There are no terms and conditions in force."))
    terms.check_access("read")
    return show_documents(terms)[0]


@router.get(
    "/contracts/{contract}/terms",
    summary="Read the terms and conditions of a contract",
    **operation("documents:read", 404),
)
def get_contract_terms(call: CurrentCall, contract: RefPath) -> DocumentOut:
    """The version that was in force when the contract was confirmed, whatever holds now."""
    record = find(call, "cn285.contract", contract)
    terms = record.terms_document_id
    if not terms:
        detail = call.env._("Contract %s was made under no terms and conditions.", record.name)
        raise Problem("not_found", detail)
    terms.check_access("read")
    return show_documents(terms)[0]


# === WRITE === #


@router.post(
    "/documents", summary="File a document", **operation("documents:write", status_code=201)
)
def create_document(call: CurrentCall, body: DocumentIn) -> DocumentOut:
    """An annex of a contract, or a version of the terms and conditions (by billing managers).

    Of a kind that is replaced, such as ``terms``, it takes the place of the version before. Once
    it is final, neither it nor its file is changed or deleted.
    """
    documents = call.env[MODEL]
    if body.kind not in documents._kinds():
        detail = call.env._("“%s” is no kind of document.", body.kind)
        raise invalid("/kind", "not_a_choice", detail)
    if body.language and body.language not in dict(documents._languages()):
        detail = call.env._("The language “%s” is not installed.", body.language)
        raise invalid("/language", "not_a_choice", detail)
    contract = named(call, "cn285.contract", body.contract, "/contract")
    values = {
        "title": body.title,
        "kind": body.kind,
        "contract_id": contract.id,
        "lang": body.language or False,
        "file_name": body.file_name,
        "file": body.content.encode(),
    }
    if not contract:
        values["company_id"] = call.company.id
    if body.date:
        values["date"] = body.date
    if body.visible_to_customer is not None:
        values["is_for_customer"] = body.visible_to_customer
    document = documents.create(values)
    if body.final:
        document.action_make_final()
    call.env.flush_all()
    [shown] = show_documents(document)
    return answer(shown, 201, {"Location": f"/cn285/v1/documents/{document.id}"})


def _draft(call, reference):
    document = find(call, MODEL, reference)
    document.lock_for_update()
    if document.state != "draft":
        detail = call.env._(
            "%s is final: it is neither changed nor deleted. File a new version.",
            document.display_name,
        )
        raise call.conflict(detail)
    return document


@router.post(
    "/documents/{document}/finalize",
    summary="Make a draft final",
    **operation("documents:write", 404),
)
def finalize_document(call: CurrentCall, document: RefPath) -> DocumentOut:
    """It gets its number, its version and its fingerprint, and stays as it is."""
    record = _draft(call, document)
    record.action_make_final()
    call.env.flush_all()
    return show_documents(record)[0]


@router.patch(
    "/documents/{document}",
    summary="Say who sees a document",
    **operation("documents:write", 404, 412),
)
def update_document(
    call: CurrentCall,
    request: Request,
    document: RefPath,
    body: DocumentPatch,
    if_match: IfMatch = None,
) -> DocumentOut:
    """The one thing that changes of a final document."""
    record = find(call, MODEL, document)
    record.lock_for_update(allow_referencing=True)
    [shown] = show_documents(record)
    check_match(call, request.headers, shown.model_dump_json().encode())
    record.write({"is_for_customer": body.visible_to_customer})
    call.env.flush_all()
    [shown] = show_documents(record)
    return answer(shown, headers={"ETag": entity_tag(shown.model_dump_json().encode())})


@router.delete(
    "/documents/{document}",
    summary="Delete a draft",
    response_class=Response,
    **operation("documents:write", 404, status_code=204),
)
def delete_document(call: CurrentCall, document: RefPath) -> Response:
    """With its file. What is final stays."""
    _draft(call, document).unlink()
    return Response(status_code=204)


# === SHOWN === #


def show_documents(documents):
    """Documents as the API shows them, so many queries however many they are."""
    names = Names(documents.env, documents, documents.contract_id)
    return [
        DocumentOut(
            id=document.id,
            external_id=names.external_id(document),
            number=document.name if document.name != "/" else None,
            title=document.title,
            kind=document.kind,
            contract=names.ref(document.contract_id),
            version=document.version,
            replaces_id=document.previous_id.id or None,
            state=document.state,
            date=document.date,
            language=text(document.lang),
            file_name=text(document.file_name),
            media_type=text(document.mimetype),
            size=document.size or None,
            sha256=text(document.sha256),
            visible_to_customer=document.is_for_customer,
            created_at=document.create_date,
            updated_at=document.write_date,
        )
        for document in documents
    ]
