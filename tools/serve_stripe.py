"""A Stripe account to try payments against, and stripe.js beside it.

python tools/serve_stripe.py [--port 8090] [--control 8091] [--hang SECONDS] [--database DB]

With --database the Stripe provider of that database is pointed at it (a database whose provider is
in test mode), webhook included, so that a card can be typed in the portal. The control port shows
the ledger and the numbers of cards, and does what only banks do (tools/stripe_server/control.py).
"""

import argparse
import sys

from odoo_env import environment
from stripe_server import StripeServer

PORT = 8090
WEB = "http://127.0.0.1:8069"


def connect(env, server):
    """Point the Stripe provider of a database at the server, in test mode, and its webhook back.

    The address is honoured in databases that are marked as a test only: this one is, from now on.
    """
    env["res.company"]._cn285_mark_test_database()
    provider = env["payment.provider"].search(
        [("code", "=", "stripe"), ("company_id", "=", env.company.id)], limit=1
    )
    # What a page shows of stripe.js is the server's as well.
    env["ir.config_parameter"].set_param("cn285_payment_stripe.base_address", server.url)
    web = env["ir.config_parameter"].get_param("web.base.url", WEB)
    endpoint = server.account.make_endpoint(f"{web}/payment/stripe/webhook", ["*"])
    provider.write(
        {
            "state": "test",
            "is_published": True,
            "capture_manually": False,
            "allow_tokenization": True,
            "stripe_secret_key": server.account.secret_key,
            "stripe_publishable_key": server.account.publishable_key,
            "stripe_webhook_secret": endpoint["secret"],
        }
    )
    return provider


def main():
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--control", type=int, default=PORT + 1)
    parser.add_argument("--hang", type=float, default=11.0, help="seconds of a call that hangs")
    parser.add_argument("--database", help="point this database's Stripe provider at the server")
    options = parser.parse_args()
    server = StripeServer(port=options.port, control_port=options.control, hang=options.hang)
    server.hooks.automatic = True
    if options.database:
        with environment(options.database) as env:
            print(f"provider: {connect(env, server).name} in {options.database}")
    print(f"Stripe at {server.url}, control at {server.control_url} (open it to look inside)")
    print(f"  secret key: {server.account.secret_key}")
    print(f"  publishable key: {server.account.publishable_key}")
    print("Ctrl-C ends it.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
