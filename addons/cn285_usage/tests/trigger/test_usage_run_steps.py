from contextlib import ExitStack
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged

from .usage_trigger_case import TriggerCase

# What a run does before it looks at what is due, in order: model, method.
STEPS = [
    ("cn285.billing.schedule", "_plan_triggered"),
    ("cn285.billing.schedule", "_plan_differences"),
    ("cn285.billing.schedule", "_unrate"),
    ("cn285.contract", "_run_renewals"),
    ("cn285.contract.change", "_apply_all_due"),
    ("cn285.billing.schedule", "_ensure_planned"),
    ("cn285.billing.schedule", "_rate_waiting"),
    ("cn285.billing.schedule", "_plan_differences"),
    ("cn285.billing.run", "_report_missing"),
]

NAMES = [
    "_plan_triggered_rows",
    "_plan_late_usage",
    "_unrate_due_rows",
    "_apply_changes",
    "_plan_due_rows",
    "_rate_waiting_rows",
    "_plan_late_usage_again",
    "_set_aside_unrated",
    "_report_missing_usage",
]


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageRunSteps(TriggerCase):
    """The order of what all addons do before a run."""

    def test_the_list_of_steps(self):
        run = self.env["cn285.billing.run"].new({"company_id": self.company.id})
        names = [step.__name__ for step in run._steps_before()]
        self.assertEqual([name for name in names if name != "_renew_contracts"], NAMES)
        if "_renew_contracts" in names:
            place = names.index("_renew_contracts")
            self.assertEqual(names[place - 1 : place + 2], [NAMES[2], "_renew_contracts", NAMES[3]])

    def test_steps_before_a_run_in_order(self):
        steps = [step for step in STEPS if hasattr(self.env[step[0]], step[1])]
        done, inside = [], []

        def recording(step):
            model, name = step
            original = getattr(type(self.env[model]), name)

            def method(records, *args, **kwargs):
                if not inside:
                    done.append(step)
                inside.append(step)
                try:
                    return original(records, *args, **kwargs)
                finally:
                    inside.pop()

            return patch.object(type(self.env[model]), name, method)

        run = self.env["cn285.billing.run"].create(
            {"company_id": self.company.id, "date": date(2026, 2, 1)}
        )
        with ExitStack() as stack:
            for step in dict.fromkeys(steps):
                stack.enter_context(recording(step))
            run._prepare_due_rows()
        self.assertEqual(done, steps)
