"""Top-ups by charging a means of payment: by hand, by rule, and by the customer's pages."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..collection.common import CollectionCase
from .common import WalletCase


class TopupCase(WalletCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.card = CollectionCase._token.__func__(cls, cls.customer)
        cls.customer.cn285_payment_token_id = cls.card

    def _rule(self, wallet, **values):
        return self.env["cn285.wallet.topup.rule"].create(
            {"wallet_id": wallet.id, "threshold": 20.0, "value": 50.0, **values}
        )

    def _cron(self, day):
        with freeze_time(f"{day} 09:00:00"):
            self.env["cn285.wallet.topup.rule"]._cron_top_up()


@tagged("post_install", "-at_install")
class TestTopups(TopupCase):
    def test_charged(self):
        wallet = self._wallet()
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(120.0, token_id=self.card.id))
        self.assertEqual(topup.state, "done")
        self.assertHolds(wallet, "120.00")
        self.assertMoney(self._balance(self.advances), "120.00")
        self.assertMoney(self._receivable(), "0.00")
        self.assertEqual(topup.transaction_id.reference, topup.name)
        # Booked again, or told again: nothing more.
        topup.transaction_id._post_process()
        topup.transaction_id._cn285_settle_topups()
        self.assertHolds(wallet, "120.00")

    def test_charged_with_vat(self):
        wallet = self._wallet(self.at_topup)
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(100.0, token_id=self.card.id))
        self.assertMoney(topup.transaction_id.amount, "120.00")
        self.assertEqual(topup.state, "done")
        self.assertHolds(wallet, "100.00")
        self.assertEqual(topup.move_id.payment_state, "paid")

    def test_refused(self):
        self.card.demo_simulated_state = "error"
        wallet = self._wallet()
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(120.0, token_id=self.card.id))
        self.assertEqual(topup.state, "failed")
        self.assertHolds(wallet, "0.00")
        self.assertMoney(self._balance(self.advances), "0.00")

    def test_the_dialog_tells_what_became_of_it(self):
        """Who tops up by a card that is refused must not think that it was paid."""
        manager = new_test_user(self.env, "tops_up", "cn285_contract.group_billing_manager")
        wallet = self._wallet()
        told = {}
        for answer in ("done", "pending", "error"):
            self.card.demo_simulated_state = answer
            dialog = self.env["cn285.wallet.pay"].with_user(manager)
            dialog = dialog.create(
                {
                    "wallet_id": wallet.id,
                    "amount": 10.0,
                    "way": "charge",
                    "payment_token_id": self.card.id,
                }
            )
            told[answer] = dialog.action_topup()["params"]
        self.assertEqual(
            {answer: params["type"] for answer, params in told.items()},
            {"done": "success", "pending": "info", "error": "danger"},
        )
        self.assertIn("was not paid", told["error"]["message"])

    def test_a_debit_that_settles_later(self):
        self.card.demo_simulated_state = "pending"
        wallet = self._wallet()
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(120.0, token_id=self.card.id))
        self.assertEqual(topup.state, "pending")
        self.assertHolds(wallet, "0.00")
        topup.transaction_id.action_demo_set_done()
        self._cron(self.company._cn285_today())
        self.assertEqual(topup.state, "done")
        self.assertHolds(wallet, "120.00")

    def test_a_debit_that_comes_back(self):
        """Told by the bank's file, and booked: 24.00 unspent goes, 96.00 is owed again; once."""
        wallet = self._wallet()
        topup = self.env["cn285.wallet.topup"].browse(wallet.topup(120.0, token_id=self.card.id))
        self._invoice(self._create_contract([{"price_unit": 80.0}]))
        self.assertHolds(wallet, "24.00")
        day = self.company._cn285_today()
        self.env["cn285.collection"]._take_back({topup.payment_id: topup.name}, "AM04", day)
        topup.transaction_id._cn285_taken_back(day)
        topup.transaction_id._cn285_taken_back(day)
        self.assertEqual(topup.state, "returned")
        self.assertHolds(wallet, "0.00")
        self.assertMoney(self._receivable(), "-96.00")
        self.assertMoney(self._balance(self.advances), "0.00")
        with self.assertRaisesRegex(UserError, "is not paid"):
            topup.action_returned()

    def test_others_means_are_refused(self):
        other = CollectionCase._token.__func__(type(self), self.customer.copy())
        with self.assertRaisesRegex(UserError, "no means"):
            self._wallet().topup(10.0, token_id=other.id)
        with self.assertRaisesRegex(UserError, "no means"):
            self._wallet().topup(10.0, token_id=2**31 - 2)

    def test_bounds_of_the_type(self):
        self.at_use.write({"least": 20.0, "most": 100.0})
        wallet = self._wallet()
        for amount in (19.99, 100.01):
            with self.assertRaisesRegex(UserError, "at least"):
                wallet.topup(amount, journal_id=self.bank.id)
        self._topup(wallet, 20.0)

    def test_threshold(self):
        """Down to 20.00: 50.00 more, once; above: nothing."""
        wallet = self._wallet()
        self._topup(wallet, 20.01)
        rule = self._rule(wallet)
        self._cron(date(2026, 3, 1))
        self.assertHolds(wallet, "20.01")
        rule.threshold = 20.01
        self._cron(date(2026, 3, 1))
        self.assertHolds(wallet, "70.01")
        self._cron(date(2026, 3, 1))
        self.assertHolds(wallet, "70.01")

    def test_up_to_a_balance_with_a_cap(self):
        wallet = self._wallet()
        self._rule(wallet, amount_by="target", value=100.0, capped=True, cap=130.0)
        self._cron(date(2026, 3, 1))
        self.assertHolds(wallet, "100.00")
        with freeze_time("2026-03-02"):
            self._invoice(self._create_contract([{"price_unit": 75.0}]))
        self.assertHolds(wallet, "10.00")
        self._cron(date(2026, 3, 3))
        self.assertHolds(wallet, "40.00")
        wallet.rule_ids.threshold = 50.0
        self._cron(date(2026, 3, 4))
        self.assertHolds(wallet, "40.00")
        self._cron(date(2026, 4, 1))
        self.assertHolds(wallet, "100.00")

    def test_interval(self):
        wallet = self._wallet()
        self._rule(wallet, trigger="interval", first_day=date(2026, 1, 31))
        for day, expected in (
            (date(2026, 1, 30), "0.00"),
            (date(2026, 1, 31), "50.00"),
            (date(2026, 2, 27), "50.00"),
            (date(2026, 2, 28), "100.00"),
            (date(2026, 3, 30), "100.00"),
            (date(2026, 3, 31), "150.00"),
        ):
            self._cron(day)
            self.assertHolds(wallet, expected)

    def test_one_waits_at_a_time(self):
        self.card.demo_simulated_state = "pending"
        wallet = self._wallet()
        self._rule(wallet)
        self._rule(wallet, threshold=10.0)
        self._cron(date(2026, 3, 1))
        self._cron(date(2026, 3, 2))
        self.assertEqual(wallet.topup_ids.mapped("state"), ["pending"])

    def test_a_refusal_is_tried_the_next_day(self):
        self.card.demo_simulated_state = "error"
        wallet = self._wallet()
        self._rule(wallet)
        self._cron(date(2026, 3, 1))
        self._cron(date(2026, 3, 1))
        self.assertEqual(wallet.topup_ids.mapped("state"), ["failed"])
        self.card.demo_simulated_state = "done"
        self._cron(date(2026, 3, 2))
        self.assertHolds(wallet, "50.00")

    def test_a_refused_interval_is_still_due(self):
        """Refused on its day, and tried on the days of retries: 1, 3, 7, 14 days later; then no
        more, until the means are others.
        """
        self.card.demo_simulated_state = "error"
        wallet = self._wallet()
        self._rule(wallet, trigger="interval", first_day=date(2026, 3, 1))
        for day in range(1, 29):
            self._cron(date(2026, 3, day))
        dates = [topup.date.day for topup in wallet.topup_ids.sorted("id")]
        self.assertEqual(dates, [1, 2, 4, 8, 15])
        self.customer.cn285_payment_token_id = CollectionCase._token.__func__(
            type(self), self.customer
        )
        self._cron(date(2026, 3, 29))
        self.assertHolds(wallet, "50.00")
        self._cron(date(2026, 3, 30))
        self.assertHolds(wallet, "50.00")
        self._cron(date(2026, 4, 1))
        self.assertHolds(wallet, "100.00")

    def test_days_of_the_customers_policy(self):
        self.customer.cn285_dunning_policy_id = self.env["cn285.dunning.policy"].create(
            {"name": "Once", "retries_by": "own", "retries": "5"}
        )
        self.card.demo_simulated_state = "error"
        wallet = self._wallet()
        self._rule(wallet)
        for day in range(1, 29):
            self._cron(date(2026, 3, day))
        dates = [topup.date.day for topup in wallet.topup_ids.sorted("id")]
        self.assertEqual(dates, [1, 6])

    def test_without_means_nothing_is_tried(self):
        self.customer.cn285_payment_token_id = False
        wallet = self._wallet()
        rule = self._rule(wallet)
        self._cron(date(2026, 3, 1))
        self.assertIn("no means", rule.message)
        self.assertFalse(wallet.topup_ids)

    def test_wallet_before_the_card(self):
        """120.00 with 100.00 in the wallet: the card is charged for 20.00."""
        wallet = self._wallet()
        self._topup(wallet, 100.0)
        contract = self._create_contract(collection_mode="automatic")
        with freeze_time("2026-01-01"):
            move = self._invoice(contract)
            self.assertMoney(move.amount_residual, "20.00")
            self.env["cn285.collection"]._collect(move, "due")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(sum(move.cn285_attempt_ids.mapped("amount")), "20.00")


