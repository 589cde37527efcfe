"""What users write of our models: a whitelist for each, at create and at write, and no door."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import new_test_user, tagged

from .wall_records import SAMPLES, our_models

EVERYTHING = (
    "base.group_system,cn285_contract.group_billing_manager,cn285_revrec.group_revrec_manager,"
    "cn285_usage.group_smartcode_author,cn285_usage.group_usage_recorder,"
    "account.group_account_manager"
)
# Rows that follow from what was done: nobody writes, makes or deletes one.
HISTORY = {
    "cn285.api.idempotency",
    "cn285.sign.event",
    "cn285.promotion.redemption",
    "cn285.provisioning.operation",
    "cn285.wallet.draw",
    "cn285.wallet.lot",
    "cn285.wallet.topup",
    "cn285.billing.credit",
    "cn285.billing.run.batch",
    "cn285.billing.run.issue",
    "cn285.bi.replica",
    "cn285.billing.schedule",
    "cn285.bridge.exchange",
    "cn285.bridge.inbox",
    "cn285.bridge.outbox",
    "cn285.communication",
    "cn285.contract.item.pause",
    "cn285.contract.item.version",
    "cn285.device.assignment",
    "cn285.device.event",
    "cn285.device.test",
    "cn285.dunning.event",
    "cn285.fleet.order",
    "cn285.fleet.order.line",
    "cn285.import.load",
    "cn285.import.load.count",
    "cn285.import.load.error",
    "cn285.import.load.file",
    "cn285.import.record",
    "cn285.margin",
    "cn285.mrr.entry",
    "cn285.mrr.item.month",
    "cn285.mrr.month",
    "cn285.mrr.movement",
    "cn285.mrr.touched",
    "cn285.payment.attempt",
    "cn285.payment.refund",
    "cn285.prepayment",
    "cn285.quote.acceptance",
    "cn285.revrec.line",
    "cn285.revrec.position",
    "cn285.revrec.run.issue",
    "cn285.revrec.run.preview",
    "cn285.revrec.schedule",
    "cn285.segment.member",
    "cn285.sepa.bank.line",
    "cn285.sepa.debit",
    "cn285.sepa.file",
    "cn285.sepa.transfer",
    "cn285.simulation.customer",
    "cn285.simulation.line",
    "cn285.simulation.part",
    "cn285.stripe.event",
    "cn285.yousign.event",
    "cn285.time.travel.line",
    "cn285.usage.balance",
    "cn285.usage.calculator.version",
    "cn285.usage.delivery",
    "cn285.usage.ingest.log",
    "cn285.usage.month",
    "cn285.usage.shard",
    "cn285.usage.pool.version",
    "cn285.usage.rating",
    "cn285.usage.refusal",
    "cn285.usage.turn",
    "cn285.webhook.delivery",
    "cn285.webhook.event",
}
# What of records with a history the program keeps; the names are those of the complaint.
KEPT = {
    "cn285.billing.run": "state date_started date_finished schedule_ids invoice_ids issue_ids",
    "cn285.contract": "state planned_end mrr_amount mrr_company payer_id term_start term_end "
    "term_number auto_renew free_exit_from commitment_end schedule_ids invoice_ids "
    "predecessor_id access_token billing_hold billing_hold_reason commitment_agreed_until",
    "cn285.device": "state network_state assignment_ids event_ids",
    "cn285.communication.plan": "state",
    "cn285.contract.change": "state approved_by fee_amount refund_amount confirmation_id before "
    "after error declaration received_at date_applied result_item_id",
    "cn285.contract.item": "company_id state planned_until planned_end anchor_date not_before "
    "version_ids pause_ids schedule_ids predecessor_id",
    "cn285.mrr.close": "company_id known_on closed_by_id last_entry checksum opening closing",
    "cn285.renewal.notice": "contract_id state last_day_to_refuse date_sent date_refused problem",
    "cn285.retention.offer": "state contract_id date_expiry words mrr_at_stake mrr_kept",
    "cn285.revrec.run": "state name",
    "cn285.segment": "evaluated_at evaluated_by_id problem",
    "cn285.sepa.bank.file": "state read_at",
    "cn285.sepa.mandate": "state reference signed_by signed_how proof token_id account_changed "
    "former_reference last_debit_on revoked_on revoked_reason",
    "cn285.simulation": "state contract_count billed simulated difference unexplained more_count "
    "less_count part_ids line_ids customer_ids",
    "cn285.smartcode.version": "state number activated_on activated_by_id test_result",
    "cn285.time.travel": "state seconds",
    "cn285.usage.pool": "contract_id metric_id",
}
KEYS = (
    "cn285_no_replan",
    "cn285_keep_contract_state",
    "cn285_versions_written",
    "cn285_calculator_as_a_whole",
    "cn285_calculator_history_kept",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestWallsOfFields(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "walls_everything", EVERYTHING)

    def test_each_model_has_a_whitelist(self):
        for name in our_models(self.env):
            model = self.env[name]
            with self.subTest(name):
                self.assertTrue(hasattr(model, "_kept_fields"), "it inherits cn285.guarded")
                self.assertEqual(model._is_history, name in HISTORY)
                stored = {
                    field.name
                    for field in model._fields.values()
                    if field.store and field.name not in MAGIC_COLUMNS
                }
                writable = stored - model._kept_fields()
                for field_name in writable:
                    field = model._fields[field_name]
                    self.assertFalse(field.related, f"{field_name} follows another record")
                    self.assertFalse(field.readonly, field_name)
                if name in HISTORY:
                    self.assertFalse(writable)
                missing = set(KEPT.get(name, "").split()) - model._kept_fields()
                self.assertFalse(missing - model._creatable, "the program keeps these")

    def test_models_without_a_table_are_not_written(self):
        """Reports are read; the one that is written records events by its own door."""
        access = self.env["ir.model.access"]
        for name, model in self.env.registry.items():
            if not name.startswith("cn285.") or model._auto or model._abstract:
                continue
            rights = access.search([("model_id.model", "=", name)])
            with self.subTest(name):
                self.assertFalse(any(rights.mapped("perm_write") + rights.mapped("perm_unlink")))
                creating = rights.filtered("perm_create")
                self.assertEqual(bool(creating), name == "cn285.usage.event")

    def _value(self, field):
        if field.type in ("one2many", "many2many"):
            return [Command.create({})]
        if field.type == "many2one":
            return self.env[field.comodel_name].sudo().search([], limit=1).id or 1
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        return {"a": 1} if field.type == "json" else SAMPLES.get(field.type, "wall")

    def test_what_the_program_keeps_is_refused_to_all(self):
        tried = 0
        for name in our_models(self.env):
            model = self.env[name].with_user(self.user)
            for field_name in sorted(model._kept_fields()):
                value = self._value(model._fields[field_name])
                with self.subTest(name, field=field_name):
                    with self.assertRaises(UserError):
                        model.write({field_name: value})
                    if field_name in model._creatable or value == model.default_get(
                        [field_name]
                    ).get(field_name):
                        continue
                    with self.assertRaises(UserError):
                        model.create({field_name: value})
                    tried += 1
        self.assertGreater(tried, 250)

    def _billed(self):
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": self.TIERS}, user_id=self.user.id
        )
        self._use(contract, 30)
        return contract, self._bill(date(2026, 2, 20))

    def test_an_invoiced_row_is_not_billed_again(self):
        contract, run = self._billed()
        row = run.schedule_ids.with_user(self.user)[0]
        before = (row.state, row.move_id, row.amount)
        back = {"state": "planned", "move_id": False, "move_line_id": False, "run_id": False}
        for write in (
            lambda: row.write(back),
            lambda: row.write({"state": "planned"}),
            lambda: row.with_context(cn285_state_door=True).write(back),
            lambda: row.unlink(),
            lambda: contract.with_user(self.user).write(
                {"schedule_ids": [Command.update(row.id, back)]}
            ),
            lambda: contract.item_ids.with_user(self.user).write(
                {"schedule_ids": [Command.update(row.id, back)]}
            ),
            lambda: run.with_user(self.user).write({"schedule_ids": [Command.unlink(row.id)]}),
            lambda: row.rating_ids.unlink(),
            lambda: row.rating_ids.write({"amount": 0.0}),
            lambda: row.copy({"revision": 7}),
            lambda: row.load([".id", "state"], [[str(row.id), "planned"]]),
        ):
            try:
                with self.env.cr.savepoint():
                    result = write()
            except UserError:
                continue
            self.assertTrue(isinstance(result, dict) and result["messages"], "load tells of it")
        self.assertEqual((row.state, row.move_id, row.amount), before)
        self._bill(date(2026, 2, 20))
        self.assertEqual(len(contract.invoice_ids), len(run.invoice_ids))

    def test_what_a_history_hangs_on_does_not_change(self):
        contract, run = self._billed()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.user.company_ids |= elsewhere
        user_run = run.with_user(self.user)
        for record, vals in (
            (contract.with_user(self.user), {"company_id": elsewhere.id}),
            (user_run, {"company_id": elsewhere.id}),
            (user_run, {"date": "2027-01-01"}),
            (user_run, {"contract_ids": [Command.link(contract.id)]}),
            (user_run, {"post": False}),
        ):
            with (
                self.subTest(record._name, vals=vals),
                self.assertRaisesRegex(UserError, "does not change"),
            ):
                record.write(vals)
        # Forms may send what is there already.
        user_run.write({"date": "2026-02-20", "post": True})
        draft = contract.with_user(self.user).copy()
        draft.client_ref = "PO 7"

    def test_keys_of_the_program_are_no_keys_of_callers(self):
        contract, _run = self._billed()
        item = contract.item_ids.with_user(self.user)
        for key in KEYS:
            with self.subTest(key), self.assertRaises(AccessError), self.env.cr.savepoint():
                inside = item.with_context(**{key: True})
                if key == "cn285_keep_contract_state":
                    inside.contract_id._derive_state()
                elif key == "cn285_no_replan":
                    inside._replan()
                elif key.startswith("cn285_calculator"):
                    inside.calculator_ids.tier_ids[0].up_to = 7
                else:
                    inside.quantity = 3
        self.assertEqual(item.quantity, 1)

    def test_copies_have_no_history(self):
        contract, _run = self._billed()
        copied = contract.with_user(self.user).copy()
        self.assertFalse(copied.sudo().schedule_ids)
        self.assertFalse(copied.item_ids.planned_until)
        self.assertEqual(copied.state, "draft")
        self.assertTrue(copied.item_ids.calculator_ids.tier_ids)

    def test_a_name_makes_no_record_past_the_whitelist(self):
        contracts = self.env["cn285.contract.change"].with_user(self.user)
        contracts = contracts.with_context(
            default_contract_id=self._usage_contract({"price_unit": 1}).id,
            default_type="terminate",
            default_date_effective="2026-03-31",
            default_fee_amount=-500.0,
            default_state="applied",
        )
        change = contracts.create({})
        self.assertEqual((change.fee_amount, change.state), (0.0, "draft"))
