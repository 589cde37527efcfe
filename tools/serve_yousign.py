"""A Yousign account to try signatures against, with a page for whoever signs.

python tools/serve_yousign.py [--port 8095] [--control 8096] [--hang SECONDS] [--database DB]

With --database a signature provider of that database is pointed at it, webhook included, and the
database is marked as a test. The control port (open it) has the links of those who sign, and does
what only people do: tools/yousign_server/control.py.
"""

import argparse
import sys

from odoo_env import environment
from yousign_server import YousignServer

PORT = 8095
WEB = "http://127.0.0.1:8069"
NAME = "Yousign (to try)"


def connect(env, server):
    """Point a provider of a database at the server, in the sandbox, and the webhook back.

    The address is honoured in databases that are marked as a test only: this one is, from now on.
    """
    env["res.company"]._cn285_mark_test_database()
    env["ir.config_parameter"].set_param("cn285_sign_yousign.base_address", server.url)
    web = env["ir.config_parameter"].get_param("web.base.url", WEB)
    server.hooks.url = f"{web}/sign/yousign/webhook"
    providers = env["cn285.sign.provider"]
    domain = [("code", "=", "yousign"), ("company_id", "=", env.company.id)]
    provider = providers.search(domain, limit=1) or providers.create(
        {"name": NAME, "code": "yousign", "company_id": env.company.id}
    )
    provider.write(
        {
            "yousign_environment": "sandbox",
            "yousign_api_key": server.account.api_key,
            "yousign_webhook_secret": server.account.webhook_secret,
        }
    )
    return provider


def main():
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--control", type=int, default=PORT + 1)
    parser.add_argument("--hang", type=float, default=30.0, help="seconds of a call that hangs")
    parser.add_argument("--database", help="point a signature provider of this database at it")
    options = parser.parse_args()
    server = YousignServer(port=options.port, control_port=options.control, hang=options.hang)
    server.hooks.automatic = True
    if options.database:
        with environment(options.database) as env:
            print(f"provider: {connect(env, server).name} in {options.database}")
    print(f"Yousign at {server.url}, control at {server.control_url} (open it to sign)")
    print(f"  API key: {server.account.api_key}")
    print(f"  webhook secret: {server.account.webhook_secret}")
    print("Ctrl-C ends it.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
