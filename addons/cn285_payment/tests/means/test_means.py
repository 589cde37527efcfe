"""Means of payment: their expiry is told, they are chosen, replaced, removed by their holders."""

from datetime import date

from freezegun import freeze_time
from odoo import http
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..collection.common import CollectionCase


@tagged("post_install", "-at_install")
class TestMeans(CollectionCase):
    stock = 1

    def _scan(self, day):
        """The day's scan; returns the subjects of the e-mails that it made."""
        before = self.env["mail.mail"].search([])
        with freeze_time(f"{day} 06:00:00"), trap_jobs():
            self.env["payment.token"]._cron_expiring_means()
        return (self.env["mail.mail"].search([]) - before).mapped("subject")

    def test_holders_are_told_three_times(self):
        self.card.cn285_expiry_date = date(2026, 2, 28)
        told = {}
        for day in ("2026-01-28", "2026-01-29", "2026-01-30", "2026-02-13", "2026-02-21"):
            told[day] = len(self._scan(day))
        self.assertEqual(
            told,
            {
                "2026-01-28": 0,
                "2026-01-29": 1,
                "2026-01-30": 0,
                "2026-02-13": 1,
                "2026-02-21": 1,
            },
        )
        self._scan("2026-02-28")
        self.assertEqual(self.card.cn285_state, "valid")
        self._scan("2026-03-01")
        self.assertEqual(self.card.cn285_state, "expired")
        contract = self._invoice().cn285_contract_ids
        self.assertEqual(contract._payment_tokens()[contract], self.card)

    def test_renewed_by_the_issuer_no_notice_is_sent(self):
        self.card.cn285_expiry_date = date(2026, 2, 28)
        self._scan("2026-02-13")
        with freeze_time("2026-02-20 10:00:00"), trap_jobs():
            self.card._cn285_renew({"cn285_expiry_date": date(2029, 2, 28)})
        self.assertFalse(self._scan("2026-02-21"))
        self.assertEqual(self.card.cn285_expiry_date, date(2029, 2, 28))
        # For its new date it is told anew.
        self.assertTrue(self._scan("2029-01-29"))

    def test_means_on_which_nothing_hangs_are_not_told(self):
        self.card.cn285_expiry_date = date(2026, 2, 28)
        self._invoice().cn285_contract_ids.collection_mode = "manual"
        self.assertFalse(self._scan("2026-01-29"))

    def test_the_mail_has_a_link_and_the_holders_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.card.cn285_expiry_date = date(2026, 2, 28)
        self._scan("2026-01-29")
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn("/my/renew-means/", mail.body_html)
        self.assertIn("28/02/2026", mail.body_html)
        self.assertEqual(mail.recipient_ids, self.customer)

    def test_what_hangs_on_means(self):
        contract = self._invoice().cn285_contract_ids
        card = self.card.with_user(self.clerk)
        self.assertEqual(card.cn285_contract_count, 1)
        self.assertEqual(card.cn285_carried, 120.0 + contract.mrr_company)
        self.assertEqual([one["id"] for one in card.get_linked_records_info()], contract.ids)

    def test_what_hangs_on_others_means_is_told_to_nobody(self):
        """The addresses of contracts open them: they are for whose means, and contracts, they are.

        Browsers ask by the number of the means, that anybody can count up.
        """
        contract = self._invoice().cn285_contract_ids
        contract.user_id = self.manager
        own = new_test_user(self.env, "owns_means", "base.group_portal")
        own.partner_id.parent_id = self.customer
        told = self.card.with_user(own).get_linked_records_info()
        self.assertIn(contract.id, [one["id"] for one in told])
        for name, groups in (
            ("stranger", "base.group_portal"),
            ("employee", "base.group_user"),
            ("keeps_contacts", "base.group_user,base.group_partner_manager"),
        ):
            stranger = new_test_user(self.env, f"{name}_means", groups)
            with self.assertRaises(AccessError):
                self.card.with_user(stranger).get_linked_records_info()
        with self.assertRaises(AccessError):
            self.card.with_user(self.env.ref("base.public_user")).get_linked_records_info()
        seller = new_test_user(self.env, "sells_means", "cn285_contract.group_contract_user_own")
        self.assertFalse(self.card.with_user(seller).get_linked_records_info())
        contract.user_id = seller
        told = self.card.with_user(seller).get_linked_records_info()
        self.assertEqual([one["id"] for one in told], contract.ids)

    def test_who_keeps_contacts_does_not_decide_who_is_collected(self):
        keeper = new_test_user(
            self.env, "keeps_them", "base.group_user,base.group_partner_manager", lang="en_US"
        )
        customer = self.customer.with_user(keeper)
        customer.comment = "Nice"
        for values in (
            {"cn285_payment_token_id": False},
            {"cn285_dunning_blocked": True},
            {"cn285_dunning_reason": "other"},
            {"cn285_grace_days": 3000},
            {"cn285_dunning_policy_id": False},
        ):
            with self.assertRaisesRegex(AccessError, "keeps contracts or invoices"):
                customer.write(values)
        groups = "cn285_contract.group_contract_user,base.group_partner_manager"
        clerk = new_test_user(self.env, "keeps_both", groups)
        self.customer.with_user(clerk).cn285_dunning_blocked = True

    def test_removed_means_leave_a_note_with_the_contract(self):
        contract = self._invoice().cn285_contract_ids
        contract.payment_token_id = self.card
        before = contract.message_ids
        with self.assertRaises(AccessError):
            self.card.with_user(self.clerk).action_cn285_remove()
        self.card.with_user(self.manager).action_cn285_remove()
        self.assertFalse(contract.payment_token_id)
        self.assertIn("was removed", (contract.message_ids - before).mapped("body")[0])

    def test_refused_for_good_the_customer_is_asked_for_others(self):
        before = self.env["mail.mail"].search([])
        with self._answers("lost_card"):
            self._collect(self._invoice())
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.mapped("subject"), ["Your payment was refused"])
        with self._answers("insufficient_funds"):
            self.assertFalse(self.env["mail.mail"].search([]) - before - mails)

    def test_a_clerk_sends_a_link(self):
        contract = self._invoice().cn285_contract_ids
        before = self.env["mail.mail"].search([])
        contract.with_user(self.clerk).action_send_means_link()
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.recipient_ids, self.customer)
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            contract.with_user(self.clerk).action_send_means_link()

    def test_users_do_not_write_what_the_program_keeps(self):
        with self.assertRaises(AccessError):
            self.card.with_user(self.clerk).write({"cn285_state": "valid"})
        admin = new_test_user(self.env, "keeps_tokens", "base.group_system")
        with self.assertRaises(AccessError):
            self.card.with_user(admin).write({"cn285_renewed_at": "2026-01-01 00:00:00"})

    def test_providers_are_the_administrators(self):
        for user in (self.clerk, self.manager):
            with self.assertRaises(AccessError):
                self.provider.with_user(user).read(["name"])

    def test_what_stands_in_the_way_is_on_the_providers_form(self):
        admin = new_test_user(self.env, "sets_up", "base.group_system")
        provider = self.provider.with_user(admin)
        self.assertFalse(provider.cn285_obstacle)
        provider.capture_manually = True
        self.assertIn("by hand", provider.cn285_obstacle)
        provider.state = "disabled"
        self.assertFalse(provider.cn285_obstacle)

    def test_what_asked_for_an_attempt_is_told_in_words(self):
        attempt = self._collect(self._invoice()).with_user(self.clerk)
        self.assertEqual(attempt.origin_name, "Due Date")

    def test_who_pays_with_what_is_chosen_among_his_own(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._token(stranger)
        contract = self._invoice().cn285_contract_ids
        with self.assertRaisesRegex(UserError, "is not of"):
            contract.with_user(self.clerk).write({"payment_token_id": foreign.id})
        with self.assertRaisesRegex(UserError, "is not of"):
            self.customer.cn285_payment_token_id = foreign

    def test_contracts_of_a_contact_are_offered_the_means_of_its_company(self):
        contact = self.env["res.partner"].create({"name": "Site", "parent_id": self.customer.id})
        stranger = self._token(self.env["res.partner"].create({"name": "Stranger"}))
        field = self.env["cn285.contract"].fields_get(["payment_token_id"])["payment_token_id"]
        offered = self.env["payment.token"].search(
            safe_eval(field["domain"], {"payer_id": contact.id})
        )
        self.assertIn(self.card, offered)
        self.assertNotIn(stranger, offered)

    def test_new_means_take_over_where_there_are_none(self):
        self.customer.cn285_payment_token_id = False
        new = self._token(self.customer)
        new._cn285_take_over()
        self.assertEqual(self.customer.cn285_payment_token_id, new)
        other = self._token(self.customer)
        other._cn285_take_over()
        self.assertEqual(self.customer.cn285_payment_token_id, new)


@tagged("post_install", "-at_install")
class TestMeansInThePortal(HttpCase, ContractCase):
    """Pages of the portal, as customers use them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.card = CollectionCase._token.__func__(cls, cls.customer, payment_details="4242")
        cls.customer.cn285_payment_token_id = cls.card
        cls.contract = cls._create_contract(collection_mode="automatic")
        cls.portal = new_test_user(
            cls.env, "pays_by_card", "base.group_portal", password="pays_by_card"
        )
        cls.portal.partner_id.write({"parent_id": cls.customer.id, "email": "a@martin.example"})
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger", "is_company": True})
        cls.foreign = CollectionCase._token.__func__(cls, cls.stranger, payment_details="6666")

    def _post(self, path, **data):
        self.authenticate("pays_by_card", "pays_by_card")
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"/my/payment-means/{path}", data=data)

    def _page(self):
        self.authenticate("pays_by_card", "pays_by_card")
        return self.url_open("/my/payment-means").text

    def test_he_sees_his_own_and_nobody_elses(self):
        page = self._page()
        self.assertIn("4242", page)
        self.assertIn(self.contract.name, page)
        self.assertNotIn("6666", page)

    def test_his_home_page_has_one_card_for_them(self):
        self.authenticate("pays_by_card", "pays_by_card")
        page = self.url_open("/my/home").text
        self.assertIn('href="/my/payment-means"', page)
        self.assertNotIn('href="/my/payment_method"', page)

    def test_foreign_means_are_neither_chosen_nor_removed(self):
        self._post("usual", token_id=self.foreign.id)
        self._post("contract", contract_id=self.contract.id, token_id=self.foreign.id)
        self._post("remove", token_id=self.foreign.id)
        self.env.invalidate_all()
        self.assertTrue(self.foreign.active)
        self.assertEqual(self.customer.cn285_payment_token_id, self.card)
        self.assertFalse(self.contract.payment_token_id)
        other = self._create_contract(partner_id=self.stranger.id)
        self._post("contract", contract_id=other.id, token_id=self.card.id)
        self.env.invalidate_all()
        self.assertFalse(other.payment_token_id)

    def test_he_chooses_replaces_and_removes(self):
        second = CollectionCase._token.__func__(self, self.customer, payment_details="1881")
        self._post("contract", contract_id=self.contract.id, token_id=second.id)
        self.env.invalidate_all()
        self.assertEqual(self.contract.payment_token_id, second)
        self._post("contract", contract_id=self.contract.id, token_id="")
        self._post("usual", token_id=second.id)
        self.env.invalidate_all()
        self.assertFalse(self.contract.payment_token_id)
        self.assertEqual(self.customer.cn285_payment_token_id, second)
        self._post("remove", token_id=second.id)
        self.env.invalidate_all()
        self.assertFalse(second.active)

    def test_where_there_are_none_nothing_is_promised(self):
        """Without means a contract stays paid by transfer, and the page does not say otherwise."""
        manual = self._create_contract(collection_mode="manual")
        self.card.active = False
        page = self._page()
        self.assertIn(manual.name, page)
        self.assertNotIn("Pay by it", page)
        answer = self._post("contract", contract_id=manual.id, token_id="")
        self.assertNotIn("was saved", answer.text)
        self.assertIn("Nothing was changed", answer.text)
        self.env.invalidate_all()
        self.assertEqual(manual.collection_mode, "manual")

    def test_what_was_refused_is_not_called_saved(self):
        for path, data in (
            ("usual", {"token_id": self.foreign.id}),
            ("contract", {"contract_id": self.contract.id, "token_id": self.foreign.id}),
            ("remove", {"token_id": self.foreign.id}),
        ):
            with self.subTest(path):
                self.assertNotIn("was saved", self._post(path, **data).text)
        self.assertIn("was saved", self._post("usual", token_id=self.card.id).text)

    def test_means_that_replace_others_pay_what_these_paid(self):
        self.contract.payment_token_id = self.card
        self.authenticate("pays_by_card", "pays_by_card")
        self.url_open(f"/my/payment-means/add?replaces={self.card.id}")
        new = CollectionCase._token.__func__(self, self.portal.partner_id, payment_details="1881")
        self.url_open("/my/payment-means")
        self.env.invalidate_all()
        self.assertEqual(self.contract.payment_token_id, new)
        self.assertEqual(self.customer.cn285_payment_token_id, new)
        self.assertFalse(self.card.active)

    def test_what_hangs_on_means_asks_for_a_login(self):
        """Addresses are without the key that opens a contract; what means carry is not for all."""
        own = self.card.with_user(self.portal).get_linked_records_info()
        self.assertEqual([one["name"] for one in own], [self.contract.name])
        self.assertNotIn("access_token", own[0]["url"])
        seller = new_test_user(self.env, "sells", "cn285_contract.group_contract_user_own")
        with self.assertRaises(AccessError):
            self.foreign.with_user(seller).read(["cn285_carried"])

    def test_customers_read_no_more_of_means_by_remote_calls(self):
        card = self.card.with_user(self.portal)
        with self.assertRaises(AccessError):
            card.read(["cn285_last4"])
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.portal).read(["payment_details"])
        with self.assertRaises(AccessError):
            self.env["cn285.payment.attempt"].with_user(self.portal).search([])
