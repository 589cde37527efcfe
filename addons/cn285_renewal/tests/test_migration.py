from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestMigration(TermCase):
    """Databases from before get what is new of the law, and lose nothing that was chosen."""

    def _migrate(self, version, script, since="19.0.1.0.0"):
        self.env.flush_all()
        path = file_path(f"cn285_renewal/migrations/{version}/{script}.py")
        load_script(path, script.replace("-", "_")).migrate(self.env.cr, since)
        self.env.invalidate_all()

    def _set(self, record, **columns):
        """Columns as an earlier version had left them."""
        self.env.flush_all()
        for column, value in columns.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(column),
                    value,
                    record.id,
                )
            )
        self.env.invalidate_all()

    # === CONSUMERS (19.0.1.0.2) === #

    def test_no_company_grants_less_than_the_law(self):
        other = self.env["res.company"].create({"name": "Generous"})
        constraint = "res_company_cn285_withdrawal_days_positive"
        self.env.cr.execute(
            SQL("ALTER TABLE res_company DROP CONSTRAINT IF EXISTS %s", SQL.identifier(constraint))
        )
        self._set(self.company, cn285_withdrawal_days=0)
        self._set(other, cn285_withdrawal_days=30)
        self._migrate("19.0.1.0.2", "pre-withdrawal_days", since=False)
        self.assertEqual(
            self.company.cn285_withdrawal_days, 0, "a new database has nothing to mend"
        )
        self._migrate("19.0.1.0.2", "pre-withdrawal_days")
        self.assertEqual(
            (self.company.cn285_withdrawal_days, other.cn285_withdrawal_days), (14, 30)
        )

    def test_the_law_of_france_learns_what_is_new_of_it(self):
        law = self.env.ref("cn285_renewal.law_fr")
        region = self.env.ref("cn285_renewal.region_alsace_moselle")
        law.write({"tax_protects": "nobody", "non_professional_names": False})
        region.postcodes = False
        self._migrate("19.0.1.0.2", "post-consumers", since=False)
        self.assertEqual(law.tax_protects, "nobody")
        self._migrate("19.0.1.0.2", "post-consumers")
        self.assertEqual(law.tax_protects, "consumers")
        self.assertIn("Syndicat des copropriétaires", law.non_professional_names)
        self.assertEqual(region.postcodes, "57, 67, 68")
        law.non_professional_names = "Association"
        region.postcodes = "68"
        self._migrate("19.0.1.0.2", "post-consumers")
        self.assertEqual((law.non_professional_names, region.postcodes), ("Association", "68"))

    def test_what_was_chosen_on_a_customer_stays_chosen(self):
        partners = self.env["res.partner"]
        chosen = partners.create({"name": "SDC Les Lilas", "is_company": True})
        person = partners.create({"name": "Usual Person"})
        firm = partners.create({"name": "Usual Firm", "is_company": True})
        contact = partners.create({"name": "Contact", "parent_id": chosen.id})
        for partner, kind in (
            (chosen, "non_professional"),
            (person, "consumer"),
            (firm, "professional"),
            (contact, "non_professional"),
        ):
            self._set(partner, cn285_legal_kind=kind, cn285_kind_by_hand=None)
        self._migrate("19.0.1.0.2", "post-consumers")
        self.assertTrue(chosen.cn285_kind_by_hand)
        self.assertFalse((person | firm | contact).filtered("cn285_kind_by_hand"))
        chosen.vat = "FR23334175221"
        firm.write({"is_company": False})
        self.assertEqual(
            (chosen | person | firm).mapped("cn285_legal_kind"),
            ["non_professional", "consumer", "consumer"],
        )

    # === THE UNION (19.0.1.0.3) === #

    def test_consumers_of_other_states_get_their_right(self):
        belgian = self.consumer.copy({"country_id": self.env.ref("base.be").id})
        swiss = self.consumer.copy({"country_id": self.env.ref("base.ch").id})
        before, chosen, professional, outside = (
            self._yearly(partner_id=partner.id)
            for partner in (belgian, belgian, self._firm("be"), swiss)
        )
        self._set(before, has_withdrawal=False, withdrawal_by_hand=None)
        self._set(chosen, has_withdrawal=False, withdrawal_by_hand=True)
        self._migrate("19.0.1.0.3", "post-union")
        self.assertEqual(
            (before | chosen | professional | outside).mapped("has_withdrawal"),
            [True, False, False, False],
        )

    def _firm(self, code):
        country = self.env.ref(f"base.{code}")
        return self.consumer.copy({"country_id": country.id, "is_company": True})
