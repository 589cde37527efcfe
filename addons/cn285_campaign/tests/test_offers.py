from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import CampaignCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestOffers(CampaignCase, HttpCase):
    """Offers to stay: made once, answered once, carried out as contract changes, measured."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env,
            "offer_portal",
            "base.group_portal",
            password="offer_portal_1",
            partner_id=cls.customer.id,
        )

    def _template(self, **values):
        templates = self.env["cn285.retention.offer.template"].with_user(self.manager)
        return templates.create({"name": "Stay", "percent": 20.0, "months": 3, **values})

    def _offer(self, contract, user=None, **values):
        offers = self.env["cn285.retention.offer"].with_user(user or self.manager)
        return offers.create(
            {"contract_id": contract.id, "template_id": self._template(**values).id}
        )

    def test_a_discount_keeps_a_customer(self):
        """Accepted by staff: the termination is taken back, three months cost 80.00."""
        contract = self._monthly(100.0)
        self._bill("2026-01-15")
        end = self._change(contract, "terminate", "2026-02-28")
        offer = self._offer(contract)
        self.assertEqual(
            (offer.state, offer.date_expiry, offer.user_id),
            ("proposed", date(2026, 1, 28), self.manager),
        )
        offer.action_accept()
        self.assertEqual((offer.state, end.state), ("accepted", "cancelled"))
        self.assertFalse(contract.planned_end)
        change = offer.change_ids
        self.assertEqual((change.type, change.state), ("discount_period", "applied"))
        self.assertEqual(change.requested_by, self.manager)
        for day in ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"):
            with freeze_time(f"{day} 10:00:00"):
                self._bill(day)
        amounts = [amount for _day, _kind, amount, _total in self._invoices(contract)]
        self.assertEqual(amounts, ["100.00", "80.00", "80.00", "80.00", "100.00"])
        with self.assertRaisesRegex(UserError, "cannot become"):
            offer.action_accept()

    def test_results_are_measured_by_the_ledger(self):
        """Three offers of 100.00: 80.00 kept in a discount, all lost, all kept without one."""
        contracts = [self._monthly(100.0) for _n in range(3)]
        for contract in contracts[:2]:
            self._change(contract, "terminate", "2026-02-28")
        accepted, declined, expired = (
            self._offer(contract, months=6, measured_months=3) for contract in contracts
        )
        accepted.action_accept()
        declined.action_decline()
        self._run("2026-01-29")
        self.assertEqual(expired.state, "expired")
        with freeze_time("2026-03-01 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self._run("2026-06-01")
        for offer, kept in ((accepted, "80.00"), (declined, "0.00"), (expired, "100.00")):
            with self.subTest(offer.state):
                self.assertMoney(offer.mrr_at_stake, "100.00")
                self.assertMoney(offer.mrr_kept, kept)
                self.assertEqual(offer.measured_on, date(2026, 4, 15))
        # The rate of many is that of their sums.
        rows = self.env["cn285.retention.offer"]._read_group(
            [("id", "in", (accepted | declined | expired).ids)],
            [],
            ["mrr_at_stake:sum", "mrr_kept:sum", "kept_rate:avg"],
        )
        self.assertEqual(
            [self._cents(float(one)) for one in rows[0]], ["300.00", "180.00", "60.00"]
        )

    def test_pause_and_downgrade(self):
        contract = self._monthly(100.0)
        offer = self._offer(contract, kind="pause", days=31)
        offer.action_accept()
        self.assertEqual(contract.state, "paused")
        self.assertEqual(contract.item_ids.pause_ids.date_end, date(2026, 2, 14))
        small = self._create_product("Small", 40.0)
        other = self._monthly(100.0)
        with self.assertRaisesRegex(UserError, "fits nothing"):
            self._offer(other, kind="downgrade", product_id=small.id)
        self.env["cn285.tier.path"].create(
            {
                "product_from_id": self.subscription.id,
                "product_to_id": small.id,
                "kind": "downsell",
            }
        )
        offer = self._offer(other, kind="downgrade", product_id=small.id)
        offer.action_accept()
        self.assertEqual(offer.change_ids.result_item_id.product_id, small)
        self.assertMoney(other.mrr, "40.00")
        with self.assertRaisesRegex(ValidationError, "needs a value"):
            self._template(kind="downgrade")

    def test_once_and_in_time(self):
        contract = self._monthly(100.0)
        offer = self._offer(contract, valid_days=3)
        with self.assertRaisesRegex(UserError, "open offer already"):
            self._offer(contract)
        with freeze_time("2026-01-17 22:30:00"):  # in Paris still the 17th
            offer._portal_path()
            self.assertTrue(contract._portal_offers())
        with freeze_time("2026-01-18 10:00:00"), self.assertRaisesRegex(UserError, "until"):
            offer.action_accept()
        self.assertEqual(offer.state, "proposed")
        offer.action_withdraw()
        with self.assertRaisesRegex(UserError, "cannot become"):
            offer.action_decline()
        with self.assertRaisesRegex(UserError, "not deleted"):
            offer.sudo().unlink()
        with self.assertRaises(AccessError):
            offer.write({"state": "accepted"})
        with self.assertRaises(AccessError):
            offer.write({"mrr_kept": 1.0})

    def test_rights(self):
        seller = new_test_user(self.env, "offer_seller", "cn285_contract.group_contract_user_own")
        reader = new_test_user(self.env, "offer_reader", "account.group_account_readonly")
        contract = self._monthly(100.0)
        contract.user_id = self.manager
        offer = self._offer(contract)
        for user in (seller, reader, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                offer.with_user(user).action_accept()
        own = self._create_contract(user_id=seller.id)
        template = self._template()
        offers = self.env["cn285.retention.offer"].with_user(seller)
        self.assertEqual(
            offers.create({"contract_id": own.id, "template_id": template.id}).user_id, seller
        )
        with self.assertRaises(AccessError):
            offer.action_withdraw()
            offers.create({"contract_id": contract.id, "template_id": template.id})

    def test_by_a_plan_and_the_customers_page(self):
        """Who wants to leave gets an offer by mail, accepts it in the portal, and stays."""
        self.customer.cn285_marketing = "yes"
        contract = self._monthly(100.0)
        end = self._change(contract, "terminate", "2026-02-28")
        segment = self._segment("cancellation")
        template = self._template(kind="discount")
        text = {"subject": "Stay", "body": "{{ offer }} until {{ until }}"}
        step = {"channel": "offer", "offer_template_id": template.id, "moment": "entered", **text}
        plan = self._plan([step], segment, purpose="marketing")
        self._run("2026-01-15")
        offer = contract.offer_ids
        mail = self._mails(plan)
        self.assertIn("28/01/2026", mail.body_html)
        self.assertIn(offer._portal_path().replace("&", "&amp;"), mail.body_html)
        self._run("2026-01-16")
        self.assertEqual(len(contract.offer_ids), 1)
        path = f"/my/contracts/{contract.id}/offers/{offer.id}"
        # A stranger finds nothing; nor does another contract's page.
        self.authenticate(None, None)
        self.assertEqual(self.url_open(path).status_code, 404)
        self.authenticate("offer_portal", "offer_portal_1")
        other = self._monthly(1.0)
        self.assertEqual(
            self.url_open(f"/my/contracts/{other.id}/offers/{offer.id}").status_code, 404
        )
        self.assertIn(offer.words, self.url_open(f"/my/contracts/{contract.id}").text)
        page = self.url_open(path).text
        self.assertIn("offer_cancellations", page)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        said = {"csrf_token": token, "answer": "accept"}
        page = self.url_open(path, said).text
        self.assertIn("offer_accepted", page)
        self.assertEqual((offer.state, offer.by_customer), ("accepted", True))
        self.assertEqual(offer.answered_by_id, self.portal)
        self.assertEqual((end.state, offer.change_ids.state), ("cancelled", "applied"))
        # Clicked again, nothing happens twice.
        self.assertIn("offer_error", self.url_open(path, said).text)
        self.assertEqual(len(offer.change_ids), 1)
        # No more marketing, by the link of the mail.
        link = self.env["cn285.communication"].search([("plan_id", "=", plan.id)])._refusal_path()
        self.assertIn(link, mail.body_html)
        self.url_open(link)
        self.assertEqual(self.customer.cn285_marketing, "yes")
        self.assertIn("refused", self.url_open(link, {"csrf_token": token}).text)
        self.assertEqual(self.customer.cn285_marketing, "no")
        self.assertEqual(self.url_open(link[:-1] + "x").status_code, 404)
