"""What the matrix of access needs to try the operations on documents."""

import base64


def samples(case):
    """Add a document of the company's contract, a draft, to what paths and bodies name."""
    document = case.env["cn285.document"].create(
        {
            "title": "Annex",
            "contract_id": case.contract.id,
            "file": base64.b64encode(b"annex"),
            "file_name": "annex.txt",
        }
    )
    case.ids["document"] = document.id
    case.bodies["create_document"] = {
        "title": "x",
        "contract": str(case.contract.id),
        "file_name": "x.txt",
        "content": "eA==",
    }
    case.bodies["update_document"] = {"visible_to_customer": True}
    case.tables.append("cn285_document")
