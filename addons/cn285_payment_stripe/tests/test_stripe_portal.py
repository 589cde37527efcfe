"""A customer types a card in the portal, with a stand-in for stripe.js that the server has."""

from datetime import date

from odoo.tests import HttpCase, new_test_user, tagged

from .common import StripeCase

TYPE_A_CARD = """
    const find = async (selector) => {
        for (let tries = 0; tries < 150; tries++) {
            const found = document.querySelector(selector);
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`${selector} is not there`);
    };
    (async () => {
        const stripe = "[data-provider-code=stripe][data-payment-method-code=card]";
        const radio = await find(`input[name=o_payment_radio]${stripe}`);
        if (!radio.checked) {
            radio.click();
        }
        (await find("[name=stripe-number]")).value = "%s";
        (await find("[name=stripe-expiry]")).value = "02/28";
        const left = () => console.log("test successful");
        window.addEventListener("beforeunload", left);
        (await find("button[name=o_payment_submit_button]:not([disabled])")).click();
        %s
    })();
"""


@tagged("post_install", "-at_install")
class TestStripePortal(StripeCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["payment.provider"].search([("code", "!=", "stripe")]).write({"state": "disabled"})
        cls.provider.write({"is_published": True, "allow_tokenization": True})
        cls.provider.payment_method_ids = cls.card_method
        cls.user = new_test_user(
            cls.env,
            "types_a_card",
            "base.group_portal",
            password="types_a_card",
            partner_id=cls.customer.id,
        )

    def _type(self, number, then=""):
        """The transaction of a card that the customer adds, when he came back."""
        with self._with_jobs():
            self.browser_js(
                "/my/payment_method", TYPE_A_CARD % (number, then), login="types_a_card", timeout=60
            )
        transaction = self.env["payment.transaction"].search(
            [("partner_id", "=", self.customer.id)], order="id desc", limit=1
        )
        [setup] = self.server.account.all("setup_intent", description=transaction.reference)
        self.assertEqual(setup["status"], "succeeded")
        # The browser is closed as soon as it leaves the page: what Stripe tells does the rest.
        self._work_events()
        return transaction

    def test_a_card(self):
        transaction = self._type("4242 4242 4242 4242")
        token = transaction.token_id
        self.assertEqual(token.partner_id, self.customer)
        self.assertEqual((token.cn285_brand, token.cn285_last4), ("visa", "4242"))
        self.assertEqual(token.cn285_expiry_date, date(2028, 2, 29))
        self.assertFalse(token._cn285_obstacle(self.customer, self.company))
        # It is charged.
        move = self._invoice(token)
        self.assertEqual(self._collect(move).state, "done")
        self.assertCharged(move, 120.0)

    def test_a_card_whose_bank_asks(self):
        then = '(await find(".stripe-complete")).click();'
        self.assertTrue(self._type("4000 0027 6000 3184", then).token_id)
