"""Collection of many invoices: attempts, calls of the provider, booking; by a double of a provider.

``python benchmarks/payment.py`` (see `make bench`) copies the base database, installs
cn285_payment, bills contracts whose customers have cards, and measures, each in a process of its
own: collecting and booking them all by ours, then booking a share of as many payments one by one by
Odoo's own post-processing. Figures go to ``benchmarks/results/payment.json``.
"""

import argparse
import json
import platform
import sys
from pathlib import Path

from common import (
    RESULTS,
    configuration,
    database,
    execute,
    in_process,
    install,
    measured,
    parsed,
)
from contracts import DAY
from contracts import seed as seed_contracts

# CPU milliseconds for each invoice, and what the process may grow by while it collects.
LIMITS = {"cpu_ms": 60.0, "grown_mb": 150.0}
TAG = "payment"


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=10_000, help="invoices to collect")
    parser.add_argument("--share", type=float, default=0.02, help="of them booked by Odoo's own")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "payment.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    for name in ("collect", "odoo"):
        report = figures[name]
        print(
            f"{name}: {report['invoices']:,} invoices, {report['cpu_ms']:.1f} ms CPU and "
            f"{report['wall_ms']:.1f} ms each, {report['grown_mb']:.0f} MB grown"
        )
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

        install(name, conf, "cn285_payment", "payment_demo")
        odoos = max(int(options.invoices * options.share), 20)
        step("seed", invoices=options.invoices + odoos)
        execute(name, "VACUUM ANALYZE")
        collect = step("collect", invoices=options.invoices)
        odoo = step("odoo", invoices=odoos)
    if collect["paid"] != options.invoices or odoo["paid"] != odoos:
        sys.exit(f"not every invoice was paid: {collect['paid']}, {odoo['paid']}")
    return {
        "python": platform.python_version(),
        "collect": collect,
        "odoo": odoo,
        "ratios": {"ours_to_odoo_cpu": collect["cpu_ms"] / odoo["cpu_ms"]},
        "within_limits": {
            "cpu_ms": collect["cpu_ms"] < LIMITS["cpu_ms"],
            "grown_mb": collect["grown_mb"] < LIMITS["grown_mb"],
        },
    }


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, invoices):
    """Posted invoices of customers with cards, due today."""
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "company_id": env.company.id})
    method = provider.payment_method_ids[:1] or env.ref("payment.payment_method_demo")
    method.active = True
    seed_contracts(env, invoices, TAG)
    contracts = env["cn285.contract"].search([("tag_ids.name", "=", TAG)])
    tokens = env["payment.token"].create(
        [
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": partner.id,
                "provider_ref": str(partner.id),
                "demo_simulated_state": "done",
            }
            for partner in contracts.payer_id
        ]
    )
    for token in tokens:
        token.partner_id.cn285_payment_token_id = token
    report = {}
    with measured(report):
        env["cn285.billing.run"].create({"date": DAY}).action_run()
    # Only now, so that the run orders no jobs.
    contracts.collection_mode = "automatic"
    return report


def _moves(env, invoices):
    return env["account.move"].search(
        [("cn285_contract_ids", "!=", False), ("payment_state", "=", "not_paid")],
        order="id",
        limit=invoices,
    )


def collect(env, invoices):
    """Collect and book by ours: all steps, with their commits."""
    moves = _moves(env, invoices)
    env["cn285.collection"]._collect(moves[:100], "due")
    env.invalidate_all()
    report = {}
    with measured(report):
        env["cn285.collection"]._collect(moves[100:], "due")
    return _told(env, moves, report, len(moves) - 100)


def odoo(env, invoices):
    """The same by a transaction each, and Odoo's own post-processing."""
    moves, report = _moves(env, invoices), {}
    with measured(report):
        for move in moves:
            token = move.commercial_partner_id.cn285_payment_token_id
            transaction = env["payment.transaction"].create(
                {
                    "provider_id": token.provider_id.id,
                    "payment_method_id": token.payment_method_id.id,
                    "token_id": token.id,
                    "operation": "offline",
                    "amount": move.amount_residual,
                    "currency_id": move.currency_id.id,
                    "partner_id": move.partner_id.id,
                    "invoice_ids": [(6, 0, move.ids)],
                }
            )
            env.cr.commit()
            transaction._charge_with_token()
            env.cr.commit()
            transaction._post_process()
            env.cr.commit()
    return _told(env, moves, report, len(moves))


def _told(env, moves, report, count):
    env.invalidate_all()
    report["invoices"] = len(moves)
    report["paid"] = len(moves.filtered(lambda move: not move.amount_residual))
    report["cpu_ms"] = 1000 * report["cpu_seconds"] / count
    report["wall_ms"] = 1000 * report["seconds"] / count
    return report


STEPS = {"seed": seed, "collect": collect, "odoo": odoo}

if __name__ == "__main__":
    sys.exit(main())
