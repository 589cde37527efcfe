from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeApproval(MoneyCase):
    """Who has to agree, who is told, who speaks for whom, and what waits meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What is sent and noted is what is tested here.
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": False, "mail_notrack": False}
        )
        cls.template = cls.env["cn285.contract.template"].create({"name": "Standard"})
        cls.contract = cls._create_contract(
            [
                {"price_unit": 31.0, "alignment": "calendar"},
                {"price_unit": 10.0, "alignment": "calendar"},
            ],
            name="CTR/APPROVAL",
        )
        cls.contract.template_id = cls.template
        cls.item, cls.other_item = cls.contract.item_ids
        cls.seller = cls._user("approval_seller", "cn285_contract.group_contract_user")
        cls.manager = cls._user("approval_manager", "cn285_contract.group_billing_manager")
        cls.second = cls._user("approval_second", "cn285_contract.group_billing_manager")

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(cls.env, login, groups, email=f"{login}@example.com")

    def _ask(self, kind, day, user=None, item=None, **values):
        change = (
            self.env["cn285.contract.change"]
            .with_user(user or self.seller)
            .create(
                {
                    "contract_id": self.contract.id,
                    "item_id": item.id if item else False,
                    "type": kind,
                    "date_effective": day,
                    "values": values,
                }
            )
        )
        change.action_schedule()
        return change

    def _billed_rows(self, item):
        rows = item.schedule_ids.filtered(lambda row: row.state == "invoiced")
        return [row.period_start.isoformat() for row in rows.sorted("period_start")]

    # === WHO IS TOLD === #

    def test_approvers_are_told_by_activity_and_mail(self):
        self.template.approval_ids = [(0, 0, {"type": "quantity"})]
        change = self._ask("quantity", TODAY, item=self.item, quantity=2.0)
        self.assertEqual(change.state, "to_approve")
        activities = change.sudo().activity_ids
        self.assertIn(self.manager, activities.user_id)
        self.assertIn(self.second, activities.user_id)
        self.assertNotIn(self.seller, activities.user_id)
        self.assertFalse(activities.user_id.filtered(lambda user: user._is_superuser()))
        mails = self.env["mail.message"].search(
            [
                ("model", "=", change._name),
                ("res_id", "=", change.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertIn(self.manager.partner_id, mails.notified_partner_ids)
        self.assertIn("email", mails.notification_ids.mapped("notification_type"), "told by e-mail")
        change.with_user(self.manager).action_approve()
        self.assertEqual(change.state, "applied")
        self.assertFalse(change.sudo().activity_ids)

    def test_each_approver_is_told_in_his_language(self):
        """The mail's subject names the change once, and its note is not the requester's text."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.second.lang = "fr_FR"
        self.template.approval_ids = [(0, 0, {"type": "quantity", "amount": 5})]
        change = self._ask("quantity", TODAY, item=self.item, quantity=7.5).sudo()
        texts = {
            self.manager: ("To approve", "Changes from"),
            self.second: ("À approuver", "Les modifications à partir de 5,00"),
        }
        for user, (summary, note) in texts.items():
            with self.subTest(user.login):
                activity = change.activity_ids.filtered(lambda a, u=user: a.user_id == u)
                self.assertEqual(activity.summary, summary)
                self.assertIn(note, activity.note.replace("\xa0", " "))
                mail = self.env["mail.message"].search(
                    [
                        ("model", "=", change._name),
                        ("res_id", "=", change.id),
                        ("notified_partner_ids", "in", user.partner_id.ids),
                        ("message_type", "=", "user_notification"),
                    ]
                )
                name = change.with_context(lang=user.lang).display_name
                self.assertEqual(mail.subject.count(name), 1, mail.subject)
                self.assertEqual(mail.subject.count("CTR/APPROVAL"), 1)
        change._remind_awaiting(self.contract.company_id)
        french = change.activity_ids.filtered(lambda a: a.user_id == self.second)
        self.assertIn("attend", french.note)

    def test_numbers_are_written_as_they_are_read(self):
        """7.5 units are 7,5 to French readers: in lists, and in the notes of contracts."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.seller.lang = "fr_FR"
        change = self._ask("quantity", "2026-03-01", item=self.item, quantity=7.5)
        self.assertIn("7.5", change.with_context(lang="en_US").description)
        self.assertIn("7,5", change.with_context(lang="fr_FR").description)
        self.assertNotIn("7,50", change.with_context(lang="fr_FR").description)
        large = self._ask("price", "2026-03-02", item=self.item, price_unit=1234.125)
        self.assertIn("1,234.125", large.with_context(lang="en_US").description)
        # Nobody asks a scheduled action: it writes as the company reads.
        self.contract.company_id.partner_id.lang = "fr_FR"
        with freeze_time("2026-03-02 10:00:00"):
            self.env["cn285.contract.change"]._cron_apply_due()
            self.env["cn285.contract.change"]._apply_all_due(self.contract.company_id)
        notes = "".join(self.contract.message_ids.mapped("body"))
        self.assertIn("7,5", notes)
        self.assertIn("Appliqué", notes)

    def test_the_activity_goes_when_nothing_is_asked_any_more(self):
        self.template.approval_ids = [(0, 0, {})]
        for act in ("action_cancel", "action_reject"):
            change = self._ask("quantity", TODAY, item=self.item, quantity=2.0)
            self.assertTrue(change.sudo().activity_ids)
            getattr(change.with_user(self.manager), act)()
            self.assertFalse(change.sudo().activity_ids, act)

    def test_a_manager_of_another_company_is_not_asked(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.second.write({"company_id": company.id, "company_ids": [(6, 0, company.ids)]})
        self.template.approval_ids = [(0, 0, {})]
        change = self._ask("quantity", TODAY, item=self.item, quantity=2.0)
        self.assertNotIn(self.second, change.sudo().activity_ids.user_id)

    # === WHO DECIDES === #

    def test_nobody_approves_his_own(self):
        self.template.approval_ids = [(0, 0, {})]
        change = self._ask("quantity", TODAY, user=self.manager, item=self.item, quantity=2.0)
        self.assertEqual(change.state, "to_approve")
        self.assertNotIn(self.manager, change.sudo().activity_ids.user_id)
        with self.assertRaisesRegex(UserError, "requested by yourself"):
            change.with_user(self.manager).action_approve()
        self.assertEqual(self.item.quantity, 1.0)
        change.with_user(self.second).action_approve()
        self.assertEqual((change.state, change.approved_by), ("applied", self.second))

    def test_who_takes_up_a_draft_of_another_asks_himself(self):
        self.template.approval_ids = [(0, 0, {})]
        change = self._change(
            self.contract, "quantity", TODAY, schedule=False, item=self.item, quantity=2.0
        )
        change.with_user(self.manager).action_schedule()
        self.assertEqual(change.requested_by, self.manager)
        with self.assertRaisesRegex(UserError, "requested by yourself"):
            change.with_user(self.manager).action_approve()

    def test_moving_ones_own_change_is_no_approval(self):
        self.template.approval_ids = [(0, 0, {"amount": 20.0})]
        self._bill(TODAY)
        # 2.00 of the last two days of January, then 12 days of it.
        small = self._ask("quantity", "2026-01-30", self.manager, item=self.item, quantity=2.0)
        self.assertEqual(small.state, "scheduled")
        small.with_user(self.manager).action_reschedule("2026-01-02")
        self.assertEqual(small.state, "to_approve")
        self.assertEqual(self.item.quantity, 1.0)

    def test_who_asks_cannot_be_forged(self):
        changes = self.env["cn285.contract.change"].with_user(self.seller)
        vals = {"contract_id": self.contract.id, "type": "terminate", "date_effective": TODAY}
        for forged in (
            {"origin": "customer"},
            {"origin": "system"},
            {"requested_by": self.manager.id},
            {"requested_by": False},
        ):
            with self.assertRaises(AccessError):
                changes.create({**vals, **forged})
            change = changes.create(vals)
            with self.assertRaises(AccessError):
                change.write(forged)
        forger = changes.with_context(
            default_origin="customer", default_requested_by=self.manager.id
        )
        change = forger.create(vals)
        self.assertEqual((change.origin, change.requested_by), ("staff", self.seller))
        own = changes.create({**vals, "origin": "api", "requested_by": self.seller.id})
        self.assertEqual((own.origin, own.requested_by), ("api", self.seller))

    def test_a_copy_is_ones_own(self):
        change = self._change(self.contract, "terminate", "2026-03-31", schedule=False)
        change.origin = "customer"
        copy = change.with_user(self.seller).copy()
        self.assertEqual((copy.origin, copy.requested_by), ("staff", self.seller))

    # === AMOUNTS === #

    def test_bounds_are_in_the_currency_of_the_company(self):
        """890 KWD are 2,670.00 EUR at 3.00, above a bound of 1,000.00; 330 KWD are 990.00."""
        kwd = self.env.ref("base.KWD")
        kwd.active = True
        self.env["res.currency.rate"].create(
            {
                "name": date(2026, 1, 1),
                "currency_id": kwd.id,
                "company_id": self.company.id,
                "rate": 1 / 3,
            }
        )
        self.assertEqual(self.company.currency_id, self.eur)
        contract = self._create_contract([{"price_unit": 1.0}], currency_id=kwd.id)
        contract.template_id = self.template
        rule = self.env["cn285.change.approval"].create(
            {"template_id": self.template.id, "type": "add_item", "amount": 1000.0}
        )
        self.assertEqual(rule.currency_id, self.eur)
        for price, state in ((330.0, "applied"), (890.0, "to_approve")):
            change = self._change(
                contract,
                "add_item",
                TODAY,
                product_id=self.setup_fee.id,
                billing_type="one_shot",
                price_unit=price,
            )
            self.assertEqual(change.state, state, price)

    def test_without_a_rate_it_is_asked(self):
        kwd = self.env.ref("base.KWD")
        kwd.active = True
        kwd.rate_ids.unlink()
        contract = self._create_contract([{"price_unit": 1.0}], currency_id=kwd.id)
        contract.template_id = self.template
        self.template.approval_ids = [(0, 0, {"amount": 1000.0})]
        change = self._change(contract, "quantity", TODAY, item=contract.item_ids, quantity=2.0)
        self.assertEqual(change.state, "to_approve")

    # === WHAT WAITS === #

    def test_what_awaits_approval_is_not_billed_until_it_is_decided(self):
        self._bill(TODAY)
        self.template.approval_ids = [(0, 0, {})]
        change = self._ask("price", "2026-02-01", item=self.item, price_unit=62.0)
        with self._travel("2026-03-01"):
            run = self._bill("2026-03-01")
            self.assertEqual(self._billed_rows(self.item), ["2026-01-01"])
            self.assertEqual(
                self._billed_rows(self.other_item), ["2026-01-01", "2026-02-01", "2026-03-01"]
            )
            issue = run.issue_ids
            self.assertEqual((issue.kind, issue.state), ("approval", "open"))
            self.assertIn("CTR/APPROVAL", issue.reason)
            self.assertIn("awaits approval", issue.reason)
            self.assertEqual((run.state, run.issue_count), ("partial", 1))
            change.with_user(self.manager).action_approve()
            self._bill("2026-03-01")
        rows = self.item.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertEqual(
            [self._cents(row.amount) for row in rows.sorted("period_start")],
            ["31.00", "62.00", "62.00"],
        )
        self.assertEqual(issue.state, "solved")

    def test_what_is_rejected_is_billed_as_before(self):
        self.template.approval_ids = [(0, 0, {})]
        change = self._ask("terminate", "2026-01-31")
        with self._travel("2026-02-01"):
            self._bill("2026-02-01")
            # Days until its effect are no matter of it.
            self.assertEqual(self._billed_rows(self.item), ["2026-01-01"])
            change.with_user(self.manager).action_reject()
            self._bill("2026-02-01")
        self.assertEqual(self._billed_rows(self.item), ["2026-01-01", "2026-02-01"])

    def test_what_is_not_about_money_or_not_there_yet_holds_nothing(self):
        self.template.approval_ids = [(0, 0, {})]
        self._ask("beneficiary", TODAY, item=self.item, beneficiary_id=self.customer.id)
        self._ask("add_item", TODAY, product_id=self.setup_fee.id)
        run = self._bill(TODAY)
        self.assertFalse(run.issue_ids)
        self.assertEqual(self._billed_rows(self.item), ["2026-01-01"])

    def test_billing_ahead_waits_too(self):
        self.template.approval_ids = [(0, 0, {})]
        self._bill(TODAY)
        self._ask("price", "2026-03-15", item=self.item, price_unit=62.0)
        self.assertTrue(self.contract.bill_ahead(periods=1))
        with self.assertRaisesRegex(UserError, "awaits approval"):
            self.contract.bill_ahead(periods=2)

    def test_on_its_day_it_is_told_again(self):
        self.template.approval_ids = [(0, 0, {})]
        change = self._ask("price", "2026-02-01", item=self.item, price_unit=62.0)
        changes = self.env["cn285.contract.change"].with_context(queue_job__no_delay=True)
        for day, told in (("2026-01-31", 0), ("2026-02-01", 1), ("2026-02-02", 1)):
            with self._travel(day):
                changes._cron_apply_due()
            notes = self.contract.message_ids.filtered(
                lambda message: "awaits approval" in message.body
            )
            self.assertEqual(len(notes), told, day)
        mine = change.sudo().activity_ids.filtered(lambda one: one.user_id == self.manager)
        self.assertEqual(len(mine), 1)
        self.assertEqual(mine.date_deadline, date(2026, 2, 1))
