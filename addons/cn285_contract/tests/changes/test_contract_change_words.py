from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .test_contract_change_money import MoneyCase

KEYS = ("quarter", "month", "arrears", "advance", "fixed", "manual", "calendar", "suspended")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestChangeWords(MoneyCase):
    """What a change made different is told in the words and the language of whoever reads it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(["cn285_contract"], ["fr_FR"])
        cls.readers = {
            lang: new_test_user(
                cls.env, f"words_{lang}", "cn285_contract.group_billing_manager", lang=lang
            )
            for lang in ("en_US", "fr_FR")
        }

    def _told(self, change, lang):
        return change.with_user(self.readers[lang]).with_context(lang=lang).difference

    def test_choices_are_labels_in_the_readers_language(self):
        contract = self._monthly(31.0)
        item = contract.item_ids
        period = self._change(
            contract,
            "billing_period",
            "2026-02-01",
            item=item,
            recurring_interval=1,
            recurring_unit="quarter",
        )
        stop = self._change(contract, "deactivate", "2026-04-01", item=item, cause="debt")
        self.assertFalse(period.difference, "nothing has happened yet")
        with self._travel("2026-04-02"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self.assertEqual((period.state, stop.state), ("applied", "applied"))
        english, french = (self._told(period, lang) for lang in ("en_US", "fr_FR"))
        self.assertIn("API access, Period Unit: Months → Quarters", english.splitlines())
        # French has a blank before its colon.
        unit = r"(?m)^API access, Unité de période\xa0: Mois → Trimestres$"
        self.assertRegex(french, unit)
        self.assertIn("Active → Suspended", self._told(stop, "en_US"))
        self.assertIn("Actif → Suspendu", self._told(stop, "fr_FR"))
        for change in (period, stop):
            for key in KEYS:
                self.assertNotRegex(self._told(change, "fr_FR"), rf"\b{key}\b")

    def test_records_days_and_money(self):
        contract = self._monthly(31.0)
        item, shop = contract.item_ids, self.env["res.partner"].create({"name": "Shop"})
        change = self._change(contract, "price", "2026-01-15", item=item, price_unit=1234567.5)
        self.assertIn("API access, Unit Price: 31 → 1,234,567.5", self._told(change, "en_US"))
        self.assertRegex(self._told(change, "fr_FR"), r"31 → 1\s234\s567,5")
        change = self._change(
            contract, "beneficiary", "2026-01-15", item=item, beneficiary_id=shop.id
        )
        self.assertIn("Beneficiary: – → Shop", self._told(change, "en_US"))
        change = self._change(contract, "end_item", "2026-01-15", item=item)
        self.assertIn("End Date: – → 01/15/2026", self._told(change, "en_US"))
        self.assertIn("– → 15/01/2026", self._told(change, "fr_FR"))