@tagged("post_install", "-at_install")
class TestOpenings(TopupCase):
    def test_credit_that_was_there_before(self):
        """A lot each, in one wallet; nothing is booked; it is drawn as any other."""
        manager = new_test_user(self.env, "opening-manager", "cn285_contract.group_billing_manager")
        openings = self.env["cn285.wallet.opening"].with_user(manager)
        shared = {"type_id": self.at_use.id, "partner_id": self.customer.id}
        made = openings.create(
            [
                {**shared, "amount": 70.0, "name": "Old card"},
                {**shared, "amount": 30.0, "kind": "granted", "expiry": "2027-12-31"},
            ]
        )
        wallet = made.lot_id.sudo().wallet_id
        self.assertEqual(len(wallet), 1)
        self.assertHolds(wallet, "100.00")
        self.assertMoney(self._balance(self.advances), "0.00")
        move = self._invoice(self._create_contract())
        self.assertMoney(move.amount_total, "84.00")
        self.assertMoney(move.amount_residual, "14.00")
        self.assertHolds(wallet, "0.00")
        made[0].write({"amount": 70.0})
        with self.assertRaisesRegex(UserError, "does not change"):
            made[0].write({"amount": 700.0})
        for values in ({"amount": 0.0}, {"amount": 5.0, "priority": 51}):
            with self.assertRaises(UserError):
                openings.create({**shared, **values})


