"""What customers change themselves: money to the cent by hand, limits, days, clicked twice."""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .customer_common import TODAY, CustomerCase

QUANTITY = {"kind": "quantity", "quantity_min": 1.0, "quantity_max": 10.0, "quantity_step": 1.0}


@tagged("post_install", "-at_install")
class TestCustomerChanges(CustomerCase):
    # === WHAT IS OFFERED === #

    def test_nothing_is_offered_unless_the_template_allows_it(self):
        self._allow()
        contract = self._contract(billed=False)
        self.assertNotIn('id="change_quantity"', self._get(contract).text)
        page = self._preview(contract, "quantity", item=contract.item_ids.id, quantity="5")
        self.assertRefused(page, "cannot be changed here", contract)
        # The contract has what the template said when it was made.
        self._allow(QUANTITY)
        self.assertNotIn('id="change_quantity"', self._get(contract).text)
        self.template.action_hand_over_permissions()
        self.assertIn('id="change_quantity"', self._get(contract).text)

    def test_the_contract_leads_to_the_page(self):
        self._allow(QUANTITY)
        contract = self._contract(billed=False)
        self._be("hand_buyer")
        page = self.url_open(f"/my/contracts/{contract.id}").text
        self.assertIn(f'href="/my/contracts/{contract.id}/change"', page)
        self._be("hand_viewer")
        page = self.url_open(f"/my/contracts/{contract.id}").text
        self.assertNotIn("change_contract", page)

    # === QUANTITY === #

    def test_quantity(self):
        """Three more for 16 of 31 days: 3 × 31.00 × 16 / 31 = 48.00, 57.60 with 20 % VAT."""
        self._allow(QUANTITY)
        contract = self._contract()
        item = contract.item_ids
        page = self._preview(contract, "quantity", item=item.id, quantity="5")
        self.assertEqual(self._said(page, "change_day"), "03/16/2026")
        self.assertEqual(self._said(page, "change_amount"), "48.00 €")
        self.assertEqual(self._said(page, "change_total"), "57.60 €")
        self.assertEqual(self._said(page, "change_month"), "62.00 € → 155.00 €")
        # What the two of before were billed for these days stands there as a credit.
        self.assertIn('id="change_negative"', page)
        self.assertFalse(contract.change_ids, "a preview writes nothing")
        done = self._confirm(contract, "quantity", page)
        self.assertIn('id="change_applied"', done.text)
        [change] = contract.change_ids
        self.assertEqual(
            (change.type, change.state, change.origin, change.date_effective),
            ("quantity", "applied", "customer", TODAY),
        )
        self.assertEqual(change.requested_by, self.buyer)
        self.assertEqual(item.quantity, 5.0)
        self.assertMoney(sum(change.schedule_ids.mapped("amount")), "48.00")
        # Clicked twice, and sent again from the same page: once.
        self.assertIn('id="change_applied"', self._confirm(contract, "quantity", page).text)
        self.assertEqual(contract.change_ids, change)

    def test_a_month_of_consumers_is_told_with_tax(self):
        """2 × 37.20 and 5 × 37.20; less of it is credited, and the page says how."""
        self._allow(QUANTITY)
        self.customer.write({"is_company": False, "cn285_legal_kind": "consumer"})
        contract = self._contract()
        item = contract.item_ids.id
        page = self._preview(contract, "quantity", item=item, quantity="5")
        self.assertEqual(self._said(page, "change_month"), "74.40 € → 186.00 €")
        page = self._preview(contract, "quantity", item=item, quantity="1")
        self.assertEqual(self._said(page, "change_month"), "74.40 € → 37.20 €")
        self.assertIn('id="change_negative"', page)

    def test_the_next_invoice_comes_before_the_change(self):
        """April is billed as it is, two of 31.00; what three more cost comes on the 15th."""
        self._allow(QUANTITY)
        contract = self._contract()
        page = self._preview(
            contract, "quantity", date="2026-04-15", item=contract.item_ids.id, quantity="5"
        )
        self.assertEqual(self._said(page, "change_day"), "04/15/2026")
        self.assertIn("04/01/2026", page)
        self.assertEqual(self._said(page, "change_next"), "74.40 €")

    def test_limits_of_quantities(self):
        self._allow(
            {"kind": "quantity", "quantity_min": 2.0, "quantity_max": 10.0, "quantity_step": 2.0}
        )
        contract = self._contract(billed=False)
        for given, words in (
            ("12", "at most 10"),
            ("0", "at least 2"),
            ("-4", "at least 2"),
            ("5", "in steps of 2"),
            ("2", "it is 2 already"),
            ("4,5", "in steps of 2"),
            ("NaN", "is no number"),
            ("1e400", "is no number"),
            ("many", "is no number"),
            ("", "is no number"),
        ):
            for step in ("preview", "confirm"):
                with self.subTest(given, step=step):
                    page = self._post(
                        contract,
                        "quantity",
                        step=step,
                        item=contract.item_ids.id,
                        quantity=given,
                        key="a" * 32,
                        shown="2026-03-16 0.000000 0.000000",
                    ).text
                    self.assertRefused(page, words, contract)

    def test_only_of_some_product(self):
        self._allow({**QUANTITY, "product_id": self.backup.id})
        contract = self._contract(billed=False)
        page = self._preview(contract, "quantity", item=contract.item_ids.id, quantity="5")
        self.assertRefused(page, "cannot be changed here", contract)

    def test_what_it_comes_to_has_changed_meanwhile(self):
        """What is agreed to is what was shown: else it is shown again, and nothing is written."""
        self._allow(QUANTITY)
        contract = self._contract()
        page = self._preview(contract, "quantity", item=contract.item_ids.id, quantity="5")
        again = self._confirm(contract, "quantity", page, shown="2026-03-16 1.000000 1.200000")
        self.assertIn("has changed meanwhile", again.text)
        self.assertFalse(contract.change_ids)
        self._confirm(contract, "quantity", again.text)
        self.assertEqual(contract.change_ids.state, "applied")

    # === DAYS === #

    def test_days_ahead(self):
        self._allow({**QUANTITY, "notice_days": 10})
        contract = self._contract()
        values = {"item": contract.item_ids.id, "quantity": "3"}
        early = self._preview(contract, "quantity", date="2026-03-20", **values)
        self.assertRefused(early, "03/26/2026", contract)
        page = self._preview(contract, "quantity", **values)
        self.assertEqual(self._said(page, "change_day"), "03/26/2026")
        # 31.00 × 6 / 31
        self.assertEqual(self._said(page, "change_amount"), "6.00 €")
        done = self._confirm(contract, "quantity", page)
        self.assertIn("03/26/2026", self._said(done.text, "change_scheduled"))
        self.assertEqual(contract.change_ids.state, "scheduled")
        self.assertEqual(contract.item_ids.quantity, 2.0)

    def test_the_rules_of_the_template_say_when(self):
        self._allow(QUANTITY)
        self.template.downgrade_when = "next_billing"
        contract = self._contract()
        values = {"item": contract.item_ids.id, "quantity": "1"}
        early = self._preview(contract, "quantity", date="2026-03-16", **values)
        self.assertRefused(early, "04/01/2026", contract)
        page = self._preview(contract, "quantity", **values)
        self.assertEqual(self._said(page, "change_day"), "04/01/2026")

    def test_bad_days(self):
        self._allow(QUANTITY)
        contract = self._contract(billed=False)
        for day in ("yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-03-15"):
            with self.subTest(day):
                page = self._preview(
                    contract, "quantity", item=contract.item_ids.id, quantity="5", date=day
                )
                self.assertIn("change_error", page)
                self.assertFalse(contract.change_ids)

    def test_times_a_year(self):
        self._allow({**QUANTITY, "times_a_year": 1})
        contract = self._contract(billed=False)
        values = {"item": contract.item_ids.id}
        page = self._preview(contract, "quantity", quantity="3", **values)
        self._confirm(contract, "quantity", page)
        page = self._preview(contract, "quantity", quantity="4", **values)
        self.assertIn("1 times within a year", self._said(page, "change_error"))
        self.assertEqual(len(contract.change_ids), 1)

    # === ALONG THE TIER PATH === #

    def test_upgrade(self):
        """Two of 62.00 in the place of two of 31.00, for 16 of 31 days: 64.00 − 32.00 = 32.00."""
        self._allow("upgrade")
        contract = self._contract()
        item = contract.item_ids
        form = self._get(contract, "/upgrade").text
        self.assertIn('id="change_first">03/16/2026', form)
        self.assertIn("Premium access", form)
        self.assertIn("62.00 €, tax excluded · Monthly", form.replace("\xa0", " "))
        self.assertNotIn("Basic access", form)
        page = self._preview(contract, "upgrade", item=item.id, product=self.premium.id)
        self.assertEqual(self._said(page, "change_amount"), "32.00 €")
        self.assertEqual(self._said(page, "change_total"), "38.40 €")
        self._confirm(contract, "upgrade", page)
        [change] = contract.change_ids
        self.assertEqual((change.type, change.state), ("upsell", "applied"))
        self.assertEqual(change.result_item_id.product_id, self.premium)
        self.assertMoney(sum(change.schedule_ids.mapped("amount")), "32.00")

    def test_no_path_no_upgrade(self):
        self._allow("upgrade")
        contract = self._contract(billed=False)
        for product in (self.basic, self.backup, self.subscription):
            page = self._preview(contract, "upgrade", item=contract.item_ids.id, product=product.id)
            self.assertRefused(page, "one of what is offered", contract)

    def test_downgrade(self):
        """Two of 15.50 for 16 of 31 days: 16.00 − 32.00 = −16.00, −19.20 with VAT."""
        self._allow("downgrade")
        contract = self._contract()
        item = contract.item_ids
        page = self._preview(contract, "downgrade", item=item.id, product=self.basic.id)
        self.assertEqual(self._said(page, "change_amount"), "-16.00 €")
        self.assertEqual(self._said(page, "change_total"), "-19.20 €")
        self._confirm(contract, "downgrade", page)
        [change] = contract.change_ids
        self.assertEqual((change.type, change.state), ("downsell", "applied"))
        self.assertMoney(sum(change.schedule_ids.mapped("amount")), "-16.00")

    # === MORE AND LESS === #

    def test_add(self):
        """A service of the catalogue, 31.00 a calendar month, for 16 of 31 days: 16.00."""
        self._allow(
            {
                "kind": "add",
                "quantity_max": 3.0,
                "offered_ids": [Command.set(self.options.item_ids.ids)],
            }
        )
        contract = self._contract()
        form = self._get(contract, "/add").text
        self.assertIn("Backup", form)
        page = self._preview(contract, "add", service=self.options.item_ids.id, quantity="1")
        self.assertEqual(self._said(page, "change_amount"), "16.00 €")
        self.assertEqual(self._said(page, "change_total"), "19.20 €")
        self.assertNotIn('id="change_negative"', page)
        self.assertRegex(page, r"Quantity</dt>\s*<dd[^>]*>\s*<strong>1</strong>")
        done = self._confirm(contract, "add", page)
        text = self._said(done.text, "change_text")
        self.assertIn("Backup", text)
        self.assertNotIn("template item", text.lower())
        [change] = contract.change_ids
        self.assertEqual((change.type, change.state), ("add_item", "applied"))
        self.assertEqual(change.result_item_id.product_id, self.backup)
        self.assertMoney(change.result_item_id.price_unit, "31.00")
        # Not what is not offered, nor more than is.
        for service, quantity, words in (
            (self.template.item_ids.id, "1", "one of what is offered"),
            (self.options.item_ids.id, "4", "at most 3"),
        ):
            page = self._preview(contract, "add", service=service, quantity=quantity)
            self.assertIn(words, self._said(page, "change_error"))
        self.assertEqual(len(contract.change_ids), 1)

    def test_end_of_a_service(self):
        """The last service of a contract is not ended here: the contract is terminated."""
        self._allow("end_item")
        contract = self._contract()
        page = self._preview(contract, "end_item", item=contract.item_ids.id)
        self.assertRefused(page, "cannot be changed here", contract)
        contract = self._contract(
            item_ids=[
                Command.create(self._item_vals(price_unit=31.0, alignment="calendar")),
                Command.create(
                    self._item_vals(
                        product_id=self.backup.id, price_unit=62.0, alignment="calendar"
                    )
                ),
            ]
        )
        last = contract.item_ids[1]
        page = self._preview(contract, "end_item", item=last.id, date="2026-03-21")
        # Ten days after the 21st: 62.00 × 10 / 31.
        self.assertEqual(self._said(page, "change_amount"), "-20.00 €")
        self._confirm(contract, "end_item", page)
        self.assertEqual(contract.change_ids.type, "end_item")
        self.assertEqual(last.planned_end, date(2026, 3, 21))

    # === PAUSE === #

    def test_pause_and_resume(self):
        """Ten days of 31 are not owed: 62.00 × 10 / 31 = 20.00, 24.00 with VAT."""
        self._allow("pause", "resume")
        contract = self._contract()
        self.assertNotIn('id="change_resume"', self._get(contract).text)
        page = self._preview(contract, "pause", date_end="2026-03-25")
        self.assertEqual(self._said(page, "change_amount"), "-20.00 €")
        self.assertEqual(self._said(page, "change_total"), "-24.00 €")
        self._confirm(contract, "pause", page)
        self.assertEqual(contract.state, "paused")
        change = contract.change_ids.filtered(lambda one: one.type == "pause")
        self.assertMoney(sum(change.schedule_ids.mapped("amount")), "-20.00")
        # Resumed today: nothing was paused.
        page = self._preview(contract, "resume")
        self.assertEqual(self._said(page, "change_amount"), "20.00 €")
        self._confirm(contract, "resume", page)
        self.assertEqual(contract.state, "active")

    def test_limits_of_pauses(self):
        self._allow("pause")
        contract = self._contract(billed=False)
        for end, words in (
            ("", "please give a date"),
            ("2026-06-30", "at most 60 days"),
            ("2026-03-15", "over already"),
        ):
            with self.subTest(end):
                page = self._preview(contract, "pause", date_end=end)
                self.assertRefused(page, words, contract)

    # === BILLING DAY === #

    def test_billing_day(self):
        """From the 16th on periods start on the 10th: 25 of 31 days at once, in the place of 16."""
        self._allow({"kind": "billing_day", "day_from": 5, "day_to": 15})
        contract = self._contract()
        item = contract.item_ids
        page = self._preview(contract, "billing_day", item=item.id, billing_day="10")
        # 62.00 × 25 / 31 − 62.00 × 16 / 31
        self.assertEqual(self._said(page, "change_amount"), "18.00 €")
        self.assertEqual(self._said(page, "change_total"), "21.60 €")
        self._confirm(contract, "billing_day", page)
        self.assertEqual(item.billing_day, 10)
        for day in ("4", "16", "0", "10.5", "x"):
            page = self._preview(contract, "billing_day", item=item.id, billing_day=day)
            self.assertIn("Day of the month", self._said(page, "change_error"))
        self.assertEqual(len(contract.change_ids), 1)

    # === WHOM IT IS FOR === #

    def test_beneficiary(self):
        self._allow("beneficiary")
        contract = self._contract(billed=False)
        item = contract.item_ids
        page = self._preview(
            contract, "beneficiary", item=item.id, beneficiary=self.viewer.partner_id.id
        )
        self.assertEqual(self._said(page, "change_total"), "0.00 €")
        self._confirm(contract, "beneficiary", page)
        self.assertEqual(item.beneficiary_id, self.viewer.partner_id)
        foreign = self._preview(
            contract, "beneficiary", item=item.id, beneficiary=self.stranger.partner_id.id
        )
        self.assertIn("one of what is offered", self._said(foreign, "change_error"))
        self.assertEqual(len(contract.change_ids), 1)

    # === RENEWAL === #

    def test_renewal_off_and_on(self):
        self._allow("renewal")
        contract = self._contract(
            billed=False, term_length=12, renewal_mode="tacit", notice_length=0
        )
        self.assertTrue(contract.auto_renew)
        page = self._preview(contract, "renewal")
        self._confirm(contract, "renewal", page)
        self.assertFalse(contract.auto_renew)
        self.assertEqual(contract.date_end, date(2026, 12, 31))
        page = self._preview(contract, "renewal")
        self._confirm(contract, "renewal", page)
        self.assertTrue(contract.auto_renew)
        self.assertFalse(contract.date_end)
        self.assertEqual(set(contract.change_ids.mapped("origin")), {"customer"})

    # === REGRET === #

    def test_regret(self):
        self._allow({**QUANTITY, "notice_days": 10}, "regret")
        contract = self._contract()
        self.assertNotIn('id="change_regret"', self._get(contract).text)
        page = self._preview(contract, "quantity", item=contract.item_ids.id, quantity="5")
        self._confirm(contract, "quantity", page)
        change = contract.change_ids
        self.assertIn('id="change_regret"', self._get(contract).text)
        page = self._preview(contract, "regret", change=change.id)
        self.assertEqual(change.state, "scheduled")
        self.assertIn('id="change_cancelled"', self._confirm(contract, "regret", page).text)
        self.assertEqual(change.state, "cancelled")
        self.assertIn("taken back", str(contract.message_ids[0].body))
        self.assertEqual(contract.message_ids[0].author_id, self.buyer.partner_id)
        # Clicked twice.
        self.assertIn('id="change_cancelled"', self._confirm(contract, "regret", page).text)
        self.assertEqual(contract.change_ids, change)

    def test_what_others_planned_is_not_taken_back(self):
        self._allow("regret")
        contract = self._contract(billed=False)
        planned = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids.id,
                "type": "quantity",
                "date_effective": date(2026, 5, 1),
                "values": {"quantity": 4.0},
            }
        )
        planned.action_schedule()
        page = self._preview(contract, "regret", change=planned.id)
        self.assertIn("cannot be changed here", self._said(page, "change_error"))
        self.assertEqual(planned.state, "scheduled")

    # === APPROVAL, SIGNATURE === #

    def test_what_waits_for_approval_says_so(self):
        self._allow(QUANTITY, "regret")
        self.template.approval_ids = [
            Command.create({"type": "quantity", "amount": 40.0, "customers_only": True})
        ]
        contract = self._contract()
        values = {"item": contract.item_ids.id}
        # 16.00 is decided by nobody; 48.00 is.
        page = self._preview(contract, "quantity", quantity="3", **values)
        self.assertNotIn("change_approval", page)
        page = self._preview(contract, "quantity", quantity="5", **values)
        self.assertIn("change_approval", page)
        done = self._confirm(contract, "quantity", page)
        self.assertIn('id="change_waits"', done.text)
        self.assertEqual(contract.change_ids.state, "to_approve")
        self.assertEqual(contract.item_ids.quantity, 2.0)
        self.assertIn("waits for our approval", self._get(contract).text)
        contract.change_ids.action_approve()
        self.assertEqual(contract.item_ids.quantity, 5.0)

    def test_what_is_signed_leads_to_the_page_to_sign(self):
        provider = self.env["cn285.sign.provider"].search(
            [("company_id", "=", self.company.id)], limit=1
        ) or self.env["cn285.sign.provider"].create({"name": "Own"})
        self.env["cn285.sign.rule"].create({"what": "quantity", "provider_id": provider.id})
        self._allow(QUANTITY, "regret")
        contract = self._contract()
        page = self._preview(contract, "quantity", item=contract.item_ids.id, quantity="5")
        self.assertIn("change_signature", page)
        done = self._confirm(contract, "quantity", page)
        [change] = contract.change_ids
        self.assertEqual(change.state, "draft")
        self.assertEqual(contract.item_ids.quantity, 2.0)
        [signer] = change.sign_request_ids.signer_ids
        self.assertIn(signer._path().split("?")[0], done.url)
        self.assertEqual(signer.partner_id, self.buyer.partner_id)
        again = self._confirm(contract, "quantity", page)
        self.assertEqual(done.url, again.url)
        self.assertEqual(contract.change_ids, change)
        self.assertIn("waits for your signature", self._get(contract).text)

    def test_invoiced_at_once_and_paid_on_the_page(self):
        """What is agreed to is invoiced alone, 57.60 with VAT; the page leads to its payment."""
        self._allow({**QUANTITY, "invoiced_at_once": True})
        contract = self._contract()
        before = contract.invoice_ids
        page = self._preview(contract, "quantity", item=contract.item_ids.id, quantity="5")
        self.assertIn("change_pays", page)
        done = self._confirm(contract, "quantity", page)
        move = contract.invoice_ids - before
        self.assertEqual((move.state, move.move_type), ("posted", "out_invoice"))
        self.assertMoney(move.amount_total, "57.60")
        self.assertEqual(move.invoice_date, TODAY)
        self.assertIn(f'id="pay_{move.id}"', done.text)
        # Less is credited with the next invoice: there is nothing to pay.
        page = self._preview(contract, "quantity", item=contract.item_ids.id, quantity="4")
        self.assertNotIn("change_pays", page)
        self._confirm(contract, "quantity", page)
        self.assertEqual(contract.invoice_ids, before | move)
