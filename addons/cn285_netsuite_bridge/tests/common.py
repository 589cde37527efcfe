from datetime import date

from odoo import Command
from odoo.addons.cn285_contract.tests.common import ContractCase

from .suitetalk import Failures, SuiteTalkServer
from .suitetalk.samples import sample_account, service_item

_servers = []


def shared_server():
    """One server for all tests of a process: its WSDL is read once."""
    if not _servers:
        _servers.append(SuiteTalkServer(sample_account()).start())
    return _servers[0]


class NetsuiteCase(ContractCase):
    """A company whose general ledger is NetSuite: a server with an account, and the bridge to it.

    The bridge works in the test's own transaction by :meth:`work`, over a real socket.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = shared_server()
        cls.subscription.default_code = "API"
        cls.setup_fee.default_code = "SETUP"
        cls.backend = cls.make_backend(cls.env, cls.server)
        # A round of work on a slow machine is over before what failed in it is tried again.
        cls.backend.retry_seconds = 60

    def setUp(self):
        super().setUp()
        self.account = self.server.account = sample_account()
        self.server.failures = Failures()
        self.server.calls.clear()
        self.api_item = service_item(self.account, "API", "100.00", displayName="API access")
        self.setup_item = service_item(self.account, "SETUP", "250.00", displayName="Set-up")

    @classmethod
    def make_backend(cls, env, server):
        """A backend of the company, with mappings, connected to a server."""
        company = env.company
        term = env.ref("account.account_payment_term_30days")
        sales = (
            env["account.journal"]
            .search([("type", "=", "sale"), ("company_id", "=", company.id)], limit=1)
            .default_account_id
        )
        receivable = company.partner_id.property_account_receivable_id
        clearing = env["account.account"].create(
            {"code": "471285", "name": "NetSuite collections", "account_type": "asset_current"}
        )
        journal = env["account.journal"].create(
            {"name": "NetSuite clearing", "code": "NSC", "type": "general"}
        )
        tax = company.account_sale_tax_id
        backend = env["cn285.bridge.backend"].create(
            {
                "name": "NetSuite",
                "system": "netsuite",
                "netsuite_account": server.account.account,
                "netsuite_url": server.url,
                "netsuite_clearing_journal_id": journal.id,
                "netsuite_clearing_account_id": clearing.id,
                "netsuite_timeout": 20,
                "retry_seconds": 1,
                **{f"netsuite_{name}": value for name, value in server.secrets.items()},
                "map_ids": [
                    Command.create(values)
                    for values in (
                        {"kind": "account", "account_id": sales.id, "external_id": "54"},
                        {"kind": "account", "account_id": receivable.id, "external_id": "10"},
                        {"kind": "tax", "tax_id": tax.id, "external_id": "7"},
                        {"kind": "tax_schedule", "tax_id": tax.id, "external_id": "1"},
                        {"kind": "term", "term_id": term.id, "external_id": "3"},
                        {"kind": "company", "mapped_company_id": company.id, "external_id": "1"},
                        {
                            "kind": "currency",
                            "currency_id": company.currency_id.id,
                            "external_id": "1",
                        },
                    )
                ],
            }
        )
        backend.action_start()
        return backend

    # ------------------------------------------------------------------ working

    def commit(self):
        """What a commit does before it: notes of changes are written."""
        self.env.cr.flush()

    def work(self, read=True, rounds=1):
        """Rounds of reading and sending; nobody waits for a back-off."""
        for _round in range(rounds):
            self.commit()
            self.env["cn285.bridge.outbox"].search([("state", "=", "waiting")]).write(
                {"next_try": False, "queued_until": False}
            )
            self.backend._work(read=read)

    def kind(self, code):
        return self.backend.kind_ids.filtered(lambda kind: kind.code == code)

    def binding(self, record, code):
        return self.env["cn285.bridge.binding"]._of(self.kind(code), record.ids).get(record.id)

    def rows(self, state):
        return self.env["cn285.bridge.outbox"].search(
            [("backend_id", "=", self.backend.id), ("state", "=", state)]
        )

    def there(self, type_):
        """Records of a type in the account."""
        return self.account.all(type_)

    # ------------------------------------------------------------------ making

    @classmethod
    def invoice(cls, partner=None, lines=((1, 100.0),), post=True, **values):
        """An invoice made by hand."""
        move = cls.env["account.move"].create(
            {
                "move_type": values.pop("move_type", "out_invoice"),
                "partner_id": (partner or cls.customer).id,
                "invoice_date": values.pop("invoice_date", date(2026, 1, 31)),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.subscription.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    )
                    for quantity, price in lines
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move
