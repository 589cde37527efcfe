"""A request for each operation on signatures; see the file of this name in cn285_api."""

from collections import namedtuple

Ask = namedtuple("Ask", ("body", "query", "places"), defaults=(None, "", {}))


def SEED(env, names):
    """Requests in each state that operations go on from; their names."""
    env.company.email = "ventes@cn285.example"
    env["cn285.sign.provider"].create({"name": "Ours", "company_id": env.company.id})

    def draft():
        return env["cn285.contract"].create(
            {
                "partner_id": names["customer"],
                "date_start": names["today"],
                "item_ids": [(0, 0, {"product_id": names["product"], "price_unit": 100.0})],
            }
        )

    def sent():
        contract = draft()
        contract.action_send_for_signature()
        return contract.sign_request_ids

    over, signed = sent(), sent()
    over.action_cancel()
    # As they are once all have signed and the proof is filed.
    signed._write_inside({"state": "signed", "is_done": True, "proof_id": signed.document_id.id})
    env["cn285.document"]._file(
        b"{}",
        {
            "kind": "evidence",
            "title": "Evidence",
            "contract_id": signed.contract_id.id,
            "file_name": "evidence.json",
        },
        source=f"cn285.sign.request,{signed.id}:evidence",
    )
    return {
        "signature_request": sent().id,
        "request_to_cancel": sent().id,
        "request_over": over.id,
        "request_signed": signed.id,
        "contract_to_sign": draft().id,
    }


_SIGNED = {"signature_request": "{request_signed}"}
#: By the operation's id.
ASKS = {
    "list_signature_requests": Ask(query="state=sent"),
    "get_signature_request": Ask(),
    "list_signature_events": Ask(),
    "get_signed_document": Ask(places=_SIGNED),
    "get_signature_evidence": Ask(places=_SIGNED),
    "create_signature_request": Ask({"contract": "{contract_to_sign}"}),
    "resend_signature_request": Ask(places={"signature_request": "{request_over}"}),
    "remind_signers": Ask(),
    "cancel_signature_request": Ask(places={"signature_request": "{request_to_cancel}"}),
}
