"""Every operation by keys that must not: of another company, without rights, without its scope."""

import importlib.util
import re
from datetime import date

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ApiCase

TABLES = (
    "account_move",
    "cn285_billing_run",
    "cn285_contract",
    "cn285_contract_change",
    "cn285_contract_item",
    "cn285_contract_template",
    "cn285_contract_template_item",
    "cn285_tier_path",
    "cn285_webhook_endpoint",
    "product_pricelist",
    "product_pricelist_item",
    "product_product",
    "product_template",
    "res_partner",
)
# Where a table says otherwise when a row was made or changed.
CHANGED_AT = {
    "queue_job": "date_created",
    # Facts that are never changed: new ones have higher numbers.
    "cn285_mrr_entry": "id",
    "cn285_mrr_movement": "id",
    "cn285_mrr_month": "id",
}
# Of these a stranger may be told: types and texts, not data; or his own, of which he has none.
LISTS = {"list_change_types", "list_event_types", "get_me"}


class ApiAccessCase(ApiCase):
    """A record of each kind that paths name, of one company.

    An addon that brings operations has a module ``tests/api_samples.py`` whose ``samples(case)``
    adds what its own paths and bodies name; without it these tests fail.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract()
        bill_run = cls._bill(date(2026, 2, 20))
        template = cls.env["cn285.contract.template"].create(
            {"name": "Ours", "company_id": cls.company.id}
        )
        cls.customer.company_id = cls.company
        cls.subscription.company_id = cls.company
        change = cls.env["cn285.contract.change"].create(
            {
                "contract_id": cls.contract.id,
                "item_id": cls.contract.item_ids.id,
                "type": "quantity",
                "date_effective": "2026-04-01",
                "values": {"quantity": 2},
            }
        )
        endpoint = cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )
        event = cls.env["cn285.webhook.event"]
        event._tell("contract.created", cls.contract)
        event._complete()
        cls.env.cr.precommit.clear()
        schedule = cls.env["cn285.revrec.schedule"].search([], limit=1)
        pricelist = cls.env["product.pricelist"].create(
            {"name": "Ours", "company_id": cls.company.id, "item_ids": [(0, 0, {})]}
        )
        path = cls.env["cn285.tier.path"].create(
            {
                "product_from_id": cls.subscription.id,
                "product_to_id": cls.setup_fee.id,
                "company_id": cls.company.id,
            }
        )
        cls.ids = {
            "change": change.id,
            "contract": cls.contract.id,
            "customer": cls.customer.id,
            "delivery": endpoint.delivery_ids[:1].id,
            "endpoint": endpoint.id,
            "invoice": cls.contract.invoice_ids[:1].id,
            "item": cls.contract.item_ids.id,
            "job": "0",
            "path": path.id,
            "price": pricelist.item_ids.id,
            "pricelist": pricelist.id,
            "product": cls.subscription.id,
            "run": bill_run.id,
            "schedule": schedule.id,
            "template": template.id,
        }
        cls.bodies = {}
        cls.tables = list(TABLES)
        for name in (
            cls.env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")
        ):
            module = f"odoo.addons.{name}.tests.api_samples"
            if name.startswith("cn285_") and importlib.util.find_spec(module):
                importlib.import_module(module).samples(cls)
        cls.env.cr.precommit.clear()
        cls.env.flush_all()


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiAccess(ApiAccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bodies |= {
            "activate_item": {},
            "create_change": {
                "contract": str(cls.contract.id),
                "item": str(cls.contract.item_ids.id),
                "type": "quantity",
                "values": {"quantity": "2"},
            },
            "create_contract": {
                "customer": str(cls.customer.id),
                "items": [{"product": str(cls.subscription.id)}],
            },
            "create_credit_note": {"invoice": str(cls.contract.invoice_ids[:1].id)},
            "create_customer": {"name": "x", "parent": str(cls.customer.id)},
            "create_endpoint": {"name": "x", "url": "https://x.example/", "events": ["none"]},
            "create_goodwill": {"amount": "1.00"},
            "bill_upcoming": {"periods": 1},
            "create_price": {"fixed_price": "1.00"},
            "create_pricelist": {"name": "x"},
            "create_product": {"name": "x"},
            "create_template": {"name": "x", "items": [{"product": str(cls.subscription.id)}]},
            "create_template_item": {"product": str(cls.subscription.id)},
            "create_tier_path": {
                "product_from": str(cls.subscription.id),
                "product_to": str(cls.setup_fee.id),
            },
            "create_run": {"contracts": [str(cls.contract.id)]},
            "create_termination": {"contract": str(cls.contract.id)},
            "replay_endpoint": {"since": "2026-01-01T00:00:00Z"},
            "reschedule_change": {"date_effective": "2026-05-01"},
            "send_events": {"events": []},
            "simulate_usage": {"calculator": "1", "quantity": "1"},
        }
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        groups = "cn285_contract.group_billing_manager,base.group_partner_manager"
        stranger = new_test_user(
            cls.env,
            "api_stranger",
            f"{groups},cn285_usage.group_usage_recorder",
            company_id=cls.elsewhere.id,
            company_ids=[(6, 0, cls.elsewhere.ids)],
        )
        employee = new_test_user(cls.env, "api_employee", "base.group_user")
        cls.keys = {
            "stranger": cls._new_key(stranger, company_id=cls.elsewhere.id),
            "employee": cls._new_key(employee),
            "unscoped": cls._new_key(cls.program, set()),
        }

    def _operations(self):
        spec = self.get("/openapi.json", key="")
        self.paths = list(spec["paths"])
        self.schemas = spec["components"]["schemas"]
        for path, methods in sorted(spec["paths"].items()):
            for method, about in methods.items():
                yield path, method.upper(), about

    def _filled(self, path, about):
        """The path of ours, with the parameters that it needs."""
        filled = re.sub(r"{(\w+)}", lambda found: str(self.ids[found[1]]), path)
        day = "2026-01-01"
        needed = {"source": "a", "transaction_id": "b", "type": "quantity"}
        needed |= {"month_from": day, "month_to": day, "day": day}
        query = [
            f"{one['name']}={needed[one['name']]}"
            for one in about.get("parameters", ())
            if one.get("in") == "query" and one.get("required")
        ]
        return f"{filled}?{'&'.join(query)}" if query else filled

    def _call(self, name):
        """``(operation, answer)`` of all operations but those without a scope."""
        for path, method, about in self._operations():
            if not about.get("x-scope"):
                continue
            operation = about["operationId"]
            body = self.bodies.get(operation, {} if method in ("POST", "PATCH") else None)
            filled = self._filled(path, about)
            self.path = path
            yield operation, self.call(method, filled, body, key=self.keys[name])

    def _kind_of(self, path):
        """Of which kind the records of a list are, by the path of one of them; None where there is
        none."""
        one = re.compile(re.escape(path) + r"/{(\w+)}")
        found = [match[1] for match in map(one.fullmatch, self.paths) if match]
        return found[0] if found else None

    def _counts(self):
        self.env.flush_all()
        counts = {}
        for table in self.tables:
            changed = CHANGED_AT.get(table, "write_date")
            self.env.cr.execute(f"SELECT count(*), max({changed}) FROM {table}")
            counts[table] = self.env.cr.fetchone()
        return counts

    def test_without_its_scope_nothing_is_answered(self):
        before, count = self._counts(), 0
        for operation, answer in self._call("unscoped"):
            count += 1
            with self.subTest(operation=operation):
                self.assertProblem(answer, 403, "missing_scope")
        self.assertGreater(count, 50)
        self.assertEqual(self._counts(), before)

    @mute_logger("odoo.http")
    def test_whoever_is_of_another_company_finds_nothing_and_changes_nothing(self):
        before = self._counts()
        for operation, answer in self._call("stranger"):
            with self.subTest(operation=operation):
                if answer.status_code == 200:
                    data = answer.json()
                    mine = data.get("data", []) if operation not in LISTS else []
                    if operation not in ("send_events",):
                        self.assertEqual(self._ours(operation, mine), [], answer.text)
                else:
                    self.assertIn(answer.status_code, (403, 404, 422), answer.text)
        self.assertEqual(self._counts(), before)

    def _ours(self, operation, data):
        """Those of a list that are of our company, by themselves or by what they belong to; of a
        part of one of our records, all.

        Numbers are compared within a kind: a customer may have the number of a contract.
        """
        kind = self._kind_of(self.path)
        if kind is None:
            return data
        owners = ("contract", "customer", "invoice", "item", "product")
        return [
            one
            for one in data
            if one.get("id") == self.ids[kind]
            or any(self._number(one.get(owner)) == self.ids[owner] for owner in owners)
        ]

    @staticmethod
    def _number(link):
        return link["id"] if isinstance(link, dict) else link

    def test_each_body_has_a_sample(self):
        """What is refused for a missing field says nothing of rights."""
        for _path, _method, about in self._operations():
            body = about.get("requestBody", {}).get("content", {}).get("application/json")
            if body and about["operationId"] not in self.bodies:
                name = body["schema"].get("$ref", "").rpartition("/")[2]
                with self.subTest(operation=about["operationId"]):
                    self.assertFalse(self.schemas.get(name, {}).get("required"))

    @mute_logger("odoo.http")
    def test_whoever_has_no_rights_reads_and_writes_no_contract(self):
        before = self._counts()
        for operation, answer in self._call("employee"):
            with self.subTest(operation=operation):
                free = answer.status_code == 200 and not answer.json().get("data")
                catalogue = operation in (
                    "get_customer",
                    "get_pricelist",
                    "get_product",
                    "list_customers",
                    "list_pricelists",
                    "list_prices",
                    "list_products",
                    *LISTS,
                )
                if not free and not catalogue:
                    self.assertIn(answer.status_code, (403, 404, 422), answer.text)
                self.assertNotEqual(answer.status_code, 201)
        self.assertEqual(self._counts(), before)