@tagged("post_install", "-at_install")
class TestWalletPages(TopupCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, partner in (("wallet_owner", cls.customer), ("wallet_other", None)):
            values = {"partner_id": partner.id} if partner else {}
            new_test_user(cls.env, login, "base.group_portal", password=login, **values)
        cls.wallet = cls._wallet()
        cls._topup(cls.wallet, 75.5)

    def _post(self, page, path, **data):
        token = self.url_open(page).text.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(path, {"csrf_token": token, **data}, allow_redirects=False)

    def test_his_own(self):
        self.authenticate("wallet_owner", "wallet_owner")
        self.assertIn(f"/my/wallets/{self.wallet.id}", self.url_open("/my/wallets").text)
        page = f"/my/wallets/{self.wallet.id}"
        self.assertIn("75.50", self.url_open(page).text)
        answer = self._post(page, f"{page}/topup", amount="24,50", token_id=str(self.card.id))
        self.assertEqual(answer.status_code, 303)
        self.assertHolds(self.wallet, "100.00")
        for amount in ("", "-5", "nan", "1e400", "5 EUR"):
            self._post(page, f"{page}/topup", amount=amount, token_id=str(self.card.id))
        self.assertIn("is no amount", self.url_open(page).text)
        self._post(page, f"{page}/topup", amount="30", token_id="9" * 5_000)
        self.assertIn("Choose one of your means", self.url_open(page).text)
        answer = self._post(page, f"{page}/topup", amount="50")
        self.assertIn("/payment/pay?reference=TOPUP", answer.headers["Location"])
        self.assertHolds(self.wallet, "100.00")

    def test_what_is_refused_leaves_nothing(self):
        """Refused at any step: neither a top-up nor its invoice or transaction is kept."""
        self.authenticate("wallet_owner", "wallet_owner")
        wallet = self._wallet(self.at_topup)
        page = f"/my/wallets/{wallet.id}"
        topups = type(self.env["cn285.wallet.topup"])

        def refuse(topup, token):
            prepare(topup, token)
            raise UserError("Refused on the way")  # pylint: disable=translation-required

        prepare = topups._prepare_charge
        before = self.env["account.move"].search_count([])
        self._post(page, f"{page}/topup", amount="20", token_id="2147483647")
        self.assertIn("Choose one of your means", self.url_open(page).text)
        with patch.object(topups, "_prepare_charge", refuse):
            self._post(page, f"{page}/topup", amount="20", token_id=str(self.card.id))
        self.assertIn("Refused on the way", self.url_open(page).text)
        self.assertFalse(wallet.topup_ids.filtered(lambda one: one.origin == "portal"))
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_what_he_began_and_left_is_not_shown(self):
        """Each visit of the page of payment begins a top-up; those that were left are none."""
        self.authenticate("wallet_owner", "wallet_owner")
        page = f"/my/wallets/{self.wallet.id}"
        self._post(page, f"{page}/topup", amount="50")
        topup = self.wallet.topup_ids[:1]
        self.assertEqual((topup.state, topup.origin), ("pending", "portal"))
        self.assertNotIn(topup.name, self.url_open(page).text)
        self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": 50.0,
                "currency_id": topup.currency_id.id,
                "partner_id": self.customer.id,
                "reference": f"{topup.name}-1",
                "state": "pending",
            }
        )
        self.assertIn(topup.name, self.url_open(page).text)

    def test_a_page_that_is_sent_twice_asks_once(self):
        """A double click, or the page sent again from the history: charged once."""
        self.authenticate("wallet_owner", "wallet_owner")
        page = f"/my/wallets/{self.wallet.id}"
        for once in self._keys(page), self._keys(page):
            for _number in range(2):
                self._post(
                    page, f"{page}/topup", amount="20", token_id=str(self.card.id), once=once
                )
        self.assertHolds(self.wallet, "115.50")
        self.assertEqual(len(self.wallet.topup_ids), 3)

    def _keys(self, page):
        return self.url_open(page).text.split('name="once" value="')[1].split('"')[0]

    def test_what_was_begun_is_gone_on_with(self):
        """Who looks at the page of payment ten times leaves one invoice, not ten."""
        self.authenticate("wallet_owner", "wallet_owner")
        wallet = self._wallet(self.at_topup)
        page = f"/my/wallets/{wallet.id}"
        self.card.demo_simulated_state = "error"
        for token in ("", "", str(self.card.id), str(self.card.id), ""):
            self._post(page, f"{page}/topup", amount="20", token_id=token)
        self.assertEqual(len(wallet.topup_ids), 1)
        self.assertMoney(wallet.topup_ids.move_id.amount_total, "24.00")
        for amount in ("21", "22", "23", "24"):
            self._post(page, f"{page}/topup", amount=amount)
        self.assertEqual(len(wallet.topup_ids.move_id), 3)
        self.assertIn("have not paid", self.url_open(page).text)
        # Another means that works: the same invoice, paid.
        self.card.demo_simulated_state = "done"
        self._post(page, f"{page}/topup", amount="20", token_id=str(self.card.id))
        self.assertHolds(wallet, "20.00")
        self.assertEqual(len(wallet.topup_ids.move_id), 3)

    def test_nobody_elses(self):
        self.authenticate("wallet_other", "wallet_other")
        self.assertNotIn("75.50", self.url_open("/my/wallets").text)
        answer = self.url_open(f"/my/wallets/{self.wallet.id}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        own = self._wallet(partner=self.env.ref("base.user_admin").partner_id)
        self.assertTrue(own)
        topups = len(self.wallet.topup_ids)
        page = "/my/account"
        self._post(
            page, f"/my/wallets/{self.wallet.id}/topup", amount="5", token_id=str(self.card.id)
        )
        self.assertEqual(len(self.wallet.topup_ids), topups)

    def test_a_pass_is_redeemed(self):
        today = self.company._cn285_today()
        contract = self._create_contract(date_start=today.replace(day=1))
        self._bill(today)
        offer = self.env["cn285.promotion.pass"].create(
            {"name": "Spring", "code": "SPRING", "percent": 50.0}
        )
        self.authenticate("wallet_owner", "wallet_owner")
        page = f"/my/contracts/{contract.id}"
        self._post(page, f"{page}/pass", code="nonsense")
        self.assertIn("no pass with this code", self.url_open(page).text)
        self._post(page, f"{page}/pass", code="spring")
        self.assertIn("was redeemed", self.url_open(page).text)
        self.assertEqual(offer.redemption_ids.contract_id, contract)
        self.assertEqual(offer.redemption_ids.origin, "portal")
        self.authenticate("wallet_other", "wallet_other")
        self._post("/my/account", f"{page}/pass", code="spring")
        self.assertEqual(len(offer.redemption_ids), 1)

    def test_codes_are_not_tried_one_after_the_other(self):
        """Ten wrong codes, and the right one is not looked at before an hour is over."""
        today = self.company._cn285_today()
        contract = self._create_contract(date_start=today.replace(day=1))
        self._bill(today)
        offer = self.env["cn285.promotion.pass"].create(
            {"name": "Autumn", "code": "AUTUMN", "percent": 50.0}
        )
        self.authenticate("wallet_owner", "wallet_owner")
        page = f"/my/contracts/{contract.id}"
        for number in range(10):
            self._post(page, f"{page}/pass", code=f"AUTUM{number}")
            self.assertIn("no pass with this code", self.url_open(page).text)
        for code in ("autumn", "nonsense"):
            self._post(page, f"{page}/pass", code=code)
            self.assertIn("Too many codes", self.url_open(page).text)
        self.assertFalse(offer.redemption_ids)
        self.assertEqual(self.customer.cn285_pass_misses, 10)
        self.customer.cn285_pass_missed_at = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=61
        )
        self._post(page, f"{page}/pass", code="autumn")
        self.assertIn("was redeemed", self.url_open(page).text)
