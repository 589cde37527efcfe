"""A request for each operation on documents: see the file of this name of cn285_api."""

import base64


def seed(env, names):
    """Annexes of a contract, drafts and a final one."""

    def annex(title):
        return env["cn285.document"].create(
            {
                "title": title,
                "contract_id": names["contract"],
                "file": base64.b64encode(b"annex"),
                "file_name": "annex.txt",
            }
        )

    final = annex("Annex")
    final.action_make_final()
    return {
        "document": final.id,
        "document_to_finalize": annex("Annex 2").id,
        "document_to_delete": annex("Annex 3").id,
    }


ASKS = {
    "list_documents": {"query": "limit=1"},
    "get_document": {},
    "get_document_content": {},
    "get_terms_in_force": {"status": 404},
    "get_contract_terms": {"status": 404},
    "create_document": {
        "body": {
            "title": "Price List",
            "contract": "{contract}",
            "file_name": "prices.txt",
            "content": "eA==",
        }
    },
    "finalize_document": {"places": {"document": "{document_to_finalize}"}},
    "update_document": {"body": {"visible_to_customer": True}},
    "delete_document": {"places": {"document": "{document_to_delete}"}},
}
