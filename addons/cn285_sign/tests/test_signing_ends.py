from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import SignCase


@tagged("post_install", "-at_install")
class TestSigningEnds(SignCase):
    """Each end of a request is told: to the signers by mail, to the owner by an activity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env, "ends_boss", "base.group_user", email="boss@cn285.example"
        )
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.seller.lang = "en_US"

    def _mails(self, signer):
        mails = self.env["mail.mail"].search(
            [("model", "=", signer._name), ("res_id", "=", signer.id)], order="id"
        )
        self.assertFalse(any(mail.email_to != signer.email for mail in mails))
        return mails

    def _last_words(self, signer):
        return " ".join(str(self._mails(signer)[-1:].body_html).split())

    def test_declined_after_another_has_signed(self):
        self.rule.countersigner_id = self.boss
        request = self._sent(self._draft())
        customer, company = request.signer_ids
        self._sign(customer)
        before = len(self._mails(company))
        company._decline("Not <b>now</b>\r\nnor later")
        self.assertEqual(request.state, "declined")
        self.assertIn("has declined", self._last_words(customer))
        self.assertEqual(len(self._mails(company)), before, "who declined knows")
        [activity] = request.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("ends_boss", activity.summary)
        self.assertIn("&lt;b&gt;now", activity.note)
        self.assertEqual(company.declined_reason, "Not <b>now</b>\nnor later")

    def test_cancelled(self):
        request = self._sent(self._draft())
        request.with_user(self.seller).action_cancel()
        self.assertIn("we have cancelled it", self._last_words(request.signer_ids))
        self.assertEqual(request.over_on, self.company._cn285_today())

    def test_who_was_not_asked_yet_is_not_written_to(self):
        self.rule.countersigner_id = self.boss
        request = self._sent(self._draft())
        _customer, company = request.signer_ids
        request.with_user(self.seller).action_cancel()
        self.assertFalse(self._mails(company))

    def test_expired(self):
        request = self._sent(self._draft())
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.env["cn285.sign.request"]._cron_sign()
        self.assertIn("the time to sign it is over", self._last_words(request.signer_ids))
        self.assertIn("expired", request.activity_ids.summary)

    def test_replaced_leads_to_the_newer_version(self):
        contract = self._draft()
        old = self._sent(contract)
        with self.assertRaisesRegex(UserError, "is being signed"):
            self._sent(contract)
        contract.item_ids.price_unit = 120.0
        new = self._sent(contract)
        self.assertEqual((old.state, new.state), ("replaced", "sent"))
        self.assertIn("The new version comes", self._last_words(old.signer_ids))
        self.assertIn("takes the place", self._last_words(new.signer_ids))
        self.assertEqual(old.signer_ids._newer(), new.signer_ids)
        self.assertFalse(new.signer_ids._newer())
        self.assertFalse(self._sign(new.signer_ids))
        self.assertEqual(contract.state, "active")
        self.assertEqual(old.signer_ids._newer(), new.signer_ids)

    def test_a_link_never_opens_what_went_to_another_address(self):
        contract = self._draft()
        old = self._sent(contract)
        contract.item_ids.price_unit = 120.0
        self.customer.email = "neue@boulangerie-martin.example"
        new = self._sent(contract)
        self.assertNotEqual(old.signer_ids.email, new.signer_ids.email)
        self.assertFalse(old.signer_ids._newer())
        self.assertNotIn("takes the place", self._last_words(new.signer_ids))

    def test_found_replaced_each_day(self):
        contract = self._draft()
        request = self._sent(contract)
        contract.item_ids.price_unit = 120.0
        self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual(request.state, "replaced")
        self.assertIn("The new version comes", self._last_words(request.signer_ids))
        self.assertIn("send it anew", request.activity_ids.note)

    def test_the_signed_copy_is_attached(self):
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        mail = self._mails(request.signer_ids)[-1:]
        self.assertEqual(mail.attachment_ids, request.proof_id.attachment_id)
        self.assertIn("signed by everybody", self._last_words(request.signer_ids))

    def test_links_end(self):
        """90 days after it was signed the link leads nowhere; the copy is in the mail."""
        request = self._sent(self._draft())
        signer = request.signer_ids
        self.assertFalse(signer._is_link_over())
        self._sign(signer)
        for days, over in ((90, False), (91, True)):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)):
                self.assertEqual(signer._is_link_over(), over, days)

    def test_not_applied_is_told_once(self):
        contract = self._draft()
        request = self._sent(contract)
        code = self._mailed_code(request.signer_ids)
        contracts = type(self.env["cn285.contract"])
        refusal = UserError("Not <i>now</i>")
        self.patch(contracts, "_check_product_rules", lambda *args: (_ for _ in ()).throw(refusal))
        self._sign(request.signer_ids, code=code)
        for _day in range(3):
            self.env["cn285.sign.request"]._cron_sign()
        [activity] = request.activity_ids
        self.assertIn("&lt;i&gt;now", activity.note)
        self.assertEqual(contract.state, "draft")

    def test_a_cancelled_contract_is_not_signed(self):
        request = self._sent(self._draft())
        request.contract_id.with_user(self.seller).action_cancel()
        self.assertEqual(request.state, "cancelled")
        self.assertIn("we have cancelled it", self._last_words(request.signer_ids))

    def test_a_cancelled_change_is_not_signed(self):
        contract = self._draft()
        self.rule.what = "quantity"
        contract.with_user(self.seller).action_confirm()
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.seller)
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": "quantity",
                    "date_effective": self.company._cn285_today(),
                    "values": {"quantity": 2.0},
                }
            )
        )
        request = self._sent(change)
        change.action_cancel()
        self.assertEqual((change.state, request.state), ("cancelled", "cancelled"))

    def test_what_is_being_signed_is_not_confirmed_by_hand(self):
        """No rule asks for it; it was sent all the same: the signature would find it done."""
        self.rule.active = False
        contract = self._draft()
        request = self._sent(contract)
        with self.assertRaisesRegex(UserError, "is being signed"):
            contract.with_user(self.seller).action_confirm()
        request.with_user(self.seller).action_cancel()
        contract.with_user(self.seller).action_confirm()
        self.assertEqual(contract.state, "active")
