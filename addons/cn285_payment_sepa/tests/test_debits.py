"""Debits: on the day that all rules allow, in a file that the bank takes, paid on their day."""

from datetime import date
from importlib.resources import files

from freezegun import freeze_time
from lxml import etree
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OTHER_IBAN, SepaCase


def texts(file, path):
    steps = "/".join(f"{{*}}{name}" for name in path.split("/"))
    return [e.text for e in etree.fromstring(file.attachment_id.raw).findall(f".//{steps}")]


@tagged("post_install", "-at_install")
class TestDebits(SepaCase):
    stock = 3

    def test_collected_it_waits_for_its_file(self):
        move = self._invoice()
        attempt = self._collect(move)
        debit = self._debit(move)
        self.assertEqual((attempt.state, debit.state), ("pending", "waiting"))
        # Told by the invoice of 1 January: 14 days of notice; ordered two bank days ahead.
        self.assertEqual(debit.debit_on, date(2026, 1, 15))
        self.assertEqual(debit.file_on, date(2026, 1, 13))
        self.assertEqual(debit.return_until, date(2026, 1, 22))
        self.assertEqual(debit.refund_until, date(2026, 3, 12))
        self.assertEqual(debit.reference, f"C{move.id}-1")
        self.assertMoney(debit.amount, "120.00")
        self.assertFalse(self._file(date(2026, 1, 12)))
        # Asked again, nothing more is debited.
        self.assertEqual(self._collect(move), attempt)

    def test_a_file_that_the_bank_takes(self):
        for number in range(3):
            self._collect(self._invoice(number))
        file = self._file(date(2026, 1, 13))
        self.assertEqual((file.order_count, file.total), (3, 360.0))
        schema = etree.XMLSchema(
            etree.parse(str(files("sepaxml") / "schemas" / f"{file.form}.xsd"))
        )
        schema.assertValid(etree.fromstring(file.attachment_id.raw))
        self.assertEqual(texts(file, "GrpHdr/CtrlSum"), ["360.00"])
        self.assertEqual(texts(file, "ReqdColltnDt"), ["2026-01-15"])
        self.assertEqual(set(texts(file, "MndtId")), {self.mandate.reference})
        self.assertEqual(set(texts(file, "InstdAmt")), {"120.00"})
        self.assertIn(self._invoice().name, texts(file, "RmtInf/Ustrd"))
        # Made again it is the same, byte by byte; a second run finds nothing left.
        self.assertEqual(file._content(), file.attachment_id.raw)
        self.assertFalse(self._file(date(2026, 1, 13)))

    def test_paid_on_its_day(self):
        move = self._invoice()
        debit = self._ordered(move)
        with freeze_time("2026-01-14 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._cron_settle()
        self.assertEqual((debit.state, move.amount_residual), ("ordered", 120.0))
        with freeze_time("2026-01-15 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._cron_settle()
        self.assertEqual((debit.state, move.amount_residual), ("settled", 0.0))
        attempt = self._attempts(move)
        self.assertEqual(attempt.state, "done")
        self.assertEqual(attempt.payment_id.journal_id, self.sepa.journal_id)
        self.assertEqual(self.mandate.last_debit_on, date(2026, 1, 15))
        self.assertEqual(self.mandate.lapses_on, date(2029, 1, 15))

    def test_paid_otherwise_before_the_file(self):
        move = self._invoice()
        self._collect(move)
        with freeze_time("2026-01-10 08:00:00"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()
        self.assertFalse(self._file(date(2026, 1, 13)))
        self.assertEqual(self._debit(move).state, "cancelled")
        self.assertEqual(self._attempts(move).state, "cancelled")

    def test_late_file_moves_the_day(self):
        """Made on a Saturday, the bank takes it on Monday 19 January: two bank days later."""
        debit = self._ordered(self._invoice(), date(2026, 1, 17))
        self.assertEqual(debit.debit_on, date(2026, 1, 21))
        self.assertEqual(texts(debit.file_id, "ReqdColltnDt"), ["2026-01-21"])

    def test_another_account_is_told_once(self):
        self._settled(self._invoice(0))
        self.mandate._change_account(OTHER_IBAN)
        for number, told in ((1, ["SMNDA"]), (2, [])):
            move = self._invoice(number)
            self._collect(move, date(2026, 2, 2))
            file = self._file(date(2026, 2, 3))
            self.assertEqual(texts(file, "OrgnlDbtrAcct/Id/Othr/Id"), told)
            self.assertEqual(texts(file, "DbtrAcct/Id/IBAN"), [OTHER_IBAN])
            self.assertEqual(texts(file, "SeqTp"), ["RCUR"])

    def test_one_that_the_bank_would_refuse_keeps_no_other(self):
        swiss = self.env["res.partner"].create(
            {"name": "Urs AG", "company_type": "company", "city": "Zürich",
             "country_id": self.env.ref("base.ch").id}
        )  # fmt: skip
        mandate = self._mandate(partner_id=swiss.id, iban="CH9300762011623852957")
        contract = self._automatic(partner_id=swiss.id, payment_token_id=mandate.token_id.id)
        bad, good = self._billed(contract), self._invoice()
        self._collect(bad | good)
        swiss.city = False
        file = self._file(date(2026, 1, 13))
        self.assertEqual(file.debit_ids, self._debit(good))
        refused = self._debit(bad)
        self.assertEqual(refused.state, "rejected")
        self.assertIn("town and country", refused.message)
        self.assertEqual(self._attempts(bad).outcome, "config")

    def test_lapsed(self):
        self.mandate._write_inside({"last_debit_on": date(2023, 1, 14)})
        attempt = self._collect(self._invoice())
        self.assertEqual(attempt.state, "declined")
        self.assertFalse(self._debit(self._invoice()))

    def test_used_once(self):
        mandate = self._mandate(one_off=True)
        self.customer.cn285_payment_token_id = mandate.token_id
        debit = self._settled(self._invoice())
        self.assertEqual(debit.mandate_id, mandate)
        self.assertEqual(texts(debit.file_id, "SeqTp"), ["OOFF"])
        self.assertEqual(mandate.state, "used")
        contract = self._automatic()
        self.assertFalse(contract._payment_tokens()[contract])

    def test_rights(self):
        debit = self._ordered(self._invoice(), given=False)
        self.assertEqual(debit.with_user(self.clerk).amount, 120.0)
        with self.assertRaises(AccessError):
            debit.with_user(self.manager).state = "settled"
        with self.assertRaises(AccessError):
            debit.file_id.with_user(self.clerk).read(["name"])
        debit.file_id.with_user(self.manager).action_sent()
        self.assertEqual(debit.file_id.state, "sent")
