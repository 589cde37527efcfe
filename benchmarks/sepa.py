"""Orders to the bank and what it says: a file of many debits, a notification of many returns.

``python benchmarks/sepa.py`` (see `make bench`) copies the base database, installs
cn285_payment_sepa, and measures, each in a process of its own: putting debits that wait into a file
(checked, written, kept), and reading a notification in which debits come back. The debits hang on
no invoices: what is measured is the bank's part, without the entries of returns. Figures go to
``benchmarks/results/sepa.json``.
"""

import argparse
import base64
import json
import platform
import sys
from datetime import date, timedelta
from pathlib import Path

from common import RESULTS, configuration, database, execute, in_process, install, measured, parsed

# Seconds and megabytes.
LIMITS = {"file_seconds": 60.0, "file_mb": 500.0, "returns_seconds": 60.0}
IBAN, OURS = "FR7630006000011234567890189", "FR7610107001011234567890129"


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--debits", type=int, default=50_000, help="debits in one file")
    parser.add_argument("--returns", type=int, default=10_000, help="of them that come back")
    parser.add_argument("--mandates", type=int, default=1_000, help="under which they are made")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "sepa.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    file, returns = figures["file"], figures["returns"]
    print(
        f"file: {file['debits']:,} debits in {file['seconds']:.1f} s, "
        f"{file['file_mb']:.1f} MB of XML, peak {file['peak_mb']:.0f} MB"
    )
    print(f"returns: {returns['lines']:,} read in {returns['seconds']:.1f} s")
    for label, good in figures["within_limits"].items():
        print(f"{label}: {'within' if good else 'ABOVE'} the limit")
    print(f"written to {path}")
    return 0 if all(figures["within_limits"].values()) else 1


def _measure(options):
    with database(options.keep) as name, configuration() as conf:

        def step(step_name, **arguments):
            report = in_process(Path(__file__), step_name, name, conf, **arguments)
            print(f"{step_name}: {report.get('seconds', 0):.1f} s", file=sys.stderr)
            return report

        install(name, conf, "cn285_payment_sepa")
        step("seed", debits=options.debits, mandates=options.mandates)
        execute(name, "VACUUM ANALYZE")
        file = step("file")
        returns = step("returns", returns=options.returns)
    if file["debits"] != options.debits or returns["done"] != options.returns:
        sys.exit(f"not all was done: {file['debits']} ordered, {returns['done']} returned")
    return {
        "python": platform.python_version(),
        "file": file,
        "returns": returns,
        "within_limits": {
            "file_seconds": file["seconds"] < LIMITS["file_seconds"],
            "file_mb": file["peak_mb"] < LIMITS["file_mb"],
            "returns_seconds": returns["seconds"] < LIMITS["returns_seconds"],
        },
    }


# --- steps, each in its own process ----------------------------------------------------------


def _provider(env):
    return env.ref("cn285_payment_sepa.provider_sepa")


def seed(env, debits, mandates):
    """Signed mandates, and debits that wait to be ordered today."""
    journal = env["account.journal"].create({"name": "Debits", "code": "SDD", "type": "bank"})
    journal.set_bank_account(OURS)
    provider = _provider(env)
    provider.write(
        {
            "company_id": env.company.id,
            "cn285_creditor_identifier": "FR72ZZZ123456",
            "state": "test",
            "journal_id": journal.id,
        }
    )
    env.ref("payment.payment_method_sepa_direct_debit").active = True
    today = env.company._cn285_today()
    payers = env["res.partner"].create([{"name": f"Payer {n}"} for n in range(mandates)])
    signed = env["cn285.sepa.mandate"].create(
        [
            {
                "partner_id": payer.id,
                "provider_id": provider.id,
                "iban": IBAN,
                "signed_on": today - timedelta(days=30),
            }
            for payer in payers
        ]
    )
    signed.action_sign()
    env.flush_all()
    _insert(env, provider, signed, debits, today)
    return {}


def _insert(env, provider, signed, debits, today):
    """Debits as the collection leaves them, written by the database."""
    plan = env["cn285.sepa.debit"]._plan_vals(
        provider, signed[0], today, today - timedelta(days=30), today
    )
    values = {
        "provider": provider.id,
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "method": env.ref("payment.payment_method_sepa_direct_debit").id,
        "mandates": signed.ids,
        "count": len(signed),
        "debits": debits,
        **plan,
    }
    env.cr.execute(
        """INSERT INTO payment_transaction
               (provider_id, company_id, payment_method_id, reference, amount, currency_id,
                partner_id, state, operation, token_id, create_date)
           SELECT %(provider)s, %(company)s, %(method)s, 'C' || n || '-1', 10 + n %% 90,
                  %(currency)s, mandate.partner_id, 'pending', 'offline', mandate.token_id, now()
             FROM generate_series(1, %(debits)s) n
             JOIN cn285_sepa_mandate mandate
               ON mandate.id = (%(mandates)s)[1 + n %% %(count)s]""",
        values,
    )
    env.cr.execute(
        """INSERT INTO cn285_sepa_debit
               (reference, transaction_id, mandate_id, provider_id, company_id, amount, currency_id,
                text, wished_on, told_on, debit_on, file_on, return_until, refund_until, state)
           SELECT tx.reference, tx.id, mandate.id, tx.provider_id, %(company)s, tx.amount,
                  tx.currency_id, 'INV/2026/' || tx.id, %(wished_on)s, %(told_on)s, %(debit_on)s,
                  %(file_on)s, %(return_until)s, %(refund_until)s, 'waiting'
             FROM payment_transaction tx
             JOIN cn285_sepa_mandate mandate ON mandate.token_id = tx.token_id""",
        values,
    )


def file(env):
    """Put all of them into a file."""
    report = {}
    with measured(report):
        made = env["cn285.sepa.file"]._make(_provider(env))
        env.cr.commit()
    report["debits"] = made.order_count
    report["file_mb"] = len(made.attachment_id.raw) / 1024**2
    return report


def returns(env, returns):
    """Read a notification by which debits come back."""
    debits = env["cn285.sepa.debit"].search([("state", "=", "ordered")], limit=returns)
    env.cr.execute(
        "UPDATE cn285_sepa_debit SET state = 'settled' WHERE id = ANY(%s)", (debits.ids,)
    )
    env.cr.execute(
        "UPDATE payment_transaction SET state = 'done' WHERE id = ANY(%s)",
        (debits.transaction_id.ids,),
    )
    env.invalidate_all()
    said = env["cn285.sepa.bank.file"].create(
        {"name": "returns.xml", "content": base64.b64encode(_notification(debits).encode())}
    )
    env.cr.commit()
    report = {}
    with measured(report):
        said.action_read()
        env.cr.commit()
    report["lines"] = len(said.line_ids)
    report["done"] = len(said.line_ids.filtered(lambda line: line.state == "done"))
    return report


def _notification(debits):
    day = date.today().isoformat()
    entries = "".join(
        f'<Ntry><Amt Ccy="EUR">{debit.amount:.2f}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<AcctSvcrRef>B{debit.id}</AcctSvcrRef><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>{debit.reference}</EndToEndId></Refs><RtrInf><Rsn><Cd>AM04</Cd></Rsn>"
        "</RtrInf></TxDtls></NtryDtls></Ntry>"
        for debit in debits
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
        f"<Ntfctn><Id>N1</Id><Acct><Id><IBAN>{OURS}</IBAN></Id></Acct>{entries}</Ntfctn>"
        "</BkToCstmrDbtCdtNtfctn></Document>"
    )


STEPS = {"seed": seed, "file": file, "returns": returns}

if __name__ == "__main__":
    sys.exit(main())
