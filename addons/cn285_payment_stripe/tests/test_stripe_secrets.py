"""Secrets are in no log, at whatever level it is kept."""

import logging
from contextlib import contextmanager
from datetime import date

from odoo.tests import tagged

from stripe_server import card_number, means

from .common import StripeCase

LOGGERS = ("odoo.addons.payment", "odoo.addons.payment_stripe", "odoo.addons.cn285_payment")
LOGGERS += ("odoo.addons.cn285_payment_stripe", "stripe", "urllib3", "requests")


class Kept(logging.Handler):
    """Everything that is logged, as text."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@tagged("post_install", "-at_install")
class TestStripeSecrets(StripeCase):
    @contextmanager
    def _log(self):
        kept = Kept()
        names = [
            name
            for name in logging.root.manager.loggerDict
            if any(name == each or name.startswith(f"{each}.") for each in LOGGERS)
        ]
        loggers = [logging.getLogger(name) for name in {*names, *LOGGERS}]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.addHandler(kept)
            logger.setLevel(logging.DEBUG)
        try:
            yield kept.lines
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.removeHandler(kept)
                logger.setLevel(level)

    def test_log(self):
        self._at(date(2026, 1, 2))
        account = self.server.account
        with self._log() as lines:
            for number in (
                "4242424242424242",
                "4000002760003184",
                card_number("decline:lost_card"),
                card_number("charge_then_500"),
                "FR1420041010050500013M02606",
            ):
                move = self._invoice(self._token(number))
                attempt = self._collect(move)
                attempt.transaction_id._cn285_stripe_confirmation()
                attempt.transaction_id._cn285_ask_provider()
            method = account.all("payment_method", type="card")[0]
            means.update_card(account, method, 1, 2099)
            self._work_events()
            del account.objects[self.endpoint["id"]]
            self.provider.stripe_webhook_secret = False
            self.provider.action_stripe_create_webhook()
            self.provider.action_stripe_create_webhook()
            self.provider.stripe_secret_key = "sk_test_wrong_one"
            attempt.transaction_id._cn285_ask_provider()
        text = "\n".join(lines)
        self.assertIn("payment_intents", text)
        secrets = [account.secret_key, "sk_test_wrong_one", self.secret]
        secrets += [self.provider.stripe_webhook_secret]
        secrets += [
            each["client_secret"] for each in account.objects.values() if "client_secret" in each
        ]
        self.assertGreater(len(secrets), 8)
        for secret in secrets:
            self.assertNotIn(secret, text)
