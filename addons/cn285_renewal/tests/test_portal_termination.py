import re
from datetime import date, timedelta
from html import unescape
from unittest.mock import patch

from odoo.exceptions import LockError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestPortalTermination(TermCase, HttpCase):
    """Three clicks to leave, the refusal of a renewal, the withdrawal: in the customer space."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.owner = new_test_user(
            cls.env,
            "leaving_owner",
            "base.group_portal",
            password="leaving_owner",
            name="Camille Durand",
            partner_id=cls.consumer.id,
        )
        new_test_user(cls.env, "leaving_other", "base.group_portal", password="leaving_other")
        new_test_user(
            cls.env,
            "leaving_clerk",
            "base.group_user,cn285_contract.group_billing_manager",
            password="leaving_clerk",
        )
        cls.today = cls.company._cn285_today()
        cls.contract = cls._create_contract(
            [{"price_unit": 30.0}],
            partner_id=cls.consumer.id,
            date_start=cls.today,
            notice_length=0,
        )

    def _get(self, path, login="leaving_owner", contract=None):
        self.authenticate(login, login)
        return self.url_open(f"/my/contracts/{(contract or self.contract).id}{path}")

    def _post(self, page, path, contract=None, **values):
        """Send a form of a page, with its token against forgery."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        return self.url_open(
            f"/my/contracts/{(contract or self.contract).id}{path}",
            data={"csrf_token": token, **values},
        )

    def _declared(self, **values):
        return {"name": "Camille Durand", "address": self.consumer.email, **values}

    # === TERMINATION === #

    def test_button_leads_to_the_form(self):
        page = self._get("").text
        self.assertIn(f"/my/contracts/{self.contract.id}/terminate", page)
        self.assertIn("terminate your contract", page)
        listed = self.url_open("/my/contracts").text
        self.assertIn(f"/my/contracts/{self.contract.id}/terminate", listed)

    def test_three_clicks(self):
        wished = self.today + timedelta(days=20)
        form = self._get("/terminate")
        self.assertIn(self.contract.name, form.text)
        self.assertIn(self.consumer.email, form.text)
        summary = self._post(
            form, "/terminate", step="summary", **self._declared(wished_date=wished.isoformat())
        )
        self.assertIn(wished.strftime("%m/%d/%Y"), summary.text)
        self.assertIn("notification of the termination", summary.text)
        self.assertFalse(self.contract.change_ids, "nothing happens before the notification")
        # The summary can be edited.
        edited = self._post(
            summary, "/terminate", step="form", **self._declared(wished_date=wished.isoformat())
        )
        self.assertIn(f'value="{wished.isoformat()}"', edited.text)
        done = self._post(
            summary, "/terminate", step="confirm", **self._declared(wished_date=wished.isoformat())
        )
        self.assertIn("Confirmation of your termination", done.text)
        change = self.contract.change_ids
        self.assertEqual(
            (change.type, change.state, change.stage), ("terminate", "scheduled", "notified")
        )
        self.assertEqual(change.last_day, wished)
        self.assertEqual(change.origin, "customer")
        self.assertEqual(change.requested_by, self.owner)
        self.assertEqual(change.declaration["name"], "Camille Durand")
        self.assertTrue(change.received_at)
        self.assertIn(change.confirmation_id, self.contract.portal_document_ids)
        mail = self.env["mail.mail"].search(
            [("model", "=", "cn285.contract.change"), ("res_id", "=", change.id)]
        )
        self.assertEqual(mail.recipient_ids, self.consumer)
        self.assertEqual(mail.attachment_ids, change.confirmation_id)
        # The confirmation is downloaded; a second click changes nothing.
        link = unescape(re.search(r'id="download_confirmation" href="([^"]+)"', done.text).group(1))
        self.assertTrue(self.url_open(link).content.startswith(b"%PDF"))
        self._post(summary, "/terminate", step="confirm", **self._declared())
        self.assertEqual(len(self.contract.change_ids), 1)

    def test_wished_day_that_the_terms_do_not_allow(self):
        contract = self._create_contract(
            [{"price_unit": 30.0}],
            partner_id=self.consumer.id,
            date_start=self.today,
            term_length=12,
        )
        wished = self.today + timedelta(days=30)
        form = self._get("/terminate", contract=contract)
        summary = self._post(
            form,
            "/terminate",
            contract,
            step="summary",
            **self._declared(wished_date=wished.isoformat()),
        )
        self.assertIn(contract.term_end.strftime("%m/%d/%Y"), summary.text)
        self.assertIn("first day from your wish on", summary.text)

    def test_legitimate_reason_is_examined_and_accepted(self):
        contract = self._create_contract(
            [{"price_unit": 30.0}],
            partner_id=self.consumer.id,
            date_start=self.today,
            term_length=12,
        )
        wished = self.today + timedelta(days=30)
        form = self._get("/terminate", contract=contract)
        values = self._declared(wished_date=wished.isoformat(), reason="Moving to Québec")
        self._post(form, "/terminate", contract, step="confirm", **values)
        change = contract.change_ids
        self.assertEqual(change.last_day, contract.term_end)
        self.assertIn("Moving to Québec", change.activity_ids.note)
        change.action_accept_reason()
        self.assertEqual((change.last_day, change.ground), (wished, "legitimate"))
        self.assertEqual(contract.planned_end, wished)

    def test_a_reason_is_text_to_who_examines_it(self):
        contract = self._create_contract(
            [{"price_unit": 30.0}],
            partner_id=self.consumer.id,
            date_start=self.today,
            term_length=12,
        )
        form = self._get("/terminate", contract=contract)
        reason = 'Moving <a href="http://x.example">see</a>\nrent < 500'
        self._post(form, "/terminate", contract, step="confirm", **self._declared(reason=reason))
        note = contract.change_ids.activity_ids.note
        self.assertNotIn("<a", note)
        self.assertIn("&lt;a href", note)
        self.assertIn("<br>rent &lt; 500", note)

    def test_fields_are_checked(self):
        form = self._get("/terminate")
        for values, message in (
            ({"name": "", "address": "x@y.example"}, "names"),
            ({"name": "C", "address": "not@an address"}, "valid e-mail"),
            ({"name": "C", "address": "x@y.example", "wished_date": "tomorrow"}, "give a date"),
            ({"name": "C", "address": "x@y.example", "wished_date": "9999-12-31"}, "give a date"),
        ):
            page = self._post(form, "/terminate", step="confirm", **values)
            self.assertIn(message, page.text)
        self.assertFalse(self.contract.change_ids)
        page = self._post(form, "/terminate", step="summary", **self._declared(name="<script>x"))
        self.assertNotIn("<script>x", page.text)

    def test_by_the_link_of_the_contract(self):
        self.authenticate(None, None)
        url = self.contract.get_portal_url(suffix="/terminate")
        form = self.url_open(url)
        self.assertIn("declared_name", form.text)
        token = self.contract.access_token
        done = self._post(
            form, "/terminate", step="confirm", access_token=token, **self._declared()
        )
        self.assertIn("Confirmation of your termination", done.text)
        self.assertEqual(self.contract.change_ids.state, "applied", "on the day itself")
        self.assertFalse(self.contract.change_ids.requested_by)

    def test_nobody_else_gets_there(self):
        """Another customer, a visitor, and staff, who may read the contract."""
        own = self._get("/terminate")
        for login in ("leaving_other", "leaving_clerk", None):
            for path in ("/terminate", "/refuse-renewal", "/withdraw"):
                page = self._get(path, login)
                self.assertNotIn("declared_name", page.text, (login, path))
                self.assertNotIn(self.contract.name, page.text, (login, path))
            form = self.url_open("/my/contracts") if login else own
            token = re.search(r'csrf_token: "([^"]+)"', form.text)
            self.url_open(
                f"/my/contracts/{self.contract.id}/terminate",
                data={
                    "csrf_token": token and token.group(1),
                    "step": "confirm",
                    **self._declared(),
                },
            )
        self.assertFalse(self.contract.change_ids)

    # === REFUSAL === #

    def test_refusal_of_a_renewal(self):
        contract = self._create_contract(
            [{"price_unit": 30.0}],
            partner_id=self.consumer.id,
            date_start=self.today,
            term_length=12,
        )
        page = self._get("", contract=contract)
        self.assertIn("Refuse the renewal", page.text)
        form = self._get("/refuse-renewal", contract=contract)
        done = self._post(form, "/refuse-renewal", contract)
        self.assertIn(contract.term_end.strftime("%m/%d/%Y"), done.text)
        self.assertEqual(contract.change_ids.last_day, contract.term_end)
        self.assertEqual(contract.notice_ids.date_refused, self.today)
        self.assertEqual(contract.notice_ids.state, "cancelled")

    def test_an_earlier_end_after_a_refusal(self):
        contract = self._create_contract(
            [{"price_unit": 30.0}],
            partner_id=self.consumer.id,
            date_start=self.today,
            term_length=12,
        )
        self._post(self._get("/refuse-renewal", contract=contract), "/refuse-renewal", contract)
        page = self._get("/terminate", contract=contract)
        self.assertIn("Confirmation of your termination", page.text)
        self.assertIn('id="end_sooner"', page.text)
        form = self._get("/terminate?sooner=1", contract=contract)
        self.assertIn("declared_reason", form.text)
        wished = self.today + timedelta(days=10)
        values = self._declared(wished_date=wished.isoformat(), reason="Moving", sooner="1")
        summary = self._post(form, "/terminate", contract, step="summary", **values)
        self.assertIn(contract.term_end.strftime("%m/%d/%Y"), summary.text)
        self.assertIn('name="sooner"', summary.text)
        self._post(summary, "/terminate", contract, step="confirm", **values)
        end = contract.change_ids
        self.assertEqual((end.legitimate_reason, end.last_day), ("Moving", contract.term_end))
        self.assertEqual(end.declaration["wished_date"], wished.isoformat())
        self.assertTrue(end.confirmation_id)
        end.action_accept_reason()
        self.assertEqual(contract.planned_end, wished)

    # === WITHDRAWAL === #

    def test_withdrawal(self):
        self._bill(self.today)
        self.assertTrue(self.contract.invoice_ids)
        self.assertIn("withdraw from the contract here", self._get("").text)
        form = self._get("/withdraw")
        self.assertIn("confirm the withdrawal", form.text)
        done = self._post(form, "/withdraw", **self._declared())
        self.assertIn("Acknowledgement of your withdrawal", done.text)
        self.assertIn("I withdraw from contract", done.text)
        self.assertRegex(done.text, r'id="declaration_received">[^<]*\d{1,2}:\d{2}')
        change = self.contract.change_ids
        self.assertEqual((change.type, change.state), ("withdraw", "applied"))
        self.assertEqual(self.contract.state, "withdrawn")
        self._bill(self.today)
        self.assertMoney(sum(self.contract.invoice_ids.mapped("amount_untaxed_signed")), "0.00")

    def test_withdrawal_is_over(self):
        self.contract.date_concluded = date(2025, 3, 15)
        self.assertEqual(self.contract.withdrawal_deadline, date(2025, 3, 31))
        self.assertNotIn("withdraw from the contract here", self._get("").text)
        page = self._get("/withdraw")
        self.assertNotIn("confirm the withdrawal", page.text)

    def test_withdrawal_after_a_requested_start_owes_the_days_served(self):
        contract = self._create_contract(
            [{"price_unit": 365.0, "recurring_unit": "year"}],
            partner_id=self.consumer.id,
            date_start=self.today - timedelta(days=4),
            date_concluded=self.today - timedelta(days=4),
            performance_requested=True,
            performance_date=self.today - timedelta(days=4),
            performance_declaration="Please begin at once.",
        )
        self._bill(self.today)
        contract.action_withdraw()
        self._bill(self.today)
        # Five days, today included, of a year that may have 366.
        year = (
            contract.date_start.replace(year=contract.date_start.year + 1) - contract.date_start
        ).days
        expected = round(365.0 * 5 / year, 2)
        self.assertMoney(
            sum(contract.invoice_ids.mapped("amount_untaxed_signed")), f"{expected:.2f}"
        )

    # === WHAT NO FORM OF OURS SENDS === #

    def test_a_step_of_another_name_is_refused(self):
        form = self._get("/terminate")
        for step in ("notify", "CONFIRM", "", "1", "summary ", "\x00"):
            with self.subTest(step):
                page = self._post(form, "/terminate", step=step, **self._declared())
                self.assertEqual(page.status_code, 400)
        self.assertEqual(self._get("/terminate?step=other").status_code, 400)
        # A step that is known does nothing without its form.
        self.assertIn("terminate", self._get("/terminate?step=confirm").url)
        self.assertFalse(self.contract.change_ids)

    def test_a_double_click_is_no_error(self):
        form = self._get("/terminate")
        lock = type(self.contract).lock_for_update
        busy = []

        def locked(records, **options):
            # The first click is still at it when the second one comes.
            if records._name == "cn285.contract" and not busy:
                busy.append(1)
                raise LockError("busy")
            return lock(records, **options)

        with (
            patch.object(type(self.env["base"]), "lock_for_update", locked),
            patch("odoo.service.model.time.sleep"),
            mute_logger("odoo.service.model"),
        ):
            done = self._post(form, "/terminate", step="confirm", **self._declared())
        self.assertEqual(done.status_code, 200)
        self.assertIn("Confirmation of your termination", done.text)
        again = self._post(form, "/terminate", step="confirm", **self._declared())
        self.assertIn("Confirmation of your termination", again.text)
        self.assertEqual(len(self.contract.change_ids), 1)

    def test_addresses_that_nobody_gave_out(self):
        self.contract._portal_ensure_token()
        for path in (
            "?access_token=%C3%A9t%C3%A9",
            "?access_token=%00",
            "?values=1&document=2&session_history=3&no_breadcrumbs=4&contract_sudo=5",
            "/usage?values=1&document=2",
            "/terminate?access_token=%C3%A9&name=x&unknown=1",
            "/withdraw?declared=1",
            "/refuse-renewal?access_token=%F0%9F%98%80",
        ):
            with self.subTest(path):
                self.assertLess(self._get(path).status_code, 500)
        for number in ("0", "99999999999999999999", "2147483648"):
            for path in ("", "/terminate", "/withdraw", "/refuse-renewal", "/usage"):
                with self.subTest(number, path=path):
                    page = self.url_open(f"/my/contracts/{number}{path}")
                    self.assertLess(page.status_code, 500)
        for path in ("/page/0", "/page/99999999999", "?sortby=x&filterby=y", "?page=x"):
            self.assertLess(self.url_open(f"/my/contracts{path}").status_code, 500)

    def test_odd_texts_are_kept_as_texts(self):
        form = self._get("/terminate")
        values = {"name": "Camille\x00 <b>Durand</b>", "address": self.consumer.email}
        for wished in ("yesterday", "0001-01-01", "99999-01-01", "2026-02-30"):
            page = self._post(form, "/terminate", step="confirm", wished_date=wished, **values)
            self.assertEqual(page.status_code, 200)
            self.assertIn("Please give a date", page.text)
        done = self._post(form, "/terminate", step="confirm", **values)
        self.assertEqual(done.status_code, 200)
        self.assertNotIn("<b>Durand", done.text)
        self.assertEqual(self.contract.change_ids.declaration["name"], "Camille <b>Durand</b>")

    def test_what_the_rules_refuse_is_told_on_the_form(self):
        form = self._get("/terminate")
        with patch.object(
            type(self.env["cn285.contract"]),
            "_portal_terminate",
            side_effect=UserError("It ends already."),
        ):
            page = self._post(form, "/terminate", step="confirm", **self._declared())
        self.assertEqual(page.status_code, 200)
        self.assertIn("It ends already.", page.text)

    def test_no_form_is_taken_from_another_site(self):
        self._get("/terminate")
        for path in ("/terminate", "/withdraw", "/refuse-renewal"):
            page = self.url_open(
                f"/my/contracts/{self.contract.id}{path}",
                data={"step": "confirm", **self._declared()},
            )
            self.assertEqual(page.status_code, 400)
        self.assertFalse(self.contract.change_ids)

    def test_another_file_is_no_confirmation(self):
        """A file that a change names is shown only if it is one of the contract's documents."""
        form = self._get("/terminate")
        self._post(form, "/terminate", step="confirm", **self._declared())
        secret = self.env["ir.attachment"].create({"name": "paie.txt", "raw": b"secret"})
        self.contract.change_ids._write_inside({"confirmation_id": secret.id})
        page = self._get("/terminate").text
        self.assertIn("Confirmation of your termination", page)
        self.assertNotIn(f"/web/content/{secret.id}", page)
        self.assertFalse(secret.access_token)
