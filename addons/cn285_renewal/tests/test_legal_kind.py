from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from .term_common import TermCase

VAT = "FR23334175221"


@tagged("post_install", "-at_install")
class TestLegalKind(TermCase):
    """What is set by hand stays, whatever is edited later; what nobody set follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.france = cls.env.ref("base.fr")
        cls.clerk = new_test_user(
            cls.env,
            "kind_clerk",
            "base.group_partner_manager,cn285_contract.group_billing_manager",
        )
        cls.partners = cls.env["res.partner"].with_user(cls.clerk)

    def _partner(self, **values):
        return self.partners.create(
            {"name": "Les Lilas", "is_company": True, "country_id": self.france.id, **values}
        )

    def test_a_vat_number_resets_nothing_that_was_set(self):
        club = self._partner()
        self.assertEqual(club.cn285_legal_kind, "professional")
        club.cn285_legal_kind = "non_professional"
        club.vat = VAT
        self.assertEqual(club.cn285_legal_kind, "non_professional")
        club.vat = False
        club.is_company = False
        self.assertEqual(club.cn285_legal_kind, "non_professional")

    def test_set_when_it_is_created_by_a_program(self):
        club = self._partner(cn285_legal_kind="non_professional")
        club.vat = VAT
        self.assertEqual(club.cn285_legal_kind, "non_professional")
        person = self._partner(is_company=False, cn285_legal_kind="consumer")
        person.vat = VAT
        self.assertEqual(person.cn285_legal_kind, "consumer")

    def test_emptied_it_follows_again(self):
        club = self._partner(cn285_legal_kind="consumer", vat=VAT)
        club.cn285_legal_kind = False
        self.assertEqual(club.cn285_legal_kind, "professional")
        self.assertFalse(club.cn285_kind_by_hand)

    def test_what_nobody_set_follows_the_number(self):
        person = self._partner(is_company=False)
        self.assertEqual(person.cn285_legal_kind, "consumer")
        person.vat = VAT
        self.assertEqual(person.cn285_legal_kind, "professional")

    def test_on_the_form(self):
        form = Form(self.partners)
        form.name = "Amicale"
        form.company_type = "company"
        form.cn285_legal_kind = "non_professional"
        club = form.save()
        self.assertTrue(club.cn285_kind_by_hand)
        with Form(club) as form:
            form.vat = VAT
        self.assertEqual(club.cn285_legal_kind, "non_professional")
        with Form(club) as form:
            form.cn285_legal_kind = "professional"
        self.assertFalse(club.cn285_kind_by_hand, "the usual one is none that somebody set")
        untouched = Form(self.partners)
        untouched.name = "Camille"
        untouched.company_type = "person"
        person = untouched.save()
        self.assertEqual((person.cn285_legal_kind, person.cn285_kind_by_hand), ("consumer", False))
        with Form(person) as form:
            form.vat = VAT
        self.assertEqual(person.cn285_legal_kind, "professional")

    def test_a_duplicate_of_what_nobody_set_follows_its_own_facts(self):
        firm = self._partner(vat=VAT)
        person = firm.copy({"name": "Camille", "is_company": False, "vat": False})
        self.assertEqual((person.cn285_legal_kind, person.cn285_kind_by_hand), ("consumer", False))
        club = self._partner(cn285_legal_kind="non_professional")
        other = club.copy({"vat": VAT})
        self.assertEqual(other.cn285_legal_kind, "non_professional", "what was set is duplicated")
        other.vat = False
        self.assertEqual(other.cn285_legal_kind, "non_professional")

    def test_contacts_take_it_over_from_their_company(self):
        club = self._partner(cn285_legal_kind="non_professional")
        contact = self.partners.create({"name": "Camille", "parent_id": club.id})
        self.assertEqual(contact.cn285_legal_kind, "non_professional")
        contact.parent_id = False
        self.assertEqual(contact.cn285_legal_kind, "consumer", "not set by hand for her")

    def test_who_joins_a_company_and_leaves_keeps_what_was_set(self):
        firm = self._partner(vat=VAT)
        person = self._partner(name="Camille", is_company=False, vat=VAT)
        other = self._partner(name="Dominique", is_company=False, vat=VAT)
        person.cn285_legal_kind = "consumer"
        (person | other).write({"parent_id": firm.id})
        self.assertEqual((person | other).mapped("cn285_legal_kind"), ["professional"] * 2)
        self.assertFalse(person.cn285_kind_by_hand)
        with Form(person) as form:
            form.parent_id = self.partners
        self.assertEqual((person.cn285_legal_kind, person.cn285_kind_by_hand), ("consumer", True))
        other.parent_id = False
        self.assertEqual(other.cn285_legal_kind, "professional", "nobody set it")
        person.write({"parent_id": self._partner(vat=VAT).id})
        person.write({"parent_id": firm.id})
        person.write({"parent_id": False, "cn285_legal_kind": "professional"})
        self.assertEqual(person.cn285_legal_kind, "professional", "chosen since")
        person.write({"parent_id": firm.id})
        person.write({"parent_id": False})
        self.assertEqual(person.cn285_legal_kind, "professional")

    def test_merged_customers_keep_what_was_chosen(self):
        merge = self.env["base.partner.merge.automatic.wizard"]._merge
        for kept, gone, right in (
            ({}, {"cn285_legal_kind": "non_professional"}, "non_professional"),
            ({"vat": VAT}, {"cn285_legal_kind": "non_professional"}, "non_professional"),
            ({"cn285_legal_kind": "consumer"}, {"cn285_legal_kind": "professional"}, "consumer"),
        ):
            kept, gone = self._partner(**kept), self._partner(**gone)
            merge((kept | gone).ids, kept)
            self.assertEqual(kept.cn285_legal_kind, right)
            kept.vat = False
            self.assertEqual(kept.cn285_legal_kind, right)
        kept, gone = self._partner(vat=VAT), self._partner()
        merge((kept | gone).ids, kept)
        self.assertEqual((kept.cn285_legal_kind, kept.cn285_kind_by_hand), ("professional", False))

    def test_a_homeowners_association_is_none(self):
        for name in (
            "Syndicat des copropriétaires 3 rue des Lilas",
            "SYNDICAT DE COPROPRIETE LES LILAS",
            "SDC Résidence du Parc",
        ):
            association = self._partner(name=name, vat=VAT)
            self.assertEqual(association.cn285_legal_kind, "non_professional", name)
        manager = self._partner(name="Foncière du Parc, syndic de copropriété")
        self.assertEqual(manager.cn285_legal_kind, "professional")

    # === THE RIGHT OF WITHDRAWAL === #

    def test_the_right_that_was_given_stays(self):
        shop = self._partner(vat=VAT)
        contract = self._yearly(partner_id=shop.id)
        self.assertFalse(contract.has_withdrawal)
        contract.with_user(self.clerk).has_withdrawal = True
        shop.vat = False
        shop.cn285_legal_kind = "non_professional"
        self.assertTrue(contract.has_withdrawal)

    def test_the_right_that_was_taken_stays(self):
        contract = self._yearly(has_withdrawal=False)
        self.consumer.vat = VAT
        self.consumer.vat = False
        self.assertFalse(contract.has_withdrawal)

    def test_the_right_that_nobody_set_follows(self):
        contract = self._yearly()
        self.assertTrue(contract.has_withdrawal)
        self.consumer.vat = VAT
        self.assertFalse(contract.has_withdrawal, "professionals have none")
        self.assertFalse(contract.withdrawal_deadline)

    def test_on_the_form_of_a_contract(self):
        contract = self._yearly()
        with Form(contract.with_user(self.clerk)) as form:
            form.has_withdrawal = False
        self.assertTrue(contract.withdrawal_by_hand)
        self.consumer.cn285_legal_kind = "consumer"
        self.assertFalse(contract.has_withdrawal)

    # === BY THE CUSTOMER'S PLACE === #

    def _deadline(self, concluded, **address):
        self.consumer.write(address)
        contract = self._yearly(date_concluded=None)
        contract.date_concluded = concluded
        contract.invalidate_recordset()
        item = contract._last_day_to_withdraw(contract.item_ids)
        self.assertEqual(item, contract.withdrawal_deadline, "one deadline")
        return contract.withdrawal_deadline

    @freeze_time("2026-06-15 10:00:00")
    def test_where_the_customer_lives(self):
        for concluded, address, last in (
            ("2025-12-12", {"zip": "67000"}, date(2025, 12, 29)),
            ("2025-12-12", {"zip": "75011"}, date(2025, 12, 26)),
            ("2025-12-12", {"zip": "57000"}, date(2025, 12, 29)),
            # Good Friday 2026 is 3 April, then a weekend and Easter Monday.
            ("2026-03-20", {"zip": "68100"}, date(2026, 4, 7)),
            ("2026-03-20", {"zip": "69003"}, date(2026, 4, 3)),
            # 22 May 2026 is a Friday, Whit Monday the 25th; 27 May a Wednesday.
            ("2026-05-08", {"zip": "97200"}, date(2026, 5, 26)),
            ("2026-05-08", {"zip": "97400"}, date(2026, 5, 22)),
            ("2026-05-13", {"zip": "97110"}, date(2026, 5, 28)),
            ("2026-05-13", {"zip": "97150"}, date(2026, 5, 27)),
        ):
            with self.subTest(address, concluded=concluded):
                self.assertEqual(self._deadline(concluded, **address), last)

    @freeze_time("2026-06-15 10:00:00")
    def test_the_companys_region_counts_where_the_address_does_not_tell(self):
        self.company.cn285_legal_region_id = self.env.ref("cn285_renewal.region_alsace_moselle")
        self.assertEqual(self._deadline("2025-12-12", zip=False), date(2025, 12, 29))
        self.assertEqual(self._deadline("2025-12-12", zip="69003"), date(2025, 12, 26))

    @freeze_time("2026-06-15 10:00:00")
    def test_overseas_countries_are_under_the_law(self):
        contract = self._yearly()
        self.consumer.write({"zip": "97400", "country_id": self.env.ref("base.re").id})
        self.assertEqual(contract._law(), self.env.ref("cn285_renewal.law_fr"))
        self.assertTrue(contract.has_withdrawal)
        self.assertTrue(contract._is_protected())
        contract.date_concluded = "2024-12-06"
        contract.invalidate_recordset()
        # 20 December 2024 is a Friday, a holiday in Réunion.
        self.assertEqual(contract.withdrawal_deadline, date(2024, 12, 23))
        self.assertIn(
            (self.env.ref("base.re").id, "consumer"),
            self.env["cn285.law"]._protected_on_renewals(),
        )

    def test_the_last_day_ends_by_the_customers_clock(self):
        """Guadeloupe is five hours behind Paris in winter, Réunion three before it."""
        for postcode, moment, may in (
            ("97110", "2026-01-21 03:30:00", True),
            ("97110", "2026-01-21 04:30:00", False),
            ("75011", "2026-01-20 22:30:00", True),
            ("75011", "2026-01-20 23:30:00", False),
            ("97400", "2026-01-20 19:30:00", True),
            ("97400", "2026-01-20 20:30:00", False),
        ):
            with self.subTest(postcode, moment=moment), freeze_time(moment):
                self.consumer.zip = postcode
                contract = self._yearly(date_start=date(2025, 12, 1))
                contract.date_concluded = "2026-01-06"
                contract.invalidate_recordset()
                self.assertEqual(contract.withdrawal_deadline, date(2026, 1, 20))
                self.assertEqual(contract._may_withdraw(), may)
                if may:
                    change = contract._portal_withdraw({"name": "C", "address": "c@d.example"})
                    self.assertEqual(change.state, "applied")

    # === SETTINGS === #

    def test_no_company_grants_less_than_fourteen_days(self):
        for days in (0, 7, 13, 366):
            with self.assertRaisesRegex(ValidationError, "14 to 365 days"):
                self.company.cn285_withdrawal_days = days
        self.company.cn285_withdrawal_days = 14

    # === THE LAW'S HISTORY === #

    def test_edits_of_what_a_law_consists_of_are_noted(self):
        law = self.env.ref("cn285_renewal.law_fr")
        admin = new_test_user(self.env, "law_admin", "base.group_system")
        holiday = self.env.ref("cn285_renewal.holiday_fr_good_friday").with_user(admin)
        holiday.easter_offset = -3
        note = law.message_ids[0]
        self.assertIn("Good Friday", note.body)
        self.assertIn("-2 → -3", note.body)
        self.assertEqual(note.author_id, admin.partner_id)
        region = self.env.ref("cn285_renewal.region_alsace_moselle").with_user(admin)
        region.postcodes = "67, 68"
        self.assertIn("57, 67, 68 → 67, 68", law.message_ids[0].body)
        surcharge = self.env.ref("cn285_renewal.surcharge_fr_withdrawal_2").with_user(admin)
        surcharge.percent = 6
        self.assertIn("5 → 6", law.message_ids[0].body)
        count = len(law.message_ids)
        surcharge.percent = 6
        self.assertEqual(len(law.message_ids), count, "nothing changed")
        holiday.unlink()
        self.assertIn("deleted", law.message_ids[0].body)
        law.with_user(admin).write(
            {"holiday_ids": [(0, 0, {"name": "Day of Peace", "month": 9, "day": 21})]}
        )
        self.assertIn("Day of Peace", law.message_ids[0].body)
