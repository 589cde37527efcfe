"""One of everything: a company in which every screen has something to show."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_revrec.tests.common import RevrecCase
from odoo.addons.cn285_usage.tests.trigger.usage_trigger_case import TriggerCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user

TODAY = date(2026, 3, 20)
BODY = 'lines.append({"label": "Basic", "amount": 20})'
GROUPS = {
    "own": "cn285_contract.group_contract_user_own",
    "all": "cn285_contract.group_contract_user",
    "manager": "cn285_contract.group_billing_manager",
}


class House(TriggerCase, RevrecCase):
    """Contracts in every state, of three salespeople and of two companies, and all around them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._cn285_mark_test_database()
        cls.users = {
            name: new_test_user(cls.env, f"house_{name}", groups=group)
            for name, group in GROUPS.items()
        }
        cls._configure()
        with freeze_time("2026-01-02 09:00:00"), trap_jobs():
            cls._make_contracts()
        cls._change()
        cls._measure()
        with trap_jobs():
            cls._bill_and_credit()
            cls.env["cn285.dunning.case"]._run_company(cls.company)
        cls._recognise()
        cls._announce()
        cls._connect()
        cls._open_branch()
        cls.env.flush_all()

    @classmethod
    def _configure(cls):
        cls.tag = cls.env["cn285.contract.tag"].create({"name": "Key account"})
        cls.template = cls.env["cn285.contract.template"].create(
            {
                "name": "Hosting",
                "term_length": 12,
                "item_ids": [
                    (0, 0, {"product_id": cls.subscription.id, "price_unit": 50.0}),
                ],
                "approval_ids": [(0, 0, {"type": "pause"})],
            }
        )
        cls.env["cn285.change.reason"].create({"name": "Moves abroad"})
        index = cls.env["cn285.price.index"].create({"name": "Syntec"})
        index.value_ids = [(0, 0, {"date": "2025-12-01", "value": 100.0})]
        cls.smartcode = cls.env["cn285.smartcode"].create(
            {
                "name": "Night tariff",
                "code": "night",
                "version_ids": [(0, 0, {"body": BODY})],
            }
        )
        cls.smartcode.version_ids.action_activate()
        cls.env["cn285.usage.pool"].create({"name": "Shared units"})

    @classmethod
    def _make_contracts(cls):
        seller = {"user_id": cls.users["own"].id, "tag_ids": [(6, 0, cls.tag.ids)]}
        yearly = {"price_unit": 365.0, "recurring_unit": "year"}
        discount = {"discount_ids": [(0, 0, {"percent": 10.0, "date_start": date(2026, 1, 1)})]}
        cls.running = cls._create_contract([{**discount}, yearly], **seller)
        cls.renewing = cls._create_contract(
            [yearly],
            date_start=date(2025, 4, 1),
            term_length=12,
            renewal_revision="percent",
            renewal_percent=2.0,
            **seller,
        )
        cls.used = cls._usage_contract(
            {"charge_model": "graduated", "tier_ids": cls.TIERS}, **seller
        )
        cls.delivered = cls._trigger_contract({"usage_billing": "delivery"}, **seller)
        cls.night = cls._usage_contract(
            {"charge_model": "smartcode", "smartcode_id": cls.smartcode.id, "metric_id": False},
            **seller,
        )
        cls.draft = cls._create_contract([{}], confirm=False, **seller)
        cls.templated = cls.env["cn285.contract"].create(
            {"partner_id": cls.customer.id, "template_id": cls.template.id, **seller}
        )
        cls.paused = cls._create_contract([{}], template_id=cls.template.id, **seller)
        cls.closed = cls._create_contract([{}], date_end=date(2026, 1, 31), **seller)
        cls.ending = cls._create_contract([{}], term_length=1, **seller)
        nameless = cls._create_product("Nameless", 0.0)
        cls.broken = cls._create_contract(
            [{"product_id": nameless.id, "price_unit": False}], **seller
        )
        cls.theirs = cls._create_contract(
            [{}], template_id=cls.template.id, user_id=cls.users["all"].id
        )
        cls.nobodys = cls._create_contract([{}], user_id=False)

    @classmethod
    def _plan(cls, contract, kind, day, item=None, scheduled=True, **values):
        change = cls.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": item and item.id,
                "type": kind,
                "date_effective": day,
                "values": values or False,
            }
        )
        if scheduled:
            change.action_schedule()
        return change

    @classmethod
    def _change(cls):
        item = cls.running.item_ids[0]
        cls._plan(cls.running, "quantity", date(2026, 3, 1), item, quantity=2)
        cls._plan(cls.running, "price", date(2026, 6, 1), item, price_unit=110.0)
        cls._plan(cls.running, "price", date(2026, 7, 1), item, scheduled=False, price_unit=120.0)
        cls._plan(cls.running, "price", date(2026, 8, 1), item, price_unit=1.0).action_cancel()
        cls._plan(cls.paused, "pause", date(2026, 3, 1)).with_user(
            cls.users["manager"]
        ).action_approve()
        cls._plan(cls.theirs, "pause", date(2026, 5, 1))
        cls._plan(cls.ending, "terminate", date(2026, 5, 31))

    @classmethod
    def _measure(cls):
        house = cls()
        for day, quantity in (("2026-02-10", 15), ("2026-03-05", 5)):
            house._use(cls.used, quantity, day)
        house._use(cls.delivered, 3, "2026-03-06")
        events = cls.env["cn285.usage.event"]
        event = {"source": "meter", "metric": "calls", "occurred_at": "2026-03-01", "quantity": 1}
        events.ingest(
            [
                {**event, "external_id": "refused", "item_id": 0},
                {**event, "external_id": "parked", "contract": "C-UNKNOWN"},
            ]
        )

    @classmethod
    def _bill_and_credit(cls):
        cls._bill(date(2026, 2, 15))
        cls._bill(TODAY)
        invoice = cls.running.invoice_ids.sorted("id")[0]
        invoice.cn285_credit(percent=10.0)
        cls.env["cn285.billing.run"].create({"date": TODAY})
        drafts = cls.env["cn285.billing.run"].create({"date": date(2026, 4, 20), "post": False})
        drafts.action_run()

    @classmethod
    def _recognise(cls):
        cls._run("2026-01")
        preview = cls.env["cn285.revrec.run"].create({"date": date(2026, 2, 28)})
        preview.action_preview()

    @classmethod
    def _announce(cls):
        cls.env["cn285.renewal.notice"]._run_notices(cls.company)
        notices = cls.env["cn285.renewal.notice"].search([])
        assert notices
        cls.env["cn285.time.travel"].create({"date_to": date(2026, 3, 25)})

    @classmethod
    def _connect(cls):
        cls.backend = cls.env["cn285.bridge.backend"].create(
            {
                "name": "NetSuite",
                "system": "netsuite",
                "netsuite_account": "1234567_SB1",
                # Nobody is there: what a button asks for is told in words.
                "netsuite_url": "http://127.0.0.1:9",
                "netsuite_timeout": 1,
                "map_ids": [(0, 0, {"kind": "tax", "tax_id": cls.tax.id, "external_id": "7"})],
            }
        )
        kind = cls.backend.kind_ids.filtered(lambda kind: kind.code == "customer")
        about = {"kind_id": kind.id, "res_model": "res.partner", "res_id": cls.customer.id}
        env = cls.env
        for state in ("waiting", "parked", "done", "cancelled"):
            env["cn285.bridge.outbox"].create({**about, "state": state})
        for state in ("new", "parked", "applied"):
            env["cn285.bridge.inbox"].create(
                {"kind_id": kind.id, "external_id": state, "state": state, "raw": {"id": 1}}
            )
        binding = env["cn285.bridge.binding"].create(
            {**about, "external_id": "12", "state": "conflict"}
        )
        line = {"name": "email", "label": "E-mail", "ours": "a@b.example", "theirs": "c@d.example"}
        theirs = {"type": "customer", "values": {"companyName": "Martin", "email": "c@d.example"}}
        env["cn285.bridge.conflict"].create(
            {"binding_id": binding.id, "line_ids": [(0, 0, line)], "raw": theirs}
        )
        env["cn285.bridge.exchange"].create(
            {"backend_id": cls.backend.id, "operation": "get", "outcome": "ok"}
        )

    @classmethod
    def _open_branch(cls):
        cls.branch = cls.env["res.company"].create({"name": "Filiale"})
        cls.abroad = cls.env["cn285.contract"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.branch.id,
                "item_ids": [(0, 0, {"product_id": cls.subscription.id, "price_unit": 10.0})],
            }
        )
        cls.abroad.with_company(cls.branch).action_confirm()
