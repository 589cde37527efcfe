from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_analytics.tests.common import AnalyticsCase
from odoo.tests import new_test_user


class CampaignCase(AnalyticsCase):
    """Plans of a company whose manager sets them up; days pass, and the scheduled action runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "email": "bonjour@company.example",
                "cn285_quiet_from": 20.0,
                "cn285_quiet_to": 8.0,
                "cn285_campaign_workdays": True,
                "cn285_campaign_most": 0,
                "cn285_campaign_notice_gap": 0,
                "cn285_marketing_without": "nobody",
            }
        )
        cls.manager = new_test_user(
            cls.env, "campaign_manager", "cn285_contract.group_billing_manager"
        )
        # The ready ones of the first company are looked at each hour too: they are of no plan here.
        cls.env["cn285.segment"].search([]).active = False
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.customer.lang = "fr_FR"

    def _segment(self, kind="ending", **values):
        segments = self.env["cn285.segment"].with_user(self.manager)
        return segments.create({"name": kind, "kind": kind, **values})

    def _plan(self, steps, segment=None, start=True, **values):
        """A plan of the manager; ``steps``: values that differ from an e-mail on the day."""
        usual = {"subject": "About {{ contract }}", "body": "Dear {{ customer }},\n\n{{ date }}."}
        plans = self.env["cn285.communication.plan"].with_user(self.manager)
        plan = plans.create(
            {
                "name": "Before the end",
                "segment_id": (segment or self._segment()).id,
                "step_ids": [
                    (0, 0, {"name": f"Step {number}", **usual, **step})
                    for number, step in enumerate(steps)
                ],
                **values,
            }
        )
        if start:
            plan.action_start()
        return plan

    def _run(self, day, hour="10:00"):
        """The scheduled action, on a day, at an hour of UTC."""
        with freeze_time(f"{day} {hour}:00"):
            self.env["cn285.communication"]._run_company(self.company)

    def _told(self, plan):
        """``(contract, due, planned for, state)`` in order."""
        found = self.env["cn285.communication"].search([("plan_id", "=", plan.id)])
        return [
            (one.contract_id.name, str(one.date_due), str(one.date_planned), one.state)
            for one in found.sorted(lambda one: (one.contract_id.id, one.date_due, one.id))
        ]

    def _states(self, plan):
        """States of a plan's communications by day, in order."""
        return [(due, state) for _contract, due, _planned, state in self._told(plan)]

    def _mails(self, plan):
        found = self.env["cn285.communication"].search([("plan_id", "=", plan.id)])
        return self.env["mail.mail"].search(
            [("mail_message_id", "in", found.mail_message_id.ids)], order="id"
        )

    def _ending(self, end="2026-03-31", **values):
        """A contract that ends on a day without renewal."""
        return self._create_contract(date_end=date.fromisoformat(end), **values)
