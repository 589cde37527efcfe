"""A request for each operation on payments; see the file of this name in cn285_api."""

from collections import namedtuple

Ask = namedtuple("Ask", ("body", "query", "places"), defaults=(None, "", {}))


def SEED(env, names):
    """Means, attempts, a refund, a wallet, a pass and debtors; their names."""
    company = env.company
    customer = env["res.partner"].browse(names["customer"])
    provider = env.ref("payment.payment_provider_demo")
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    provider.write({"state": "test", "company_id": company.id})
    if not provider.journal_id:
        provider.journal_id = bank
    method = provider.payment_method_ids[:1]
    method.active = True
    token, other = env["payment.token"].create(
        [
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": customer.id,
                "provider_ref": reference,
                "payment_details": "4242",
                "demo_simulated_state": "done",
            }
            for reference in ("one", "other")
        ]
    )
    contracts = env["cn285.contract"].browse((names["contract"], names["ahead"]))
    contracts.payment_token_id = token
    invoice, paid = (contract.invoice_ids.sorted("id")[:1] for contract in contracts)
    amount = {"company_id": company.id, "amount": 1.0, "currency_id": company.currency_id.id}
    attempt = env["cn285.payment.attempt"].create(
        {
            **amount,
            "name": "API-1",
            "move_id": paid.id,
            "partner_id": customer.id,
            "token_id": token.id,
            "number": 1,
            "date": names["today"],
            "state": "declined",
        }
    )
    note = env["account.move"].create(
        {
            "move_type": "out_refund",
            "partner_id": customer.id,
            "invoice_date": names["today"],
            "invoice_line_ids": [(0, 0, {"name": "Sorry", "price_unit": 5.0, "tax_ids": []})],
        }
    )
    note.action_post()
    transaction = env["payment.transaction"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "reference": "API-R1",
            "amount": -1.0,
            "currency_id": company.currency_id.id,
            "partner_id": customer.id,
        }
    )
    refund = env["cn285.payment.refund"].create(
        {
            **amount,
            "name": "API-R1",
            "move_id": note.id,
            "attempt_id": attempt.id,
            "transaction_id": transaction.id,
            "state": "failed",
        }
    )
    kind, second = env["cn285.wallet.type"].create(
        [{"name": name, "draws_open": False} for name in ("Prepaid", "Other")]
    )
    wallet = env["cn285.wallet"].create({"type_id": kind.id, "partner_id": customer.id})
    promotion = env["cn285.promotion.pass"].create(
        {"name": "Welcome", "code": "WELCOME", "percent": 10}
    )
    late = env["res.partner"].create({"name": "Late", "company_id": company.id})
    owing, held = (
        env["cn285.dunning.case"].create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "promise_date": day,
            }
        )
        for partner, day in ((customer, False), (late, names["soon"]))
    )
    return {
        "payment_method": token.id,
        "method_to_remove": other.id,
        "payment": attempt.id,
        "refund": refund.id,
        "credit_note": note.id,
        "invoice_to_collect": invoice.id,
        "wallet": wallet.id,
        "wallet_type": second.id,
        "bank": bank.id,
        "topup": wallet.topup(10),
        "promotion_pass": promotion.id,
        "debtor": owing.id,
        "debtor_promised": held.id,
    }


#: By the operation's id.
ASKS = {
    "list_payment_methods": Ask(query="customer={customer}"),
    "get_payment_method": Ask(),
    "remove_payment_method": Ask(places={"payment_method": "{method_to_remove}"}),
    "get_customer_method": Ask(),
    "set_customer_method": Ask({"payment_method": "{payment_method}"}),
    "get_contract_collection": Ask(),
    "set_contract_collection": Ask({"mode": "automatic"}),
    "send_update_link": Ask(),
    "list_payments": Ask(query="state=declined"),
    "get_payment": Ask(),
    "get_invoice_collection": Ask(),
    "collect_invoice": Ask(places={"invoice": "{invoice_to_collect}"}),
    "list_refunds": Ask(query="credit_note={credit_note}"),
    "get_refund": Ask(),
    "refund_credit_note": Ask(places={"invoice": "{credit_note}"}),
    "list_wallet_types": Ask(),
    "list_wallets": Ask(query="customer={customer}"),
    "get_wallet": Ask(),
    "list_wallet_lots": Ask(),
    "list_wallet_draws": Ask(),
    "list_wallet_topups": Ask(),
    "get_wallet_topup": Ask(),
    "create_wallet": Ask({"customer": "{customer}", "type": "{wallet_type}"}),
    "create_wallet_topup": Ask({"amount": "50.00", "journal": "{bank}"}),
    "grant_wallet_credit": Ask({"amount": "10.00", "reason": "Sorry"}),
    "list_passes": Ask(),
    "get_pass": Ask(),
    "list_contract_passes": Ask(),
    "redeem_pass": Ask({"code": "WELCOME"}),
    "list_debtors": Ask(query="customer={customer}"),
    "get_debtor": Ask(),
    "list_debtor_events": Ask(),
    "create_promise": Ask({"date": "{soon}"}),
    "withdraw_promise": Ask(places={"debtor": "{debtor_promised}"}),
    "create_dispute": Ask({"note": "Wrong quantity"}),
    "release_dispute": Ask({}),
}
