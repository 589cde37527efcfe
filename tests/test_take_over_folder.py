"""A company migrates: its folder is loaded, compared, released, and its contracts go on.

Sixty contracts in the everyday run; ``CN285_FOLDER=3000`` takes as many as a real company had.
"""

import base64
import os
from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from odoo.addons.cn285_import.engine.files import unpack
from odoo.addons.cn285_import.engine.xlsx import read_workbook
from odoo.addons.cn285_revrec.tests.common import RevrecCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .take_over_files import MISSPELT, STRANGE
from .take_over_folder import HERE, OPENED, Folder, cents

CONTRACTS = int(os.environ.get("CN285_FOLDER", "60"))
GROUPS = (
    "cn285_import.group_import_manager",
    "cn285_contract.group_billing_manager",
    "cn285_revrec.group_revrec_manager",
    "account.group_account_manager",
    "base.group_partner_manager",
    "product.group_product_manager",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestTakeOverFolder(RevrecCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "cn285_change_day": "new",
                "cn285_end_day": "billed",
                "cn285_change_billing": "once",
                "cn285_revrec_from": OPENED,
            }
        )
        method = cls._set_up_payments()
        cls.user = new_test_user(cls.env, "migrates", groups=",".join(GROUPS))
        # Means of payment are loaded by an administrator alone: the same person, that weekend.
        cls.user.group_ids |= cls.env.ref("base.group_system")
        cls.env = cls.env(user=cls.user, su=False)
        cls.folder = Folder(CONTRACTS, cls.accounts["706"].code, method)

    @classmethod
    def _set_up_payments(cls):
        """The company has a provider of cards and an account for direct debits already.

        :returns: the code of the provider's method
        """
        journal = cls.env["account.journal"].create(
            {"name": "Debits", "code": "TFD", "type": "bank", "company_id": cls.company.id}
        )
        journal.set_bank_account("FR7610107001011234567890129")
        common = {"company_id": cls.company.id, "state": "test", "journal_id": journal.id}
        cls.env.ref("cn285_payment_sepa.provider_sepa").write(
            {**common, "cn285_creditor_identifier": "FR72ZZZ123456"}
        )
        cls.env.ref("payment.payment_method_sepa_direct_debit").active = True
        demo = cls.env.ref("payment.payment_provider_demo")
        demo.write({"company_id": cls.company.id, "state": "test"})
        if not demo.journal_id:
            demo.journal_id = journal
        method = demo.payment_method_ids[:1]
        method.active = True
        return method.code

    def test_migration(self):
        self._load()
        self._correct()
        self._look()
        self._tie_out()
        self._compare_and_release()
        self._bill_february()
        self._end_what_was_billed_elsewhere()
        self._bill_march()
        self._recognise()

    # --- the steps -----------------------------------------------------------------------------

    def _run_load(self, files):
        load = self.env["cn285.import.load"]._make(files, dates="dmy")
        load._run(commit=False)
        self.assertEqual(load.state, "done")
        return load

    def _ref(self, key):
        return self.env.ref(f"cn285_imported.{key}", raise_if_not_found=False)

    def _load(self):
        """All goes in but three rows, each with its reason; what they belong to waits."""
        files = self.folder.files()
        self.load = self._run_load(files)
        told = sorted((error.file, error.line, error.reason) for error in self.load.error_ids)
        self.assertEqual([file for file, _line, _reason in told],
                         ["contracts.csv", "items-uk.csv", "open_invoices-uk.csv"])  # fmt: skip
        unknown, misspelt, ambiguous = (reason for _file, _line, reason in told)
        self.assertIn("There is no column “Région”", unknown)
        self.assertIn("there is no product variant “TF-SUPORT”", misspelt)
        self.assertIn("stays a draft", misspelt)
        self.assertIn("“1,234” may be read in two ways", ambiguous)
        counts = {one.kind: one.created for one in self.load.count_ids}
        self.assertGreaterEqual(len(counts), 12)
        items = sum(len(life.items) for life in self.folder.lives)
        self.assertEqual((counts["contracts"], counts["items"]), (CONTRACTS, items - 1))
        # Sums at the end are told, and nobody is billed back.
        notes = self.load.notes.splitlines()
        self.assertEqual(len(notes), 2, notes)
        self.assertTrue(all("adds up the others" in note for note in notes))
        waiting = {number for number in range(CONTRACTS) if self._contract(number).state == "draft"}
        self.assertEqual(waiting, {MISSPELT, STRANGE})

    def _contract(self, number):
        return self._ref(f"K{number:04}")

    def _correct(self):
        """The file of refused rows, corrected, and the contracts once more: no row twice."""
        name, content = self.load.error_name, base64.b64decode(self.load.error_file)
        mended = []
        for file, text in unpack(name, content):
            text = text.decode("utf-8-sig").replace("TF-SUPORT", "TF-SUPPORT")
            mended.append((file, text.replace('"1,234"', "1234.00").encode()))
        self.assertEqual(len(mended), 2)
        mended.append(("contracts.csv", self.folder.corrected_contracts()))
        again = self._run_load(mended)
        self.assertFalse(again.error_ids, again.error_ids.mapped("reason"))
        counts = {one.kind: (one.created, one.updated, one.skipped) for one in again.count_ids}
        self.assertEqual(
            counts,
            {"contracts": (0, 0, CONTRACTS), "items": (1, 0, 0), "open_invoices": (1, 0, 0)},
        )
        states = {
            kind: {self._contract(life.number).state for life in self.folder.of(kind)}
            for kind in ("clamped", "plain", "closed", "fresh")
        }
        self.assertEqual(
            states,
            {"clamped": {"active"}, "plain": {"active"}, "closed": {"closed"},
             "fresh": {"active"}},
        )  # fmt: skip
        # Loaded as a whole again, nothing changes.
        files = dict(self.folder.files())
        files["contracts.csv"] = self.folder.corrected_contracts()
        del files["items-uk.csv"], files["open_invoices-uk.csv"]
        whole = self._run_load(list(files.items()))
        self.assertFalse(whole.error_ids, whole.error_ids.mapped("reason"))
        changed = {one.kind for one in whole.count_ids if one.created or one.updated}
        self.assertFalse(changed)

    def _look(self):
        """What came in is what the old system had."""
        plain, index, ends = (self.folder.of(kind)[0] for kind in ("plain", "index", "ends"))
        partner = self._ref(plain.partner)
        self.assertEqual(partner.cn285_payment_token_id.provider_ref, f"tf_card_{plain.number}")
        mandates = self.env["cn285.sepa.mandate"].search([("reference", "=like", "TF-RUM-%")])
        self.assertEqual(len(mandates), len(self.folder.of("arrears")))
        self.assertEqual(set(mandates.mapped("state")), {"active"})
        self.assertEqual(self._ref("TF-HOSTING").name, "Hébergement à l’année")
        self.assertMoney(self._ref("TF-HOSTING").list_price, "1200.00")
        contract = self._contract(index.number)
        self.assertEqual(contract.name, f"ANC-{index.number:05}")
        self.assertEqual(contract.term_end.isoformat(), "2026-02-28")
        self.assertEqual(contract.notice_ids.state, "on_time")
        self.assertEqual(self._contract(ends.number).date_end.isoformat(), "2026-02-28")
        owed = self.env["account.move.line"].search(
            [("account_type", "=", "asset_receivable"), ("parent_state", "=", "posted")]
        )
        years = len(self.folder.of("year"))
        total = sum(owed.mapped("amount_residual"))
        self.assertMoney(total, str(Decimal("1234.50") * years + Decimal("1234.00")))

    def _tie_out(self):
        """What the contracts have deferred is the balance that the accountant books."""
        expected = sum((life.opening for life in self.folder.lives), Decimal(0))
        report = self.env["cn285.revrec.opening"]
        account = self.accounts["487"]

        def rows():
            report.invalidate_model(flush=False)
            return report.search([("account_id", "=", account.id)])

        deferred = {row.contract_id.name: self._cents(row.deferred) for row in rows()}
        opened = [life for life in self.folder.lives if life.opening]
        self.assertEqual(
            deferred, {f"ANC-{life.number:05}": str(cents(life.opening)) for life in opened}
        )
        other = self.env["account.account"].create(
            {"name": "Opening", "code": "890000", "account_type": "asset_current"}
        )
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": OPENED,
                "line_ids": [
                    (0, 0, {"account_id": one.id, "balance": float(balance), "name": "Opening"})
                    for one, balance in ((account, -expected), (other, expected))
                ],
            }
        )
        move.action_post()
        self.assertMoney(abs(round(sum(rows().mapped("difference")), 6)), "0.00")

    def _compare_and_release(self):
        """Nothing is billed while it is held; the month agrees to the cent, and is released."""
        self._use()
        self.assertFalse(self._billed(date(2026, 1, 31)).invoice_ids)
        wizard = self.env["cn285.take.over.compare"].create(
            {
                "date_from": "2026-01-16",
                "date_until": "2026-02-28",
                "file": base64.b64encode(self.folder.old_invoices()),
                "file_name": "factures.csv",
            }
        )
        wizard.action_compare()
        [(_title, table)] = read_workbook("r.xlsx", base64.b64decode(wizard.result))
        self.assertEqual([row.cells for row in table.rows if row.cells["Difference"] != "0"], [])
        self.assertIn(f"{CONTRACTS} of {CONTRACTS} contracts agree", wizard.summary)
        wizard.action_release()
        held = self.env["cn285.contract"].search_count([("billing_hold", "=", True)])
        self.assertEqual(held, 0)

    def _use(self):
        """Calls since the take-over."""
        events = [
            {
                "source": "switch",
                "transaction_id": life.key,
                "item_id": self._ref(f"{life.key}-U").id,
                "metric": "tf_calls",
                "occurred_at": "2026-01-14 09:00:00",
                "quantity": HERE,
            }
            for life in self.folder.of("usage")
        ]
        self.assertFalse(self.env["cn285.usage.event"].ingest(events)["refused"])

    def _billed(self, until):
        run = self.env["cn285.billing.run"].create({"date": until})
        with trap_jobs():
            run.action_run()
        self.assertFalse(run.issue_ids, run.issue_ids.mapped("reason"))
        return run

    def _assert_billed(self, run, expected):
        """The run's rows, contract by contract, and its invoices as a whole."""
        rows = self.env["cn285.billing.schedule"]._read_group(
            [("run_id", "=", run.id)], ["contract_id"], ["amount:sum"]
        )
        found = {contract.name: self._cents(amount) for contract, amount in rows if amount}
        wanted = {
            f"ANC-{life.number:05}": str(cents(expected(life)))
            for life in self.folder.lives
            if expected(life)
        }
        self.assertEqual(found, wanted)
        total = sum(map(expected, self.folder.lives), Decimal(0))
        self.assertMoney(run.amount_untaxed, str(cents(total)))
        self.assertEqual(set(run.invoice_ids.mapped("state")), {"posted"})

    def _bill_february(self):
        with freeze_time("2026-02-28 10:00:00"):
            run = self._billed(date(2026, 2, 28))
        self._assert_billed(run, lambda life: sum(life.old, Decimal(0)))

    def _end_what_was_billed_elsewhere(self):
        """The hosting of one ends on 31 March, the whole contract of another: both are credited."""
        one, two = self.folder.of("year")[:2]
        self.credited = {}
        for life, kind in ((one, "end_item"), (two, "terminate")):
            contract = self._contract(life.number)
            item = self._ref(f"{life.key}-H")
            values = {"contract_id": contract.id, "type": kind, "date_effective": "2026-03-31"}
            if kind == "end_item":
                values["item_id"] = item.id
            with freeze_time("2026-03-01 09:00:00"):
                change = self.env["cn285.contract.change"].create(values)
                change.action_schedule()
            charged, first, last = life.year
            days, left = (last - first).days + 1, (last - date(2026, 3, 31)).days
            self.credited[life] = cents(charged * left / days)

    def _bill_march(self):
        with freeze_time("2026-03-01 10:00:00"):
            run = self._billed(date(2026, 3, 31))
        self._assert_billed(run, lambda life: life.march)
        with freeze_time("2026-04-01 10:00:00"):
            run = self._billed(date(2026, 4, 1))
        for life, amount in self.credited.items():
            rows = self._ref(f"{life.key}-H").schedule_ids
            credits = rows.filtered(lambda row: row.kind == "credit")
            self.assertMoney(sum(credits.mapped("amount")), str(-amount))
            lines = credits.move_line_id
            former = f"A-{life.number:05}"
            self.assertEqual(lines.move_id, lines.move_id & run.invoice_ids)
            self.assertTrue(all(former in line.name for line in lines), lines.mapped("name"))
            self.assertTrue(all(former in move.narration for move in lines.move_id))
        ended = self._contract(self.folder.of("year")[1].number)
        self.assertEqual(ended.date_end.isoformat(), "2026-03-31")
        # What was billed elsewhere is neither billed nor credited again.
        with freeze_time("2026-04-01 10:00:00"):
            self.assertFalse(self._billed(date(2026, 4, 1)).invoice_ids)
        closed = self._contract(self.folder.of("closed")[0].number)
        self.assertFalse(closed.invoice_ids)
        with self.assertRaises(AccessError):
            closed.with_user(self.env.ref("base.public_user")).action_release_billing()

    def _recognise(self):
        """January releases what it has of the opening, and nothing differs to the end of March."""
        with freeze_time("2026-02-02 10:00:00"):
            run = self._run("2026-01")
        openings = self.env["cn285.revrec.line"].search(
            [("schedule_id.is_opening", "=", True), ("period", "<=", "2026-01-31")]
        )
        earned = sum((life.earned for life in self.folder.lives), Decimal(0))
        self.assertMoney(sum(openings.mapped("amount")), str(cents(earned)))
        self.assertEqual(set(openings.mapped("state")), {"recognised"})
        self.assertTrue(run)
        with freeze_time("2026-04-02 10:00:00"):
            self._run_months("2026-02", "2026-03")
        self.assertTiesOut("2026-03-31")
