"""A request for each operation on documents; see the file of this name in cn285_api."""

import base64
from collections import namedtuple

Ask = namedtuple("Ask", ("body", "query", "places"), defaults=(None, "", {}))


def SEED(env, names):
    """Drafts and a final annex of the contract, and terms and conditions; their names."""

    def document(**values):
        return env["cn285.document"].create(
            {
                "title": "Annex",
                "contract_id": names["contract"],
                "file": base64.b64encode(b"%PDF-1.7 annex"),
                "file_name": "annex.pdf",
                **values,
            }
        )

    annex = document()
    terms = document(
        kind="terms", contract_id=False, company_id=env.company.id, date=names["begin"]
    )
    (annex | terms).action_make_final()
    contract = env["cn285.contract"].create(
        {
            "partner_id": names["customer"],
            "date_start": names["today"],
            "item_ids": [(0, 0, {"product_id": names["product"], "price_unit": 100.0})],
        }
    )
    contract.action_confirm()
    return {
        "document": annex.id,
        "document_to_delete": document().id,
        "document_to_finalize": document().id,
        "contract_with_terms": contract.id,
    }


#: By the operation's id.
ASKS = {
    "list_documents": Ask(query="contract={contract}&state=final"),
    "get_document": Ask(),
    "get_document_content": Ask(),
    "get_terms_in_force": Ask(),
    "get_contract_terms": Ask(places={"contract": "{contract_with_terms}"}),
    "create_document": Ask(
        {
            "title": "Annex 2",
            "contract": "{contract}",
            "file_name": "annex-2.pdf",
            "content": "JVBERi0xLjcK",
            "visible_to_customer": True,
        }
    ),
    "finalize_document": Ask(places={"document": "{document_to_finalize}"}),
    "update_document": Ask({"visible_to_customer": True}),
    "delete_document": Ask(places={"document": "{document_to_delete}"}),
}
