"""A request for each operation on mandates; see the file of this name in cn285_api."""

from dateutil.relativedelta import relativedelta

IBAN = "FR7630006000011234567890189"


def seed(env, names):
    """A mandate that was signed, and one to be revoked; their names."""
    provider = env.ref("cn285_payment_sepa.provider_sepa")
    provider.write({"company_id": env.company.id, "state": "test"})
    env.ref("payment.payment_method_sepa_direct_debit").active = True
    one, other = env["cn285.sepa.mandate"].create(
        [
            {
                "partner_id": names["customer"],
                "provider_id": provider.id,
                "iban": IBAN,
                "signed_on": env.company._cn285_today() - relativedelta(months=1),
            }
        ]
        * 2
    )
    (one | other).action_sign()
    return {"mandate": one.id, "mandate_to_revoke": other.id}


#: By the operation's id.
ASKS = {
    "list_mandates": {"query": "customer={customer}"},
    "get_mandate": {},
    "create_mandate": {
        "body": {"customer": "{customer}", "iban": IBAN, "signed_on": "{yesterday}"}
    },
    "revoke_mandate": {"body": {}, "places": {"mandate": "{mandate_to_revoke}"}},
}
