"""What the matrix of access needs to try the operations on mandates."""

IBAN = "FR7630006000011234567890189"


def samples(case):
    """Add a mandate of the company's customer, a draft, to what paths and bodies name."""
    provider = case.env.ref("cn285_payment_sepa.provider_sepa")
    provider.write({"company_id": case.company.id, "state": "test"})
    mandate = case.env["cn285.sepa.mandate"].create(
        {"partner_id": case.customer.id, "provider_id": provider.id, "iban": IBAN}
    )
    case.ids["mandate"] = mandate.id
    case.bodies["create_mandate"] = {
        "customer": str(case.customer.id),
        "iban": IBAN,
        "signed_on": "2026-02-01",
    }
    case.tables.append("cn285_sepa_mandate")
