from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeRules(MoneyCase):
    """Dates, exceptions, products, limits, approval, previews, and who may do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["cn285.contract.template"].create({"name": "Standard"})
        cls.contract = cls._create_contract(
            [{"price_unit": 31.0, "alignment": "calendar"}], name="CTR/RULES"
        )
        cls.contract.template_id = cls.template
        cls.item = cls.contract.item_ids
        cls.seller = new_test_user(
            cls.env, "change_seller", "cn285_contract.group_contract_user", name="Seller"
        )
        cls.chief = new_test_user(
            cls.env,
            "change_chief",
            "cn285_contract.group_contract_user,cn285_contract.group_change_override",
            name="Chief",
        )
        cls.manager = new_test_user(
            cls.env, "change_manager", "cn285_contract.group_billing_manager", name="Manager"
        )
        cls.portal = new_test_user(
            cls.env, "change_portal", "base.group_portal", partner_id=cls.customer.id
        )

    def _first(self, kind, **values):
        changes = self.env["cn285.contract.change"]
        return changes.first_allowed_date(self.contract.id, kind, self.item.id, values)

    # === DATES === #

    def test_first_allowed_date(self):
        self.assertEqual(self._first("quantity", quantity=2.0), date(2026, 1, 20))
        self.template.write({"upgrade_when": "next_billing", "downgrade_when": "end_of_term"})
        self.assertEqual(self._first("quantity", quantity=2.0), date(2026, 2, 1))
        self.contract.sudo().date_end = date(2026, 12, 31)  # sudo: as agreed from the start
        self.assertEqual(self._first("quantity", quantity=0.5), date(2027, 1, 1))
        self.assertEqual(self._first("quantity", quantity=1.0), date(2026, 1, 20))
        self.template.cancellation_when = "next_billing"
        # An end is named by its last day.
        self.assertEqual(self._first("end_item"), date(2026, 1, 31))
        self.company.cn285_end_day = "free"
        self.assertEqual(self._first("end_item"), date(2026, 2, 1))

    def test_within_the_commitment(self):
        self.contract.commitment_end = date(2026, 12, 31)
        self.template.write(
            {"downgrade_when_committed": "after_commitment", "cancellation_when_committed": "never"}
        )
        self.assertEqual(self._first("quantity", quantity=0.5), date(2027, 1, 1))
        self.assertFalse(self._first("end_item"))
        self.assertEqual(self._first("quantity", quantity=2.0), date(2026, 1, 20))
        with self.assertRaisesRegex(ValidationError, "CTR/RULES.*does not allow it"):
            self._change(self.contract, "end_item", "2026-05-31", item=self.item)

    def test_what_takes_effect_after_the_commitment_is_free_of_it(self):
        self.contract.commitment_end = date(2026, 12, 31)
        self.template.write(
            {"cancellation_when_committed": "never", "upgrade_when": "next_billing"}
        )
        # By its last day: 31 December is the commitment's, and the item ends after it.
        with self.assertRaisesRegex(ValidationError, "does not allow it"):
            self._change(self.contract, "end_item", "2026-12-30", item=self.item)
        change = self._change(self.contract, "end_item", "2026-12-31", item=self.item)
        self.assertEqual(change.state, "scheduled")
        change.action_cancel()
        # Free within the commitment, with the next period after it.
        self._change(self.contract, "quantity", "2026-12-31", item=self.item, quantity=2.0)
        self._change(self.contract, "quantity", "2027-01-01", item=self.item, quantity=3.0)
        self.template.upgrade_when = "end_of_term"
        self.contract.sudo().date_end = date(2027, 12, 31)  # sudo: as agreed from the start
        with self.assertRaisesRegex(ValidationError, "from 01/01/2028 on"):
            self._change(self.contract, "quantity", "2027-05-01", item=self.item, quantity=4.0)

    def test_rules_are_kept_but_for_an_exception(self):
        self.template.upgrade_when = "next_billing"
        with self.assertRaisesRegex(ValidationError, "from 02/01/2026 on"):
            self._change(self.contract, "quantity", TODAY, item=self.item, quantity=2.0)
        change = self._change(
            self.contract, "quantity", TODAY, schedule=False, item=self.item, quantity=2.0
        )
        change.override = True
        with self.assertRaises(AccessError):
            change.with_user(self.seller).action_schedule()
        with self.assertRaisesRegex(ValidationError, "needs a reason"):
            change.with_user(self.chief).action_schedule()
        change.note = "Promised on the phone"
        change.with_user(self.chief).action_schedule()
        self.assertEqual(change.state, "applied")

    def test_dated_back_within_the_limit(self):
        with self.assertRaisesRegex(ValidationError, "dated back by 10 days, until 01/10/2026"):
            self.company.cn285_backdate_days = 10
            self._change(self.contract, "quantity", "2026-01-09", item=self.item, quantity=2.0)
        change = self._change(self.contract, "quantity", "2026-01-10", item=self.item, quantity=2.0)
        self.assertEqual(change.state, "applied")

    def test_customers_do_not_date_back(self):
        change = self._change(
            self.contract, "quantity", "2026-01-19", schedule=False, item=self.item, quantity=2.0
        )
        change = change.sudo()  # sudo: the customer's, made by the portal
        change.origin = "customer"
        with self.assertRaisesRegex(ValidationError, "from 01/20/2026 on"):
            change.action_schedule()
        with self.assertRaisesRegex(ValidationError, "no exceptions"):
            change.override = True

    # === PRODUCTS AND LIMITS === #

    def test_products_that_require_and_exclude_others(self):
        option = self._create_product("Option", 5.0)
        rival = self._create_product("Rival", 5.0)
        base = self.subscription.product_tmpl_id
        option.product_tmpl_id.cn285_requires_ids = self.setup_fee.product_tmpl_id
        rival.product_tmpl_id.cn285_excludes_ids = base

        def add(product):
            return self._change(self.contract, "add_item", TODAY, product_id=product.id)

        with self.assertRaisesRegex(ValidationError, "Option requires Set-up"):
            add(option)
        with self.assertRaisesRegex(ValidationError, "Rival cannot be on a contract with API"):
            add(rival)
        option.product_tmpl_id.cn285_requires_ids = base
        added = add(option).result_item_id
        with self.assertRaisesRegex(ValidationError, "Option on the contract requires API access"):
            self._change(self.contract, "end_item", TODAY, item=self.item)
        self._change(self.contract, "end_item", TODAY, item=added)

    def test_limit_of_items_by_the_customers_tag(self):
        tag = self.env["res.partner.category"].create({"name": "Small", "cn285_max_items": 2})
        self.customer.category_id = tag
        self._change(self.contract, "add_item", TODAY, product_id=self.setup_fee.id)
        with self.assertRaisesRegex(ValidationError, "“Small” have at most 2 items; .* has 2"):
            self._change(self.contract, "add_item", TODAY, product_id=self.setup_fee.id)

    # === APPROVAL === #

    def test_approval_by_type_and_amount(self):
        self.template.approval_ids = [(0, 0, {"type": "quantity", "amount": 50.0})]
        self._bill(TODAY)
        small = self._change(self.contract, "quantity", TODAY, item=self.item, quantity=2.0)
        self.assertEqual(small.state, "applied")  # 12.00 more
        large = self._change(self.contract, "quantity", TODAY, item=self.item, quantity=9.0)
        self.assertEqual(large.state, "to_approve")
        self.assertIn("need approval", large.message_ids[0].body)
        self.assertEqual(self.item.quantity, 2.0)
        with self.assertRaisesRegex(UserError, "Only a billing manager"):
            large.with_user(self.seller).action_approve()
        large.with_user(self.manager).action_approve()
        self.assertEqual((large.state, large.approved_by), ("applied", self.manager))
        self.assertEqual(self.item.quantity, 9.0)

    def test_rejected(self):
        self.template.approval_ids = [(0, 0, {})]
        change = self._change(self.contract, "terminate", "2026-02-10")
        self.assertEqual(change.state, "to_approve")
        self.assertFalse(self.contract.planned_end)
        change.with_user(self.manager).action_reject("Too early")
        self.assertEqual(change.state, "rejected")
        with self.assertRaises(UserError):
            change.action_approve()

    # === PREVIEW === #

    def test_preview_tells_the_money_and_writes_nothing(self):
        self._bill(TODAY)
        change = self._change(
            self.contract, "price", TODAY, schedule=False, item=self.item, price_unit=62.0
        )
        rows, messages = self._rows(self.contract), len(self.contract.message_ids)
        preview = change.preview()
        self.assertEqual([line["amount"] for line in preview["credits"]], [-12.0])
        self.assertEqual([line["amount"] for line in preview["charges"]], [24.0])
        self.assertEqual(preview["charges"][0]["period_start"], "2026-01-20")
        self.assertEqual((preview["amount"], preview["dropped"]), (12.0, []))
        self.assertEqual((preview["mrr_before"], preview["mrr_after"]), (31.0, 62.0))
        self.assertEqual(preview["next_invoice"]["date"], "2026-01-20")
        self.assertMoney(preview["next_invoice"]["amount_untaxed"], "12.00")
        self.assertEqual(change.state, "draft")
        self.assertEqual(self.item.price_unit, 31.0)
        self.assertFalse(self.item.version_ids)
        self.assertEqual(self._rows(self.contract), rows)
        self.assertEqual(len(self.contract.message_ids), messages)

    def test_what_is_previewed_is_what_happens(self):
        self._bill(TODAY)
        product = self.setup_fee.id
        scenarios = [
            ("quantity", self.item, {"quantity": 3.0}),
            ("pause", None, {"date_end": "2026-01-25"}),
            ("add_item", None, {"product_id": product, "alignment": "calendar"}),
            ("terminate", None, {}),
        ]
        for kind, item, values in scenarios:
            change = self._change(self.contract, kind, TODAY, schedule=False, item=item, **values)
            amount = change.preview()["amount"]
            before = self.env["cn285.billing.schedule"].search(
                [("contract_id", "=", self.contract.id), ("state", "=", "invoiced")]
            )
            change.action_schedule()
            with self._travel("2026-01-21"):
                self._bill("2026-01-21")
            after = self.contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
            self.assertEqual(self._cents(sum((after - before).mapped("net"))), self._cents(amount))

    def test_preview_in_arrears_tells_what_is_dropped(self):
        contract = self._monthly(31.0, timing="arrears")
        change = self._change(
            contract, "price", "2026-01-16", schedule=False, item=contract.item_ids, price_unit=62.0
        )
        preview = change.preview()
        self.assertEqual([line["amount"] for line in preview["charges"]], [15.0, 32.0])
        self.assertEqual([line["amount"] for line in preview["dropped"]], [31.0])
        self.assertEqual(preview["amount"], 16.0)

    # === WHO MAY WHAT === #

    def test_customers_see_their_own_changes_only(self):
        change = self._change(self.contract, "quantity", "2026-02-10", item=self.item, quantity=2.0)
        draft = self._change(
            self.contract, "quantity", "2026-02-10", schedule=False, item=self.item, quantity=2.0
        )
        stranger = self._create_contract(
            [{}], partner_id=self.env["res.partner"].create({"name": "Other"}).id
        )
        foreign = self._change(stranger, "terminate", "2026-02-10")
        changes = self.env["cn285.contract.change"].with_user(self.portal)
        self.assertEqual(changes.search([]), change)
        for refused in (foreign, draft):
            with self.assertRaises(AccessError):
                refused.with_user(self.portal).read(["type"])
        own = change.with_user(self.portal)
        for method in ("action_cancel", "action_schedule", "unlink"):
            with self.assertRaises(UserError):
                getattr(own, method)()
        with self.assertRaises(AccessError):
            own.write({"note": "x"})
        with self.assertRaises(AccessError):
            changes.create(
                {"contract_id": self.contract.id, "type": "terminate", "date_effective": TODAY}
            )
        self.assertEqual(change.state, "scheduled")

    def test_other_salespersons_contracts(self):
        own = new_test_user(self.env, "change_own", "cn285_contract.group_contract_user_own")
        self.contract.user_id = self.seller
        change = self._change(self.contract, "terminate", "2026-02-10")
        with self.assertRaises(AccessError):
            change.with_user(own).action_cancel()
        with self.assertRaises(AccessError):
            self.env["cn285.contract.change"].with_user(own).create(
                {"contract_id": self.contract.id, "type": "terminate", "date_effective": TODAY}
            ).action_schedule()
        change.with_user(self.seller).action_cancel()
        self.assertEqual(change.state, "cancelled")

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "change_elsewhere",
            "cn285_contract.group_billing_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        change = self._change(self.contract, "terminate", "2026-02-10")
        with self.assertRaises(AccessError):
            change.with_user(stranger).action_cancel()

    # === MANY === #

    def test_many_due_changes_take_the_queries_of_one(self):
        contracts = [self._monthly(31.0) for _number in range(31)]
        self._bill(TODAY)
        for contract in contracts:
            self._change(contract, "quantity", "2026-02-10", item=contract.item_ids, quantity=2.0)
        changes = self.env["cn285.contract.change"]
        counts = []
        with self._travel("2026-02-10"):
            for part in (contracts[:1], contracts[1:]):
                records = self.env["cn285.contract"].union(*part)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                done = changes._apply_due(records)
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
                self.assertEqual(len(done), len(part))
        one, thirty = counts
        self.assertLess(thirty, 2 * one, counts)

    def test_jobs_and_cron(self):
        change = self._change(self.contract, "quantity", "2026-02-10", item=self.item, quantity=2.0)
        changes = self.env["cn285.contract.change"].with_context(queue_job__no_delay=True)
        changes._cron_apply_due()
        self.assertEqual(change.state, "scheduled")
        with self._travel("2026-03-01"):
            changes._cron_apply_due()
            changes._cron_apply_due()
        self.assertEqual(change.state, "applied")
        self.assertEqual(len(self.item.version_ids), 2)
