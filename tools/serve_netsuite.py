"""A SuiteTalk server with a sample account, to click through the NetSuite bridge.

python tools/serve_netsuite.py [--port 8089] [--database DB]

With --database a bridge to it is made in that database (or brought up to date), with mappings to
the sample account, so that pressing Start is all that is left.
"""

import argparse
import sys

from odoo_env import environment
from provision import ADDONS

sys.path.insert(0, str(ADDONS / "cn285_netsuite_bridge" / "tests"))
from suitetalk import SuiteTalkServer
from suitetalk.samples import company, sample_account, service_item

PORT = 8089


def connect(env, server):
    """Make the bridge in a database, or point the one that is there at the server."""
    known = env["cn285.bridge.backend"].search([("netsuite_account", "=", server.account.account)])
    values = {
        "netsuite_url": server.url,
        **{f"netsuite_{name}": value for name, value in server.secrets.items()},
    }
    if known:
        known.write(values)
        return known
    mother = env.company
    sale = env["account.journal"].search(
        [("type", "=", "sale"), ("company_id", "=", mother.id)], limit=1
    )
    general = env["account.journal"].search(
        [("type", "=", "general"), ("company_id", "=", mother.id)], limit=1
    )
    tax = mother.account_sale_tax_id
    mappings = [
        {"kind": "account", "account_id": sale.default_account_id.id, "external_id": "54"},
        {"kind": "tax", "tax_id": tax.id, "external_id": "7"},
        {"kind": "tax_schedule", "tax_id": tax.id, "external_id": "1"},
        {"kind": "company", "mapped_company_id": mother.id, "external_id": "1"},
        {"kind": "currency", "currency_id": mother.currency_id.id, "external_id": "1"},
    ]
    for name, external_id in (("immediate", "1"), ("15days", "2"), ("30days", "3")):
        term = env.ref(f"account.account_payment_term_{name}", raise_if_not_found=False)
        if term:
            mappings.append({"kind": "term", "term_id": term.id, "external_id": external_id})
    return env["cn285.bridge.backend"].create(
        {
            "name": "NetSuite (sample account)",
            "system": "netsuite",
            "netsuite_account": server.account.account,
            "netsuite_default_item": server.account.all("ServiceSaleItem")[0].internal_id,
            "netsuite_clearing_journal_id": general.id,
            "netsuite_clearing_account_id": mother.transfer_account_id.id,
            **values,
            "map_ids": [(0, 0, mapping) for mapping in mappings],
        }
    )


def main():
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--database", help="connect this database's bridge to the server")
    options = parser.parse_args()
    account = sample_account()
    for code, price in (("API", "100.00"), ("SUPPORT", "49.90"), ("SETUP", "250.00")):
        service_item(account, code, price)
    company(account, "Globex SA", email="accounts@globex.example")
    server = SuiteTalkServer(account, port=options.port)
    if options.database:
        with environment(options.database) as env:
            print(f"bridge: {connect(env, server).name} in {options.database}, press Start")
    print(f"NetSuite account {account.account} at {server.url}/ (open it to look into the account)")
    for name, value in server.secrets.items():
        print(f"  {name}: {value}")
    print("Ctrl-C ends it.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
