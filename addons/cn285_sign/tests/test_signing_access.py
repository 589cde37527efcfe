from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SignCase


@tagged("post_install", "-at_install")
class TestSigningAccess(SignCase):
    """Requests and their log are the program's; links and codes are the signer's alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = new_test_user(
            cls.env, "sign_other", "base.group_user,cn285_contract.group_contract_user_own"
        )
        cls.reader = new_test_user(
            cls.env, "sign_reader", "base.group_user,cn285_contract.group_contract_reader"
        )
        cls.portal = new_test_user(cls.env, "sign_portal", "base.group_portal")
        cls.contract = cls._draft()
        cls.contract.with_user(cls.seller).action_send_for_signature()
        cls.request = cls.contract.sudo().sign_request_ids

    def test_who_reads(self):
        for user in (self.seller, self.reader):
            self.assertTrue(self.request.with_user(user).read(["name", "state"]))
        for user in (self.other, self.portal):
            for record in (self.request, self.request.signer_ids, self.request.event_ids):
                with (
                    self.subTest(user=user.login, model=record._name),
                    self.assertRaises(AccessError),
                ):
                    record.with_user(user).read(["display_name"])

    def test_nobody_writes_them(self):
        signer = self.request.signer_ids
        attempts = (
            (self.request, {"state": "signed"}),
            (self.request, {"content_hash": "0"}),
            (self.request, {"document_id": False}),
            (signer, {"state": "signed"}),
            (signer, {"email": "me@example.com"}),
            (self.request.event_ids[:1], {"data": {}}),
        )
        for user in (self.seller, self.reader, self.portal):
            for record, vals in attempts:
                with self.subTest(user=user.login, vals=vals), self.assertRaises(UserError):
                    record.with_user(user).write(vals)
            for record in (self.request, signer, self.request.event_ids):
                with self.subTest(user=user.login, record=record), self.assertRaises(UserError):
                    record.with_user(user).unlink()

    def test_the_link_and_the_code_are_read_by_nobody(self):
        signer = self.request.signer_ids.with_user(self.seller)
        for name in ("nonce", "code_hash", "code_sent_at"):
            with self.subTest(name), self.assertRaises(AccessError):
                signer.read([name])

    def test_who_may_not_write_the_contract_manages_nothing(self):
        for user in (self.other, self.reader, self.portal):
            for method in ("action_cancel", "action_remind", "action_send_anew", "action_retry"):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    getattr(self.request.with_user(user), method)()
            with self.assertRaises(AccessError):
                self.contract.with_user(user).action_send_for_signature()
        self.assertEqual(self.request.state, "sent")

    def test_a_remote_caller_opens_no_door(self):
        contract = self.contract.with_user(self.seller)
        for value in (True, "x", {}):
            with self.assertRaises(UserError):
                contract.with_context(cn285_signed=value).action_confirm()

    def test_the_seals_key_is_the_administrators(self):
        manager = new_test_user(
            self.env, "sign_manager", "base.group_user,cn285_contract.group_billing_manager"
        )
        provider = self.provider.with_user(manager)
        with self.assertRaises(AccessError):
            provider.read(["seal_certificate_id"])
        with self.assertRaises(AccessError):
            provider.write({"name": "Mine"})
