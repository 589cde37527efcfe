"""A provider that is disabled, tried out or enabled takes no mandate with it."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import Form, tagged

from .common import SepaCase


@tagged("post_install", "-at_install")
class TestProviderState(SepaCase):
    stock = 1

    def _is_as_before(self, contract):
        token = self.mandate.token_id
        self.assertEqual((self.mandate.state, token.active, token.cn285_state),
                         ("active", True, "valid"))  # fmt: skip
        self.assertEqual(contract.payment_token_id, token)

    def test_any_change_of_state_leaves_mandates_signed(self):
        contract = self._automatic(payment_token_id=self.mandate.token_id.id)
        for state in ("enabled", "test", "disabled", "enabled", "disabled", "test"):
            self.sepa.state = state
            self._is_as_before(contract)

    def test_what_was_ordered_settles_and_what_waits_goes_on(self):
        move = self._invoice()
        self._collect(move)
        debit = self._debit(move)
        self.sepa.state = "disabled"
        with freeze_time("2026-01-13 08:00:00"), trap_jobs():
            self.env["cn285.sepa.file"]._cron_make_files()
        self.assertEqual(debit.state, "waiting")
        self.sepa.state = "test"
        file = self._file(date(2026, 1, 20))
        self.assertEqual((debit.file_id, debit.debit_on), (file, date(2026, 1, 22)))
        self.sepa.state = "disabled"
        with freeze_time("2026-01-22 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._cron_settle()
        self.assertPaid(move)

    def test_disabled_it_debits_nothing_and_enabled_again_it_does(self):
        move = self._invoice()
        self.sepa.state = "disabled"
        self.assertFalse(self._collect(move))
        self.sepa.state = "enabled"
        self._collect(move)
        self.assertEqual(self._debit(move).state, "waiting")

    def test_a_method_that_is_archived_or_detached(self):
        contract = self._automatic(payment_token_id=self.mandate.token_id.id)
        method = self.env.ref("payment.payment_method_sepa_direct_debit")
        method.active = False
        self._is_as_before(contract)
        method.active = True
        method.provider_ids = [(3, self.sepa.id)]
        self._is_as_before(contract)

    def test_what_a_customer_removes_is_revoked(self):
        self.mandate.token_id.active = False
        self.assertEqual(self.mandate.state, "revoked")

    def test_who_disables_it_is_told(self):
        with self.assertLogs("odoo.tests.form.onchange", level="WARNING") as told:
            form = Form(self.sepa)
            form.state = "disabled"
        self.assertIn("1 mandates stay signed", told.output[0])
