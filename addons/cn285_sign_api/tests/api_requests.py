"""A request for each operation on signature requests: see the file of this name of cn285_api."""


def seed(env, names):
    """Requests that were sent, one of which was cancelled; a draft that nobody is asked to sign."""
    env.company.email = "ventes@cn285.example"

    def draft():
        return env["cn285.contract"].create(
            {
                "partner_id": names["customer"],
                "date_start": names["begin"],
                "item_ids": [(0, 0, {"product_id": names["product"], "price_unit": 100.0})],
            }
        )

    def sent():
        contract = draft()
        contract.action_send_for_signature()
        return contract.sign_request_ids

    cancelled = sent()
    cancelled.action_cancel()
    return {
        "to_sign": draft().id,
        "signature_request": sent().id,
        "request_to_cancel": sent().id,
        "cancelled_request": cancelled.id,
    }


ASKS = {
    "list_signature_requests": {"query": "limit=1"},
    "get_signature_request": {},
    "list_signature_events": {},
    "get_signed_document": {"status": 409},
    "get_signature_evidence": {"status": 409},
    "create_signature_request": {"body": {"contract": "{to_sign}"}},
    "resend_signature_request": {"places": {"signature_request": "{cancelled_request}"}},
    "remind_signers": {},
    "cancel_signature_request": {"places": {"signature_request": "{request_to_cancel}"}},
}
