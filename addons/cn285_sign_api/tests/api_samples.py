"""What the matrix of access needs to try the operations on signature requests."""


def samples(case):
    """Add a request of the company's, sent, to what paths and bodies name."""
    case.company.email = "ventes@cn285.example"
    case.customer.email = "client@cn285.example"
    case.env["cn285.sign.provider"].create({"name": "Ours", "company_id": case.company.id})
    draft = case._create_contract(confirm=False)
    draft.action_send_for_signature()
    case.ids["signature_request"] = draft.sign_request_ids.id
    case.bodies["create_signature_request"] = {"contract": str(draft.id)}
    case.tables.append("cn285_sign_request")
