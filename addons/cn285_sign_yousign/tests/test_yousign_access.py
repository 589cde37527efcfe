"""Keys are the administrators', and in no log; requests are kept by the program."""

import logging
from contextlib import contextmanager

import serve_yousign
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import YousignCase

SECRETS = ("yousign_api_key", "yousign_webhook_secret", "yousign_webhook_url")
KEPT = ("yousign_key", "yousign_id", "yousign_status", "yousign_problem", "yousign_told")


class Lines(logging.Handler):
    """Everything that is logged, as text, at whatever level."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@tagged("post_install", "-at_install")
class TestYousignAccess(YousignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "yousign_manager", "base.group_user,cn285_contract.group_billing_manager"
        )
        cls.portal = new_test_user(cls.env, "yousign_portal", "base.group_portal")

    def test_keys_are_the_administrators(self):
        for user in (self.manager, self.seller, self.portal):
            provider = self.yousign.with_user(user)
            for name in SECRETS:
                with self.subTest(user=user.login, name=name):
                    with self.assertRaises(AccessError):
                        provider.read([name])
                    with self.assertRaises(AccessError):
                        provider.search([(name, "!=", False)])
                    with self.assertRaises(AccessError):
                        provider.write({name: "x"})
            for values in ({"yousign_environment": "production"}, {"yousign_level": "advanced"}):
                with self.assertRaises(AccessError):
                    provider.write(values)
            with self.assertRaises(AccessError):
                provider.action_yousign_check()
        self.assertFalse(self.yousign.copy().yousign_api_key, "a copy has no key")
        told = self.yousign.with_user(self.manager).read()[0]
        self.assertFalse(set(SECRETS) & set(told))

    def test_what_the_program_keeps(self):
        request = self._asked()
        for name in KEPT:
            with self.subTest(name), self.assertRaises(UserError):
                request.with_user(self.seller).write({name: "x"})
        with self.assertRaises(UserError):
            request.signer_ids[0].with_user(self.seller).write({"yousign_id": "x"})

    def test_who_may_not_write_the_contract_asks_nothing(self):
        request = self._asked()
        stranger = new_test_user(
            self.env, "yousign_other", "base.group_user,cn285_contract.group_contract_user_own"
        )
        for user in (stranger, self.portal):
            with self.assertRaises(AccessError):
                request.with_user(user).action_yousign_sync()
            with self.assertRaises(AccessError):
                request.with_user(user).action_cancel()

    def test_the_key_is_tried(self):
        answer = self.yousign.action_yousign_check()
        self.assertEqual(answer["params"]["type"], "success")
        for key, words in (
            ("wrong", "refuses the key"),
            (False, "no valid API key"),
            ("é", "valid"),
        ):
            self.yousign.yousign_api_key = key
            with self.subTest(key), self.assertRaisesRegex(UserError, words):
                self.yousign.action_yousign_check()
        self.yousign.yousign_api_key = "a\nHost: evil"
        with self.assertRaises(UserError):
            self.yousign.action_yousign_check()

    def test_a_database_is_pointed_at_the_server(self):
        """As `make serve-yousign DB=…` does: twice, there is one provider, and its key is good."""
        self.yousign.active = False
        found = {serve_yousign.connect(self.env, self.server) for _time in range(2)}
        [provider] = found
        self.assertEqual(provider.yousign_environment, "sandbox")
        self.assertEqual(provider.action_yousign_check()["params"]["type"], "success")
        self.assertTrue(self.server.hooks.url.endswith("/sign/yousign/webhook"))

    @contextmanager
    def _log(self):
        kept, root = Lines(), logging.getLogger()
        names = ("odoo.addons.cn285_sign", "odoo.addons.cn285_sign_yousign", "urllib3", "requests")
        loggers = [root, *(logging.getLogger(name) for name in names)]
        loggers += [logging.getLogger("urllib3.connectionpool"), logging.getLogger("odoo.http")]
        levels = [logger.level for logger in loggers]
        root.addHandler(kept)
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        try:
            yield kept.lines
        finally:
            root.removeHandler(kept)
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)

    def test_secrets_are_in_no_log_and_no_message(self):
        secrets = [self.account.api_key, self.account.webhook_secret, "a-wrong-key-of-somebody"]
        with self._log() as lines:
            self.server.fail("create", "500", "drop_after", "429", "garbage")
            request = self._asked(patience=10)
            with self._with_jobs():
                request.with_user(self.seller).action_yousign_sync()
            self._sign_there(request)
            self._take_in()
            self.yousign.yousign_api_key = "a-wrong-key-of-somebody"
            wrong = self._asked()
            with self.assertRaises(UserError) as refused:
                self.yousign.action_yousign_check()
        text = "\n".join(lines)
        self.assertIn("signature_requests", text, "the calls are in the log")
        told = [
            text,
            wrong.yousign_problem,
            str(refused.exception),
            repr(self.yousign._yousign_client()),
        ]
        told += (request | wrong).activity_ids.mapped(lambda one: f"{one.summary} {one.note}")
        for secret in secrets:
            for words in told:
                self.assertNotIn(secret, words)
