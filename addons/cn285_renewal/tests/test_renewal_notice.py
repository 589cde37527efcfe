from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestRenewalNotice(TermCase):
    """Loi Chatel: who is told, when, how it is proven, and what follows where it was not."""

    def _notice(self, contract):
        contract.invalidate_recordset()
        return contract.notice_ids.sorted("term_number")[-1:]

    # === WHEN === #

    def test_planned_at_confirmation_within_the_window(self):
        contract = self._yearly()
        self._notices_on("2025-03-15")
        notice = self._notice(contract)
        self.assertEqual(notice.state, "planned")
        self.assertEqual(notice.basis, "law")
        self.assertEqual(notice.term_end, date(2026, 3, 14))
        self.assertEqual(notice.last_day_to_refuse, date(2026, 2, 14))
        self.assertEqual(notice.date_earliest, date(2025, 11, 14))
        self.assertEqual(notice.date_latest, date(2026, 1, 14))
        self.assertEqual(notice.date_planned, date(2025, 12, 15), "30 days before the last one")
        self.assertEqual(contract.last_day_to_refuse, date(2026, 2, 14))

    def test_tables_of_the_law(self):
        for start, notice_length, expected in (
            (date(2025, 3, 15), 0, (date(2026, 3, 14), date(2025, 12, 14), date(2026, 2, 14))),
            (date(2025, 3, 31), 1, (date(2026, 2, 28), date(2025, 11, 28), date(2026, 1, 28))),
        ):
            contract = self._yearly(date_start=start, notice_length=notice_length)
            self._notices_on("2025-03-15")
            notice = self._notice(contract)
            self.assertEqual(
                (notice.last_day_to_refuse, notice.date_earliest, notice.date_latest), expected
            )

    def test_sent_on_its_day_and_proven(self):
        contract = self._yearly()
        self._notices_on("2025-12-14")
        notice = self._notice(contract)
        self.assertEqual(notice.state, "due")
        self._notices_on("2025-12-15")
        self.assertEqual(notice.state, "on_time")
        sending = notice.sending_ids
        self.assertEqual(sending.date, date(2025, 12, 15))
        self.assertEqual(sending.channel, "email")
        self.assertEqual(sending.recipient, self.consumer.email)
        self.assertIn("02/14/2026", sending.body)
        self.assertTrue(sending.message_id.startswith("<"))
        self.assertEqual(sending.mail_message_id.model, "cn285.renewal.notice")
        self._notices_on("2025-12-15")
        self._notices_on("2025-12-16")
        self.assertEqual(len(notice.sending_ids), 1, "sent once")
        self.assertFalse(notice.free_exit_from)
        with self.assertRaises(UserError):
            notice.unlink()
        with self.assertRaises(UserError):
            sending.write({"date": "2025-11-20"})
        with self.assertRaises(UserError):
            notice.write({"state": "on_time"})

    def test_missed(self):
        contract = self._yearly()
        self.consumer.email = False
        self._notices_on("2025-12-15")
        notice = self._notice(contract)
        self.assertEqual((notice.state, notice.channel), ("due", "letter"))
        self._notices_on("2026-01-15")
        self.assertEqual(notice.state, "missed")
        self.assertEqual(notice.free_exit_from, date(2026, 3, 15))
        self.assertIn("03/15/2026", notice.consequence)

    def test_late_and_early(self):
        late, early = self._yearly(), self._yearly()
        self._notices_on("2025-03-16")
        with freeze_time("2025-10-01 09:00:00"):
            self._notice(early).action_send()
        self.assertEqual(self._notice(early).state, "planned", "may still be repeated in time")
        with freeze_time("2026-01-20 09:00:00"):
            self._notice(late).action_send()
            self._notice(early)._refresh_state()
        self.assertEqual(self._notice(late).state, "late")
        self.assertEqual(self._notice(early).state, "early")
        for contract in (late, early):
            self.assertEqual(self._notice(contract).free_exit_from, date(2026, 3, 15))

    # === HOW === #

    def test_letter_is_a_pdf_with_the_day_in_it(self):
        self.consumer.lang = "en_US"
        contract = self._yearly()
        self._notices_on("2025-03-15")
        notice = self._notice(contract)
        with freeze_time("2025-12-20 09:00:00"):
            action = notice.action_print_letters()
        sending = notice.sending_ids
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertTrue(sending.attachment_id.raw.startswith(b"%PDF"))
        self.assertEqual(sending.channel, "letter")
        self.assertIn("02/14/2026", sending.body)
        self.assertIn("Camille Durand", sending.recipient)
        self.assertIn("69003", sending.recipient)
        self.assertEqual(notice.state, "on_time")

    def test_letters_of_many_in_one_file(self):
        contracts = self._yearly() | self._yearly()
        self._notices_on("2025-03-15")
        with freeze_time("2025-12-20 09:00:00"):
            action = contracts.notice_ids.action_print_letters()
        document = self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))
        self.assertEqual(document.raw.count(b"/Page\n"), 2)

    def test_bounce_makes_it_due_again_as_a_letter(self):
        contract = self._yearly()
        self._notices_on("2025-12-15")
        notice = self._notice(contract)
        notice._message_receive_bounce(self.consumer.email, self.consumer)
        with freeze_time("2025-12-16 09:00:00"):
            notice._refresh_state()
        self.assertEqual(notice.sending_ids.delivery, "bounced")
        self.assertEqual((notice.state, notice.channel), ("due", "letter"))
        self.assertTrue(notice.problem)
        self._notices_on("2026-01-15")
        self.assertEqual(notice.state, "malformed")

    def test_mail_that_fails_does_not_count(self):
        contract = self._yearly()
        self._notices_on("2025-12-15")
        notice = self._notice(contract)
        mail = (
            self.env["mail.mail"]
            .sudo()
            .search(  # sudo: the mail server says so
                [("mail_message_id", "=", notice.sending_ids.mail_message_id.id)]
            )
        )
        mail.write({"state": "exception", "failure_reason": "550 unknown user"})
        self._notices_on("2025-12-16")
        self.assertEqual(notice.sending_ids.delivery, "failed")
        self.assertEqual(notice.state, "due")
        self.assertIn("550", notice.problem)

    def test_template_without_the_day_is_not_sent(self):
        contract, other = self._yearly(), self._yearly()
        template = self.env.ref("cn285_renewal.mail_template_renewal_notice")
        template.sudo().body_html = (  # sudo: an administrator edits it
            "<p t-if=\"object.contract_id.client_ref != 'X'\">"
            '<t t-out="format_date(object.last_day_to_refuse)"/></p>'
        )
        contract.client_ref = "X"
        self._notices_on("2025-12-15")
        self.assertFalse(self._notice(contract).sending_ids)
        self.assertIn("last day to refuse", self._notice(contract).problem)
        self.assertEqual(self._notice(other).state, "on_time", "one bad notice stops itself only")

    def test_sent_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.consumer.lang = "fr_FR"
        contract = self._yearly()
        self._notices_on("2025-12-15")
        self.assertIn("14/02/2026", self._notice(contract).sending_ids.body)

    # === WHO === #

    def test_who_is_protected(self):
        person, company = self.consumer, self.customer
        company.is_company = True
        self.assertEqual(person.cn285_legal_kind, "consumer")
        self.assertEqual(company.cn285_legal_kind, "professional")
        association = company.copy({"name": "Copropriété", "cn285_legal_kind": "non_professional"})
        contracts = {
            partner: self._yearly(partner_id=partner.id)
            for partner in (person, company, association)
        }
        self._notices_on("2025-03-16")
        told = [partner for partner, contract in contracts.items() if contract.notice_ids]
        self.assertEqual(told, [person, association])
        self.company.cn285_renewal_law_scope = "all"
        self._notices_on("2025-03-17")
        self.assertEqual(contracts[company].notice_ids.basis, "law")

    def test_contract_of_a_business_may_promise_it(self):
        self.customer.is_company = True
        contract = self._yearly(
            partner_id=self.customer.id, announce="always", announce_from=2, announce_until=0
        )
        self._notices_on("2025-03-16")
        notice = self._notice(contract)
        self.assertEqual(notice.basis, "contract")
        self.assertEqual(notice.date_earliest, date(2025, 12, 14))
        self.assertEqual(notice.date_latest, date(2026, 2, 14))

    def test_not_needed(self):
        """Contracts that do not renew by themselves announce nothing."""
        for values in (
            {"renewal_mode": "expiry"},
            {"renewal_mode": "explicit"},
            {"term_length": 0},
            {"date_end": date(2026, 3, 14)},
        ):
            contract = self._yearly(**values)
            self._notices_on("2025-03-16")
            self.assertFalse(contract.notice_ids, values)

    def test_contract_that_ends_needs_none_any_more(self):
        contract = self._yearly()
        self._notices_on("2025-03-16")
        with freeze_time("2025-04-01"):
            contract.date_end = date(2026, 3, 14)
            self.assertEqual(self._notice(contract).state, "cancelled")
            contract.date_end = False
            self.assertEqual(self._notice(contract).state, "planned")
            contract.notice_length = 2
        self.assertEqual(self._notice(contract).last_day_to_refuse, date(2026, 1, 14))

    # === WALLS AND SPEED === #

    def test_access(self):
        contract = self._yearly()
        self._notices_on("2025-12-15")
        notice = self._notice(contract)
        contract.user_id = self.env.user
        seller = new_test_user(self.env, "notice_seller", "cn285_contract.group_contract_user_own")
        with self.assertRaises(AccessError):
            notice.with_user(seller).read(["state"])
        with self.assertRaises(AccessError):
            notice.sending_ids.with_user(seller).read(["body"])
        contract.user_id = seller
        self.assertEqual(notice.with_user(seller).state, "on_time")
        portal = new_test_user(self.env, "notice_portal", "base.group_portal")
        for records in (notice, notice.sending_ids):
            with self.assertRaises(AccessError):
                records.with_user(portal).read(["display_name"])

    def test_cost_does_not_grow_with_the_number(self):
        counts = []
        for number in (1, 20):
            contracts = self.env["cn285.contract"].browse()
            for _index in range(number):
                contracts |= self._yearly()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._notices_on("2025-12-15")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(contracts.notice_ids.mapped("state"), ["on_time"] * number)
        self.assertLess(counts[1], 3 * counts[0], counts)
