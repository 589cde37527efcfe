from datetime import date

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 10:00:00")
class TestSubscriber(ContractCase):
    """Whether a partner is a subscriber, today, in a company, in whatever role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "subscriber_clerk", groups="cn285_contract.group_billing_manager"
        )

    def _state(self, partner):
        partner = partner.with_user(self.clerk)
        partner.invalidate_recordset()
        state = partner.cn285_subscriber_state
        for one in ("active", "inactive", "churned", False):
            found = partner.search([("cn285_subscriber_state", "=", one)])
            self.assertEqual(partner in found, one == state, one)
        return state

    def _partner(self, name, **values):
        return self.env["res.partner"].create({"name": name, **values})

    def test_never_a_subscriber(self):
        self.assertFalse(self._state(self.customer))
        self._create_contract([{"billing_type": "one_shot"}])
        self.assertFalse(self._state(self.customer))

    def test_draft_then_active_then_churned_as_days_pass(self):
        contract = self._create_contract(confirm=False, date_end=date(2026, 3, 31))
        self.assertEqual(self._state(self.customer), "inactive")
        contract.action_confirm()
        self.assertEqual(self._state(self.customer), "active")
        # No run, no scheduled action in between.
        with freeze_time("2026-03-31 10:00:00"):
            self.assertEqual(self._state(self.customer), "active")
        with freeze_time("2026-04-01 10:00:00"):
            self.assertEqual(self._state(self.customer), "churned")

    def test_starts_later(self):
        self._create_contract(date_start=date(2026, 3, 20))
        self.assertEqual(self._state(self.customer), "inactive")
        with freeze_time("2026-03-20 10:00:00"):
            self.assertEqual(self._state(self.customer), "active")

    def test_pause_by_its_days(self):
        contract = self._create_contract()
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "pause",
                "date_effective": date(2026, 3, 10),
                "values": {"date_end": "2026-03-19"},
            }
        )
        change.action_schedule()
        self.assertEqual(self._state(self.customer), "inactive")
        with freeze_time("2026-03-20 10:00:00"):
            self.assertEqual(self._state(self.customer), "active")

    def test_beneficiary_reseller_and_their_companies(self):
        group = self._partner("Group", is_company=True)
        employee = self._partner("Employee", parent_id=group.id)
        reseller = self._partner("Reseller", is_company=True)
        self._create_contract(
            [{"beneficiary_id": employee.id}], reseller_id=reseller.id, date_end=date(2026, 3, 31)
        )
        for partner in (employee, group, reseller, self.customer):
            self.assertEqual(self._state(partner), "active", partner.name)
        colleague = self._partner("Colleague", parent_id=group.id)
        self.assertFalse(self._state(colleague))
        with freeze_time("2026-04-01 10:00:00"):
            self.assertEqual(self._state(employee), "churned")

    def test_who_left_with_one_contract_and_stays_with_another(self):
        self._create_contract(date_end=date(2026, 1, 31))
        self.assertEqual(self._state(self.customer), "churned")
        self._create_contract()
        self.assertEqual(self._state(self.customer), "active")

    def test_cancelled_is_none(self):
        contract = self._create_contract(confirm=False)
        contract.action_cancel()
        self.assertFalse(self._state(self.customer))

    def test_by_company(self):
        self._create_contract()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.clerk.company_ids = [Command.link(other.id)]
        elsewhere = self.customer.with_user(self.clerk).with_company(other)
        self.assertFalse(elsewhere.cn285_subscriber_state)
        self.assertEqual(self._state(self.customer), "active")

    def test_many_partners_take_one_query(self):
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(60)])
        for partner in partners[:3]:
            self._create_contract(partner_id=partner.id)
        few = partners[:2].with_user(self.clerk)
        many = partners.with_user(self.clerk)
        counts = []
        for some in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("cn285_subscriber_state")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertEqual(many.mapped("cn285_subscriber_state"), ["active"] * 3 + [False] * 57)

    def test_few_partners_are_looked_up_by_indexes(self):
        """Nobody waits for all contracts of the company because a contact is opened."""
        self._create_contract([{"beneficiary_id": self._partner("Someone").id}])
        self.env.flush_all()
        query = self.env["res.partner"]._cn285_subscribers(self.customer.ids)
        # Wherever there is another way than to read a table as a whole, it is taken.
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(line for (line,) in self.env.execute_query(SQL("EXPLAIN %s", query)))
        self.env.cr.execute("SET LOCAL enable_seqscan = on")
        for table in ("cn285_contract", "cn285_contract_item", "res_partner"):
            self.assertNotRegex(plan, rf"Seq Scan on {table}\b")

    def test_many_partners_are_one_pass(self):
        """Thousands of look-ups by index, and a list of them four times over, cost more than it."""
        query = self.env["res.partner"]._cn285_subscribers
        few, many = (SQL("EXPLAIN %s", query(list(range(1, n)))) for n in (400, 2000))
        plans = [
            "\n".join(line for (line,) in self.env.execute_query(explained))
            for explained in (few, many)
        ]
        self.assertIn("CTE kin", plans[0])
        self.assertNotIn("CTE kin", plans[1])

    def test_some_partners_have_the_states_that_all_have(self):
        group = self._partner("Group", is_company=True)
        for n in range(4):
            member = self._partner(f"Member {n}", parent_id=group.id)
            reseller = self._partner(f"Reseller {n}")
            end = date(2026, 3, 31) if n % 2 else date(2026, 1, 31)
            self._create_contract(
                [{"beneficiary_id": member.id}], reseller_id=reseller.id, date_end=end
            )
        partners = self.env["res.partner"]
        everybody = dict(self.env.execute_query(partners._cn285_subscribers()))
        everyone = partners.search([]).ids
        for ids in (group.ids, group.child_ids.ids, everyone, [0], everyone + [0] * 1000):
            some = dict(self.env.execute_query(partners._cn285_subscribers(ids)))
            self.assertEqual(some, {one: everybody[one] for one in ids if one in everybody})

    def test_only_for_who_reads_contracts(self):
        stranger = new_test_user(self.env, "subscriber_stranger", groups="base.group_user")
        fields = self.env["res.partner"].with_user(stranger).fields_get()
        self.assertNotIn("cn285_subscriber_state", fields)
