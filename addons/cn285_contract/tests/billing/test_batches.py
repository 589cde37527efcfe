from datetime import date
from itertools import chain
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.sql_db import Cursor
from odoo.tests import new_test_user, tagged

from ...engine.batches import BatchKey
from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestBatches(ContractCase):
    """A run is cut by the invoices it comes to: none is torn, none is made twice or left out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_batch_size = 2
        cls.manager = new_test_user(
            cls.env, "batches_manager", groups="cn285_contract.group_billing_manager"
        )

    def _started(self, **values):
        runs = self.env["cn285.billing.run"].with_user(self.manager)
        run = runs.create({"date": date(2026, 1, 15), **values})
        with trap_jobs():
            run.action_run_in_jobs()
        return run

    def _billed(self, run):
        """Run its batches one by one; what each made, as sorted sets of contracts."""
        made = []
        for batch in run.batch_ids.sorted("number"):
            before = run.sudo().invoice_ids
            batch._run()
            run.invalidate_recordset(["invoice_ids"])
            moves = run.sudo().invoice_ids - before
            made.append(sorted(sorted(move.cn285_contract_ids.ids) for move in moves))
        return made

    def test_a_payer_of_many_separate_invoices_is_in_several_batches(self):
        separate = [self._create_contract(invoice_separately=True) for _number in range(5)]
        run = self._started()
        self.assertEqual([len(batch.keys) for batch in run.batch_ids.sorted("number")], [2, 2, 1])
        one, two, three, four, five = ([contract.id] for contract in separate)
        self.assertEqual(self._billed(run), [[one, two], [three, four], [five]])
        self.assertEqual(self._billed(run), [[], [], []])
        self.assertFalse(run._batches())

    def test_contracts_that_share_an_invoice_stay_together(self):
        shared = [self._create_contract() for _number in range(5)]
        alone = [self._create_contract(invoice_separately=True) for _number in range(2)]
        run = self._started()
        self.assertEqual([len(batch.keys) for batch in run.batch_ids.sorted("number")], [2, 1])
        together = [contract.id for contract in shared]
        first, second = ([contract.id] for contract in alone)
        self.assertEqual(self._billed(run), [[together, first], [second]])

    def test_invoices_of_other_addresses_and_currencies_part_a_payer(self):
        address = self.env["res.partner"].create(
            {"name": "Compta", "parent_id": self.customer.id, "type": "invoice"}
        )
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-01-01", "rate": 1.25}
        )
        contracts = [
            self._create_contract(**values)
            for values in (
                {"partner_invoice_id": self.customer.id},
                {"partner_invoice_id": address.id},
                {"partner_invoice_id": address.id, "currency_id": dollar.id},
                {"partner_invoice_id": self.customer.id},
            )
        ]
        run = self._started()
        made = self._billed(run)
        self.assertFalse(run.issue_ids.mapped("reason"))
        self.assertEqual([len(moves) for moves in made], [2, 1])
        here, there, abroad, too = (contract.id for contract in contracts)
        self.assertCountEqual(list(chain(*made)), [[here, too], [there], [abroad]])

    def test_the_same_payer_on_two_days(self):
        contracts = [
            self._create_contract([{"billing_offset": offset}], invoice_separately=separate)
            for offset in (0, 3)
            for separate in (True, True, False, False)
        ]
        run = self._started()
        made = self._billed(run)
        self.assertEqual([len(moves) for moves in made], [2, 2, 2])
        ids = [contract.id for contract in contracts]
        expected = [[ids[0]], [ids[1]], ids[2:4], [ids[4]], [ids[5]], ids[6:]]
        self.assertCountEqual(list(chain(*made)), expected)
        dates = run.sudo().invoice_ids.sorted("name").mapped("invoice_date")
        self.assertEqual(dates, sorted(dates))

    def test_late_rows_of_several_months_are_one_invoice(self):
        self.company.cn285_invoice_dating = "issue"
        contract = self._create_contract()
        other = self._create_contract(invoice_separately=True)
        with freeze_time("2026-03-20 10:00:00"):
            run = self._started(date=date(2026, 3, 20))
            made = self._billed(run)
        self.assertEqual(made, [[[contract.id], [other.id]]])
        self.assertEqual(len(run.sudo().schedule_ids), 6)

    def test_batches_that_wait_since_an_older_version_bill_all_of_a_payer(self):
        self._create_contract()
        self._create_contract(invoice_separately=True)
        run = self._started()
        run.batch_ids.sudo()._write_inside({"keys": [["2026-01-01", self.customer.id]]})
        made = self._billed(run)
        self.assertEqual([len(moves) for moves in made], [2])

    def test_a_contract_that_shares_its_invoice_since_the_cut(self):
        contract = self._create_contract(invoice_separately=True)
        run = self._started()
        contract.invoice_separately = False
        self.assertEqual(self._billed(run), [[[contract.id]]])

    def test_a_repair_is_cut_as_well(self):
        contracts = [self._create_contract(invoice_separately=True) for _number in range(3)]
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)]
        )
        journal.active = False
        run = self._started()
        self.assertEqual(self._billed(run), [[], []])
        self.assertEqual(run.issue_count, 3)
        journal.active = True
        with trap_jobs():
            run._finish()
            run.action_retry_errors()
        repaired = run.batch_ids.sorted("number")[2:]
        self.assertEqual(repaired.mapped("invoice_count"), [2, 1])
        billed = run.sudo().invoice_ids.mapped("cn285_contract_ids.id")
        self.assertCountEqual(billed, [contract.id for contract in contracts])

    # === POLLING === #

    def _polled(self, count):
        """Queries of a screen's look at a run of so many batches, and those about batches."""
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
        run._write_inside({"state": "running"})
        key = BatchKey(date(2026, 1, 15), self.customer.id, self.customer.id, 1, 0)
        run._create_batches([[key]] * count)[0]._write_inside({"state": "done"})
        self.env.flush_all()
        self.env.invalidate_all()
        run = run.with_user(self.manager)
        run.has_access("read")
        asked = []
        original = Cursor.execute

        def execute(cursor, query, *arguments, **options):
            asked.append(str(query))
            return original(cursor, query, *arguments, **options)

        with patch.object(Cursor, "execute", execute):
            [values] = run.read(["progress", "state"])
        self.assertEqual(values["progress"], 100.0 / count)
        return len(asked), sum("cn285_billing_run_batch" in query for query in asked)

    def test_a_poll_costs_one_query_about_batches(self):
        for count in (2, 50):
            total, of_batches = self._polled(count)
            self.assertEqual(of_batches, 1)
            # The run itself, and what rights its user has.
            self.assertLessEqual(total, 5)

    def test_the_closing_job_looks_once(self):
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
        run._write_inside({"state": "running"})
        key = BatchKey(date(2026, 1, 15), self.customer.id, self.customer.id, 1, 0)
        batches = run._create_batches([[key]] * 50)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(run.state, "running")
        with self.assertQueryCount(1):
            self.assertTrue(run._is_at_work())
        batches._write_inside({"state": "done"})
        self.assertFalse(run._is_at_work())
        run._job_finish()
        self.assertEqual(run.state, "done")
