"""Files of mandates."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .common import IBAN, OTHER_IBAN, SepaCase


@tagged("post_install", "-at_install")
class TestImportMandates(SepaCase):
    stock = 1

    def _load(self, **files):
        user = new_test_user(
            self.env, "loads", "base.group_partner_manager,cn285_contract.group_billing_manager"
        )
        loader = self.env["cn285.import.loader"].with_user(user)
        with freeze_time("2026-01-02 10:00:00"):
            return loader._load_files(
                [(f"{name}.csv", text.encode()) for name, text in files.items()]
            )

    def test_mandates_that_were_signed_elsewhere(self):
        report = self._load(
            partners="id,name\nP1,Camille Durand\nP2,Amine Haddad\n",
            mandates="partner,reference,iban,scheme,signed_on,last_debit_on\n"
            # Signed long ago, and used since.
            f"P1,OLD-1,{IBAN},CORE,2019-05-01,2025-12-05\n"
            # Not used for 36 months.
            f"P2,OLD-2,{OTHER_IBAN},CORE,2022-01-01,\n"
            f"P2,OLD-3,{OTHER_IBAN},CORE,2025-01-01,\n"
            "P2,OLD-4,FR00,CORE,2025-01-01,\n",
        )
        self.assertEqual(len(report.errors), 2, report.errors)
        self.assertIn("lapsed", report.errors[1].reason + report.errors[0].reason)
        mandates = self.env["cn285.sepa.mandate"].search([("reference", "=like", "OLD-%")])
        signed = mandates.filtered(lambda mandate: mandate.state == "active").sorted("reference")
        self.assertEqual(signed.mapped("reference"), ["OLD-1", "OLD-3"])
        self.assertEqual(set(signed.mapped("signed_how")), {"import"})
        self.assertEqual(signed[0].lapses_on, date(2028, 12, 5))
        for mandate in signed:
            self.assertEqual(mandate.partner_id.cn285_payment_token_id, mandate.token_id)
        # Loaded again, nothing is signed a second time.
        again = self._load_again()
        self.assertFalse(again.errors, again.errors)
        self.assertEqual(signed[0].token_id, signed[0].token_id)

    def _load_again(self):
        loader = self.env["cn285.import.loader"].with_user(
            self.env["res.users"].search([("login", "=", "loads")])
        )
        with freeze_time("2026-01-03 10:00:00"):
            return loader._load_files(
                [
                    (
                        "mandates.csv",
                        b"partner,reference,iban,scheme,signed_on,last_debit_on\n"
                        + f"Camille Durand,OLD-1,{IBAN},CORE,2019-05-01,2025-12-05\n".encode(),
                    )
                ]
            )

    def test_the_template_loads_as_it_is(self):
        loader = self.env["cn285.import.loader"]
        with freeze_time("2026-01-02 10:00:00"):
            report = loader._load_files([loader._template_xlsx("mandates")], namespace="templates")
        self.assertFalse(report.errors, report.errors)
        self.assertEqual(report.created["mandates"], 1)
