"""A request for each operation on payments; see the file of this name in cn285_api."""


def seed(env, names):
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
    contract = env["cn285.contract"].browse(names["contract"])
    contract.payment_token_id = token
    # Not the first one: others' requests credit it.
    invoice = contract.invoice_ids.sorted("id")[-1:]
    paid = env["account.move"].browse(names["usage_invoice"])
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
    "list_payment_methods": {"query": "customer={customer}"},
    "get_payment_method": {},
    "remove_payment_method": {"places": {"payment_method": "{method_to_remove}"}},
    "get_customer_method": {},
    "set_customer_method": {"body": {"payment_method": "{payment_method}"}},
    "get_contract_collection": {},
    "set_contract_collection": {"body": {"mode": "automatic"}},
    "send_update_link": {},
    "list_payments": {"query": "state=declined"},
    "get_payment": {},
    "get_invoice_collection": {},
    "collect_invoice": {"places": {"invoice": "{invoice_to_collect}"}},
    "list_refunds": {"query": "credit_note={credit_note}"},
    "get_refund": {},
    "refund_credit_note": {"places": {"invoice": "{credit_note}"}},
    "list_wallet_types": {},
    "list_wallets": {"query": "customer={customer}"},
    "get_wallet": {},
    "list_wallet_lots": {},
    "list_wallet_draws": {},
    "list_wallet_topups": {},
    "get_wallet_topup": {},
    "create_wallet": {"body": {"customer": "{customer}", "type": "{wallet_type}"}},
    "create_wallet_topup": {"body": {"amount": "50.00", "journal": "{bank}"}},
    "grant_wallet_credit": {"body": {"amount": "10.00", "reason": "Sorry"}},
    "list_passes": {},
    "get_pass": {},
    "list_contract_passes": {},
    "redeem_pass": {"body": {"code": "WELCOME"}},
    "list_debtors": {"query": "customer={customer}"},
    "get_debtor": {},
    "list_debtor_events": {},
    "create_promise": {"body": {"date": "{soon}"}},
    "withdraw_promise": {"places": {"debtor": "{debtor_promised}"}},
    "create_dispute": {"body": {"note": "Wrong quantity"}},
    "release_dispute": {"body": {}},
}
