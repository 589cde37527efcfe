"""Customers both ways: made here, made there, changed on both sides, deleted, merged."""

from odoo.exceptions import UserError

from .common import NetsuiteCase
from .suitetalk.samples import company, make
from .suitetalk.store import child, text_of


class TestCustomers(NetsuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Acme SARL",
                "is_company": True,
                "customer_rank": 1,
                "email": "compta@acme.example",
                "street": "1 rue A",
                "zip": "69001",
                "city": "Lyon",
                "country_id": cls.env.ref("base.fr").id,
                "vat": "FR23334175221",
            }
        )

    def setUp(self):
        super().setUp()
        self.work()
        self.record = next(
            record for record in self.there("Customer") if record.text("companyName") == "Acme SARL"
        )

    def address(self, record=None):
        return child((record or self.record).fields["addressbookList"][0][0], "addressbookAddress")

    def came(self, name):
        return self.env["res.partner"].search([("name", "=", name)])

    # ------------------------------------------------------------------ ours goes

    def test_a_customer_made_here_goes_whole(self):
        self.assertEqual(self.record.text("vatRegNumber"), "FR23334175221")
        self.assertEqual(self.record.ref("subsidiary")[0], "1")
        self.assertEqual(self.record.ref("currency")[0], "1")
        self.assertEqual(text_of(self.address(), "country"), "_france")
        self.assertEqual(text_of(self.address(), "city"), "Lyon")
        self.assertEqual(self.binding(self.partner, "customer").state, "in_step")

    def test_a_change_here_goes_and_its_echo_changes_nothing(self):
        self.partner.write({"city": "Nice", "email": False})
        self.work(rounds=3)
        self.assertEqual(text_of(self.address(), "city"), "Nice")
        self.assertEqual(len(self.record.fields["addressbookList"][0]), 1, "the same address")
        self.assertNotIn("email", self.record.fields)
        self.assertFalse(self.rows("waiting"))
        self.assertEqual(self.partner.city, "Nice")

    def test_contacts_and_other_companies_customers_do_not_go(self):
        before = len(self.there("Customer"))
        other = self.env["res.company"].create({"name": "Other"})
        self.env["res.partner"].create(
            [
                {"name": "A contact", "parent_id": self.partner.id, "customer_rank": 1},
                {"name": "Elsewhere", "customer_rank": 1, "company_id": other.id},
                {"name": "No customer"},
            ]
        )
        self.work()
        self.assertEqual(len(self.there("Customer")), before)

    def test_a_person(self):
        self.env["res.partner"].create({"name": "Jeanne Marie Curie", "customer_rank": 1})
        self.work()
        person = next(
            record for record in self.there("Customer") if record.text("lastName") == "Curie"
        )
        self.assertEqual(person.text("firstName"), "Jeanne Marie")
        self.assertEqual(person.text("isPerson"), "true")

    # ------------------------------------------------------------------ theirs comes

    def test_a_customer_made_there_comes_whole(self):
        record = company(
            self.account,
            "Globex SA",
            email="x@globex.example",
            terms=("ref", "3"),
            vatRegNumber="BE0477472701",
            country="_belgium",
        )
        self.work()
        partner = self.came("Globex SA")
        self.assertEqual(len(partner), 1)
        self.assertTrue(partner.is_company)
        self.assertEqual(partner.country_id.code, "BE")
        self.assertEqual(partner.zip, "75002")
        self.assertEqual(
            partner.property_payment_term_id, self.env.ref("account.account_payment_term_30days")
        )
        self.assertEqual(partner.customer_rank, 1)
        self.assertEqual(self.binding(partner, "customer").external_id, record.internal_id)
        self.assertFalse(self.rows("waiting"), "what came does not go back")

    def test_one_made_there_is_changed_here_in_its_own_place(self):
        record = company(self.account, "Globex SA")
        self.work()
        partner = self.came("Globex SA")
        partner.phone = "+32 2 555 12 12"
        partner.city = "Namur"
        self.work(rounds=2)
        self.assertEqual(record.text("phone"), "+32 2 555 12 12")
        self.assertEqual(text_of(self.address(record), "city"), "Namur")
        named = [
            found for found in self.there("Customer") if found.text("companyName") == "Globex SA"
        ]
        self.assertEqual(named, [record])
        self.assertEqual(record.external_id, "", "its external id is not ours to give")

    def test_who_is_known_here_already_is_not_made_again(self):
        known = self.env["res.partner"].create(
            {"name": "Globex", "is_company": True, "vat": "BE0477472701"}
        )
        self.kind("customer").rule = "theirs"
        record = company(self.account, "Globex SA", vatRegNumber="BE0477472701", country="_belgium")
        self.work(rounds=2)
        self.assertEqual(self.binding(known, "customer").external_id, record.internal_id)
        self.assertEqual(known.name, "Globex SA")
        self.assertFalse(self.came("Globex SA") - known)

    def test_a_person_made_there(self):
        make(
            self.account,
            "Customer",
            isPerson="true",
            firstName="Jean",
            lastName="Dupont",
            subsidiary=("ref", "1"),
        )
        self.work()
        partner = self.came("Jean Dupont")
        self.assertFalse(partner.is_company)

    def test_changes_of_different_fields_meet(self):
        self.partner.phone = "+33 1 02 03 04 05"
        self.account.change(self.record, email="neu@acme.example")
        self.work(rounds=2)
        self.assertEqual(self.partner.email, "neu@acme.example")
        self.assertEqual(self.record.text("phone"), "+33 1 02 03 04 05")

    def test_inactive_there_is_archived_here(self):
        self.account.change(self.record, isInactive="true")
        self.work()
        self.assertFalse(self.partner.active)

    # ------------------------------------------------------------------ conflicts

    def both_change(self, rule):
        self.kind("customer").rule = rule
        self.partner.email = "ici@acme.example"
        self.account.change(self.record, email="la@acme.example")
        self.work(rounds=2)

    def assert_both(self, email):
        self.work(rounds=2)
        self.assertEqual(self.partner.email, email)
        self.assertEqual(self.record.text("email"), email)
        self.assertEqual(self.binding(self.partner, "customer").state, "in_step")

    def test_theirs_wins(self):
        self.both_change("theirs")
        self.assert_both("la@acme.example")

    def test_ours_wins(self):
        self.both_change("ours")
        self.assert_both("ici@acme.example")

    def test_the_newest_wins(self):
        self.kind("customer").rule = "newest"
        self.account.change(self.record, email="la@acme.example")
        self.partner.email = "ici@acme.example"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = now() + interval '1 hour' WHERE id = %s",
            [self.partner.id],
        )
        self.partner.invalidate_recordset()
        self.assert_both("ici@acme.example")

    def conflict(self):
        conflict = self.env["cn285.bridge.conflict"].search(
            [("backend_id", "=", self.backend.id), ("state", "=", "open")]
        )
        self.assertEqual(len(conflict), 1)
        return conflict

    def test_ask_changes_nothing_until_somebody_decides(self):
        self.both_change("ask")
        conflict = self.conflict()
        self.assertEqual(
            conflict.their_date,
            self.record.modified.replace(tzinfo=None, microsecond=conflict.their_date.microsecond),
        )
        self.assertEqual(self.partner.email, "ici@acme.example")
        self.assertEqual(self.record.text("email"), "la@acme.example")
        self.assertEqual(self.binding(self.partner, "customer").state, "conflict")
        line = conflict.line_ids
        self.assertEqual(
            (line.label, line.base, line.ours, line.theirs),
            ("Email", "compta@acme.example", "ici@acme.example", "la@acme.example"),
        )
        with self.assertRaises(UserError):
            conflict.action_decide()
        conflict.action_keep_ours()
        self.assert_both("ici@acme.example")
        self.assertEqual(conflict.state, "decided")
        self.assertEqual(conflict.decided_by_id, self.env.user)

    def test_ask_and_take_theirs(self):
        self.both_change("ask")
        self.conflict().action_take_theirs()
        self.assert_both("la@acme.example")

    def test_ask_and_choose_field_by_field(self):
        self.partner.phone = "+33 1 02 03 04 05"
        self.account.change(self.record, phone="+33 9 99 99 99 99")
        self.both_change("ask")
        conflict = self.conflict()
        by_name = {line.name: line for line in conflict.line_ids}
        by_name["email"].choice = "ours"
        by_name["phone"].choice = "theirs"
        conflict.action_decide()
        self.assert_both("ici@acme.example")
        self.assertEqual(self.partner.phone, "+33 9 99 99 99 99")

    def test_a_conflict_is_found_before_ours_goes_over_theirs(self):
        self.partner.email = "ici@acme.example"
        self.account.change(self.record, email="la@acme.example")
        self.work(read=False)
        self.assertEqual(self.record.text("email"), "la@acme.example")
        self.conflict()

    # ------------------------------------------------------------------ deleted, merged

    def test_deleted_there_is_noticed(self):
        self.account.delete("Customer", self.record.internal_id)
        self.work()
        binding = self.binding(self.partner, "customer")
        self.assertEqual(binding.state, "gone")
        self.assertIn("Deleted in NetSuite", binding.reason)
        self.assertTrue(self.partner.active, "nobody is archived unasked")

    def test_merged_into_an_unknown_customer_is_bound_to_that(self):
        self.invoice(self.partner)
        self.work(rounds=2)
        master = company(self.account, "Acme Holding")
        self.account.merge("Customer", self.record.internal_id, master.internal_id)
        self.work(rounds=2)
        holders = self.env["cn285.bridge.binding"].search(
            [("external_id", "=", master.internal_id), ("kind_id", "=", self.kind("customer").id)]
        )
        self.assertEqual(len(holders), 1)
        second = self.invoice(self.partner)
        self.work(rounds=2)
        there = next(r for r in self.there("Invoice") if r.text("tranId") == second.name)
        self.assertEqual(there.ref("entity")[0], master.internal_id)

    def test_merged_into_a_known_customer_says_so(self):
        master = company(self.account, "Acme Holding")
        self.invoice(self.partner)
        self.work(rounds=2)
        self.account.merge("Customer", self.record.internal_id, master.internal_id)
        self.work(rounds=2)
        binding = self.binding(self.partner, "customer")
        self.assertEqual(binding.state, "gone")
        self.assertIn("Acme Holding", binding.reason)
        second = self.invoice(self.partner)
        self.work(rounds=2)
        there = next(r for r in self.there("Invoice") if r.text("tranId") == second.name)
        self.assertEqual(there.ref("entity")[0], master.internal_id)

    # ------------------------------------------------------------------ bad input

    def parked(self):
        row = self.env["cn285.bridge.inbox"].search([("state", "=", "parked")])
        self.assertEqual(len(row), 1)
        return row

    def test_unknown_terms_are_parked_and_come_when_mapped(self):
        company(self.account, "Globex SA", terms=("ref", "2"))
        self.work()
        row = self.parked()
        self.assertIn("Payment Terms 2", row.reason)
        self.assertFalse(self.came("Globex SA"))
        self.backend.map_ids.create(
            {
                "backend_id": self.backend.id,
                "kind": "term",
                "term_id": self.env.ref("account.account_payment_term_15days").id,
                "external_id": "2",
            }
        )
        row.action_try_again()
        self.work()
        self.assertTrue(self.came("Globex SA"))

    def test_an_unknown_currency_is_parked(self):
        make(
            self.account,
            "Customer",
            companyName="Dollar Inc",
            isPerson="false",
            subsidiary=("ref", "1"),
            currency=("ref", "2"),
        )
        self.work()
        self.assertIn("Currency 2", self.parked().reason)

    def test_a_wrong_vat_number_is_parked_with_what_odoo_says(self):
        company(self.account, "Bad VAT", vatRegNumber="FR00000000000", country="_france")
        self.work()
        self.assertIn("VAT", self.parked().reason)

    def test_customers_of_other_subsidiaries_do_not_come(self):
        self.account.references["subsidiary"]["2"] = "Other company"
        make(
            self.account,
            "Customer",
            companyName="Not ours",
            isPerson="false",
            subsidiary=("ref", "2"),
        )
        self.work()
        self.assertFalse(self.came("Not ours"))
