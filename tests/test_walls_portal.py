"""What customers read of their records by remote calls: a list of fields, and nothing else."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import new_test_user, tagged

# The models of which customers read anything, by remote calls; pages show what they show.
READABLE = {
    "cn285.billing.schedule",
    "cn285.contract",
    "cn285.contract.change",
    "cn285.contract.item",
    "cn285.device",
    "cn285.sepa.mandate",
    "cn285.usage.event",
}
# What is for staff, whatever else is added to a list.
STAFF = {
    "cn285.contract": "mrr tag_ids message_ids activity_ids notice_ids change_ids template_id "
    "access_token journal_id fiscal_position_id reseller_id predecessor_id",
    "cn285.contract.change": "note error reason_id before after values approved_by requested_by "
    "override declaration message_ids activity_ids fee_amount",
    "cn285.contract.item": "analytic_distribution mrr calculator_ids change_ids",
    "cn285.device": "note external_id network_state event_ids identifier_ids operation_ids "
    "assignment_ids message_ids",
    "cn285.billing.schedule": "steps run_id move_line_id",
    "cn285.sepa.mandate": "iban bic holder proof signed_by signed_how token_id debit_ids "
    "revoked_reason message_ids activity_ids",
    "cn285.usage.event": "properties ingested_at seq",
}


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestWallsOfPortal(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "walls_customer", "base.group_portal")
        cls.portal.partner_id.parent_id = cls.customer
        cls.contract = cls._usage_contract({"price_unit": 0.02})

    def _records(self):
        self._use(self.contract, 30)
        self._bill(date(2026, 2, 20))
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self.contract.id,
                "item_id": self.contract.item_ids.id,
                "type": "end_item",
                "date_effective": date(2026, 6, 30),
                "note": "Margin is thin",
            }
        )
        change.action_schedule()
        change._write_inside({"error": "Internal trouble"})
        event = self.env["cn285.usage.event"].search([("contract_id", "=", self.contract.id)])
        mandate = self.env["cn285.sepa.mandate"].create(
            {
                "partner_id": self.customer.id,
                "provider_id": self.env.ref("cn285_payment_sepa.provider_sepa").id,
                "iban": "FR7630006000011234567890189",
            }
        )
        device = self.env["cn285.device"].create(
            {
                "serial": "WALL-1",
                "type_id": self.env["cn285.device.type"].create({"name": "Meter"}).id,
                "partner_id": self.customer.id,
                "note": "Margin is thin",
            }
        )
        device.action_confirm()
        return {
            record._name: record[:1].with_user(self.portal)
            for record in (
                self.contract,
                self.contract.item_ids,
                self.contract.schedule_ids,
                change,
                event,
                mandate,
                device,
            )
        }

    def test_few_models_are_read_at_all(self):
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=like", "cn285.%"), ("group_id", "=", False)]
        )
        self.assertFalse(access, "rights without a group are everybody's")
        readable = set()
        for name, model in self.env.registry.items():
            if name.startswith("cn285.") and not model._abstract:
                records = self.env[name].with_user(self.portal)
                if records.has_access("read"):
                    readable.add(name)
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(records.has_access(operation), name)
        self.assertEqual(readable, READABLE)

    def test_fields_for_staff_are_neither_read_nor_searched_nor_told(self):
        for name, record in self._records().items():
            allowed = set(record.fields_get())
            self.assertLessEqual(allowed - {"id", "display_name", "active"}, record._portal_fields)
            staff = set(STAFF[name].split())
            self.assertFalse(staff & record._portal_fields)
            hidden = {
                field.name
                for field in record._fields.values()
                if field.name not in allowed and field.name not in MAGIC_COLUMNS
            }
            self.assertLessEqual(staff, hidden)
            for field in sorted(hidden):
                with self.subTest(name, field=field):
                    for attack in (
                        lambda record=record, field=field: record.read([field]),
                        lambda record=record, field=field: record.web_read({field: {}}),
                        lambda record=record, field=field: record.mapped(field),
                        lambda record=record, field=field: record.search_read([], [field]),
                    ):
                        with self.assertRaises(AccessError):
                            attack()
                    # What has a column could be asked for in a search, an order or a group.
                    if not record._fields[field].store or not record._fields[field].column_type:
                        continue
                    if record._fields[field].type == "json":
                        continue
                    value = self.env[name].browse(record.id)[field]
                    value = value.id if hasattr(value, "ids") else value
                    for oracle in (
                        lambda record=record, field=field, value=value: record.search(
                            [(field, "=", value)]
                        ),
                        lambda record=record, field=field: record.search([], order=field),
                        lambda record=record, field=field: record._read_group([], [field]),
                    ):
                        with self.assertRaises(AccessError):
                            oracle()

    def test_what_customers_may_read_they_read(self):
        for name, record in self._records().items():
            with self.subTest(name):
                values = record.read()[0]
                self.assertEqual(set(values), set(record.fields_get()))
                self.assertGreater(len(values), 8)
                self.assertNotIn("Margin", str(values))
                self.assertNotIn("trouble", str(values))
                self.assertTrue(record.name_search("", [("id", "=", record.id)]))

    def test_an_invoice_tells_customers_nothing_for_staff(self):
        self._records()
        move = self.contract.invoice_ids.with_user(self.portal)
        self.assertEqual(move.read(["name"])[0]["name"], move.name)
        for field in ("cn285_credit_reason_id", "cn285_ordinary_reason"):
            with self.assertRaises(AccessError):
                move.read([field])
        # Names of runs, credit notes' reasons and so on are not reached through an invoice.
        with self.assertRaises(AccessError):
            move.cn285_run_id.read(["name"])

    def test_what_we_add_to_the_companys_and_an_invoices_fields_is_staffs(self):
        self._records()
        move = self.contract.invoice_ids.with_user(self.portal)
        company = self.env.company.with_user(self.portal)
        self.assertEqual(company.read(["name"])[0]["name"], self.env.company.name)
        for record in (company, move, move.invoice_line_ids):
            ours = [name for name in record._fields if name.startswith("cn285_")]
            self.assertGreater(len(ours), 4)
            self.assertFalse(set(ours) & set(record.fields_get()))
            for name in ours:
                with self.subTest(record._name, field=name):
                    for attack in (
                        lambda record=record, name=name: record.read([name]),
                        lambda record=record, name=name: record.mapped(name),
                    ):
                        with self.assertRaises(AccessError):
                            attack()
                    if record._fields[name].store and record._fields[name].column_type:
                        with self.assertRaises(AccessError):
                            record.search([], order=name)
        # What Odoo tells customers is told, and the day.
        self.assertTrue(move.read(["amount_total", "payment_state", "invoice_date_due"]))
        self.assertEqual(company._cn285_today(), date(2026, 2, 20))
        employee = new_test_user(self.env, "walls_employee", "base.group_user")
        settings = self.env.company.with_user(employee).read(["cn285_horizon_months"])
        self.assertEqual(settings[0]["cn285_horizon_months"], 12)

    def test_paths_through_a_record_lead_no_further(self):
        """A domain through one of their records asks no field of another that is hidden."""
        items = self.contract.item_ids.with_user(self.portal)
        for path in ("contract_id.mrr", "contract_id.tag_ids.name", "contract_id.change_ids.note"):
            with self.subTest(path), self.assertRaises(AccessError):
                items.search([(path, "!=", False)])
