"""Signatures: the signer's page, signing, and the jobs that make the signed documents.

``python benchmarks/sign.py`` (see `make bench`) copies the base database, installs cn285_sign, and
measures, each in a process of its own: the page that a signer opens, a signature (code, log,
contract confirmed), and the jobs that seal by a certificate (PAdES B-B; a time stamp adds two
requests to its authority). Figures go to ``benchmarks/results/sign.json``.
"""

import argparse
import json
import platform
import sys
from pathlib import Path

from common import RESULTS, configuration, database, execute, in_process, install, measured, parsed

# CPU milliseconds each; megabytes that the second half of the documents may add to the process.
LIMITS = {"page_ms": 100.0, "sign_ms": 400.0, "seal_ms": 1500.0, "grown_mb": 25.0}
CODE = "285285"


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=100, help="contracts that are signed")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "sign.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    print(
        f"page {figures['page']['cpu_ms']:.0f} ms, signature {figures['sign']['cpu_ms']:.0f} ms, "
        f"sealed document {figures['seal']['cpu_ms']:.0f} ms CPU; {options.documents} documents: "
        f"{figures['seal']['grown_mb']:.0f} MB grown by the second half"
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

        install(name, conf, "cn285_sign")
        sent = step("seed", documents=options.documents)
        execute(name, "VACUUM ANALYZE")
        page, sign = step("page"), step("sign")
        seal = step("seal")
    if seal["sealed"] != options.documents:
        sys.exit(f"not all were sealed: {seal['sealed']}")
    measured_ms = {
        "page_ms": page["cpu_ms"],
        "sign_ms": sign["cpu_ms"],
        "seal_ms": seal["cpu_ms"],
        "grown_mb": seal["grown_mb"],
    }
    return {
        "python": platform.python_version(),
        "send": sent,
        "page": page,
        "sign": sign,
        "seal": seal,
        "within_limits": {label: measured_ms[label] < limit for label, limit in LIMITS.items()},
    }


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, documents):
    """Contracts of five items, sent to be signed."""
    from odoo.addons.cn285_sign.tests.certificates import make_certificate

    company = env.company
    provider = env["cn285.sign.provider"].search([("company_id", "=", company.id)], limit=1)
    if not provider:
        provider = env["cn285.sign.provider"].create({"name": "Built in", "company_id": company.id})
    provider.seal_certificate_id = make_certificate(company)
    product = env["product.product"].create({"name": "Service", "type": "service"})
    partners = env["res.partner"].create(
        [{"name": f"Customer {n}", "email": f"c{n}@customer.example"} for n in range(documents)]
    )
    items = [(0, 0, {"product_id": product.id, "price_unit": 10.0 + n}) for n in range(5)]
    contracts = env["cn285.contract"].create(
        [
            {"partner_id": one.id, "date_start": company._cn285_today(), "item_ids": items}
            for one in partners
        ]
    )
    report = {}
    with measured(report):
        contracts.action_send_for_signature()
    report["cpu_ms"] = report["cpu_seconds"] * 1000 / documents
    return report


def _signers(env):
    return env["cn285.sign.signer"].search([], order="id")


def page(env):
    """The page of each signer through all of Odoo's WSGI application, as a visitor opens it."""
    from odoo.http import root
    from werkzeug.test import Client

    paths = [signer._path() for signer in _signers(env)]
    env.cr.commit()
    client, report = Client(root, use_cookies=False), {}
    for path in paths[:3]:
        _good(client.get(path))
    with measured(report):
        for path in paths:
            _good(client.get(path))
    report["cpu_ms"] = report["cpu_seconds"] * 1000 / len(paths)
    return report


def _good(answer):
    if answer.status_code != 200 or 'id="sign_form"' not in answer.text:
        sys.exit(f"no page to sign on: {answer.status_code}")


def sign(env):
    """Each signs with the code of the mail; the contract is confirmed by it."""
    from odoo.addons.cn285_sign.models import sign_signer_signing as signing

    signing.new_code = lambda: CODE
    report, signers = {}, _signers(env)
    with measured(report):
        for number, signer in enumerate(signers):
            address = f"198.51.100.{number % 250}"
            signer._send_code(address)
            refused = signer._sign(
                signing.Signing(
                    sha256=signer.request_id.document_id.sha256,
                    code=CODE,
                    name=signer.name,
                    consent=True,
                    address=address,
                )
            )
            if refused:
                sys.exit(refused)
            env.cr.commit()
    report["cpu_ms"] = report["cpu_seconds"] * 1000 / len(signers)
    return report


def seal(env):
    """The jobs, one after the other, as a worker does them."""
    requests = env["cn285.sign.request"].search([], order="id")
    half = len(requests) // 2
    first, second = {}, {}
    for report, some in ((first, requests[:half]), (second, requests[half:])):
        with measured(report):
            for request in some:
                request._job_file_proof()
                env.cr.commit()
                env.invalidate_all()
    return {
        "seconds": first["seconds"] + second["seconds"],
        "cpu_ms": (first["cpu_seconds"] + second["cpu_seconds"]) * 1000 / len(requests),
        "grown_mb": second["grown_mb"],
        "peak_mb": second["peak_mb"],
        "sealed": len(requests.filtered(lambda one: one.seal == "bb")),
    }


STEPS = {"seed": seed, "page": page, "sign": sign, "seal": seal}

if __name__ == "__main__":
    sys.exit(main())
