"""What the matrix of access needs to try the operations on payments, wallets and debtors."""


def samples(case):
    """Add means, an attempt, a refund, a wallet, a pass and a debtor of the company."""
    env, company, customer = case.env, case.company, case.customer
    invoice = case.contract.invoice_ids[:1]
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "company_id": company.id})
    method = provider.payment_method_ids[:1]
    method.active = True
    token = env["payment.token"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "partner_id": customer.id,
            "provider_ref": "a secret reference",
            "payment_details": "4242",
        }
    )
    charged = {
        "company_id": company.id,
        "amount": 1.0,
        "currency_id": company.currency_id.id,
    }
    attempt = env["cn285.payment.attempt"].create(
        {
            **charged,
            "name": "API-1",
            "move_id": invoice.id,
            "partner_id": customer.id,
            "token_id": token.id,
            "number": 1,
            "date": "2026-02-20",
            "state": "declined",
        }
    )
    note = env["account.move"].browse(invoice.cn285_credit(percent=10)["id"])
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
            **charged,
            "name": "API-R1",
            "move_id": note.id,
            "attempt_id": attempt.id,
            "transaction_id": transaction.id,
            "state": "failed",
        }
    )
    kind = env["cn285.wallet.type"].create({"name": "Ours", "draws_open": False})
    wallet = env["cn285.wallet"].create({"type_id": kind.id, "partner_id": customer.id})
    promotion = env["cn285.promotion.pass"].create({"name": "Ours", "code": "X-1", "percent": 10})
    case_of_debt = env["cn285.dunning.case"].create(
        {
            "partner_id": customer.id,
            "company_id": company.id,
            "currency_id": company.currency_id.id,
        }
    )
    case.ids |= {
        "debtor": case_of_debt.id,
        "payment": attempt.id,
        "payment_method": token.id,
        "promotion_pass": promotion.id,
        "refund": refund.id,
        "topup": wallet.topup(10),
        "wallet": wallet.id,
    }
    case.bodies |= {
        "create_dispute": {},
        "create_promise": {"date": "2026-02-27"},
        "create_wallet": {"customer": str(customer.id), "type": str(kind.id)},
        "create_wallet_topup": {"amount": "10.00"},
        "grant_wallet_credit": {"amount": "10.00"},
        "redeem_pass": {"code": "X-1"},
        "set_contract_collection": {"mode": "automatic", "payment_method": str(token.id)},
        "set_customer_method": {"payment_method": str(token.id)},
    }
    case.tables += [
        "cn285_dunning_case",
        "cn285_payment_attempt",
        "cn285_payment_refund",
        "cn285_promotion_redemption",
        "cn285_wallet",
        "cn285_wallet_lot",
        "cn285_wallet_topup",
        "payment_token",
        "payment_transaction",
        "queue_job",
    ]
