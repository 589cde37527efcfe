from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import persistently
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.tools import SQL

from ..engine.reconcile import LEFT, MOVED, Key, Known, reconcile
from ..engine.timing import due_day


class CommunicationPlan(models.Model):
    """What is planned follows from who is in the segment, and from its dates, each time anew."""

    _inherit = "cn285.communication.plan"

    def _plan(self):
        """Plan what is missing and give up what is not wanted any more. Twice is nothing."""
        for step in self._all_steps():
            step._reconcile()

    def _plan_in_batches(self):
        """The same for the scheduled action: a step at a time, each committed."""
        for step in self._all_steps():
            persistently(self.env, step._reconcile)

    def _all_steps(self):
        plans = in_users_language(self.sudo())  # sudo: history, of contracts of all
        return plans.with_context(active_test=False).step_ids


class CommunicationStep(models.Model):
    _inherit = "cn285.communication.step"

    def _reconcile(self):
        """Bring what is planned of a step in line with its segment's members, in few statements."""
        self.ensure_one()
        self.env.flush_all()
        plan, company = self.plan_id, self.company_id
        wanted = self._wanted()
        known = self._known()
        is_on = plan.state == "running" and self.active
        outcome = reconcile(
            wanted if is_on else {},
            known,
            company._cn285_today(),
            plan.late_days,
            keep_left=is_on and not plan.stop_when_left,
        )
        if not outcome:
            return
        self._create_planned(outcome.create)
        self._date_again(outcome.reopen)
        self._date_again(outcome.redate)
        reasons = {
            MOVED: self.env._("Its date has moved: it is planned anew."),
            LEFT: self.env._("The contract is not in the segment any more."),
        }
        if not is_on:
            reasons[LEFT] = self.env._("The plan was stopped.")
        for why, reason in reasons.items():
            ids = [row for row, said in outcome.cancel.items() if said == why]
            self._give_up(ids, reason)
        self.env["cn285.communication"].invalidate_model(flush=False)

    def _wanted(self):
        """For whom the step is to be carried out, and when.

        :returns: ``{Key: day}``
        """
        is_working = self.company_id._cn285_is_working()
        rows = self.env.execute_query(
            SQL(
                """SELECT contract_id, COALESCE(item_id, 0), %s FROM cn285_segment_member
                    WHERE segment_id = %s AND left_on IS NULL""",
                SQL.identifier("anchor" if self.moment == "anchor" else "entered_on"),
                self.plan_id.segment_id.id,
            )
        )
        days = {}
        for *_subject, anchor in rows:
            if anchor not in days:
                days[anchor] = due_day(anchor, self.delay, is_working)
        return {Key(*row): days[row[2]] for row in rows}

    def _known(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT contract_id, COALESCE(item_id, 0), anchor, id, state, date_due
                     FROM cn285_communication WHERE step_id = %s""",
                self.id,
            )
        )
        return {Key(*row[:3]): Known(*row[3:]) for row in rows}

    def _create_planned(self, create):
        """Plan for keys, ``{Key: day}``; of two processes that do, the key lets one through."""
        if not create:
            return
        columns = [list(column) for column in zip(*create, strict=True)]
        writes_to = self.plan_id.segment_id._kind().writes_to
        self.env.execute_query(
            SQL(
                """INSERT INTO cn285_communication
                          (step_id, plan_id, company_id, channel, purpose, contract_id, item_id,
                           partner_id, anchor, date_due, date_planned, state,
                           create_uid, write_uid, create_date, write_date)
                   SELECT %(step)s, %(plan)s, %(company)s, %(channel)s, %(purpose)s, contract.id,
                          NULLIF(told.item, 0), contract.%(writes_to)s, told.anchor, told.due,
                          told.due, 'planned', %(user)s, %(user)s, now() AT TIME ZONE 'UTC',
                          now() AT TIME ZONE 'UTC'
                     FROM unnest(%(contracts)s::int[], %(items)s::int[], %(anchors)s::date[],
                                 %(days)s::date[]) AS told (contract, item, anchor, due)
                     JOIN cn285_contract contract ON contract.id = told.contract
                    WHERE contract.%(writes_to)s IS NOT NULL
                       ON CONFLICT DO NOTHING
                RETURNING id""",
                step=self.id,
                plan=self.plan_id.id,
                company=self.company_id.id,
                channel=self.channel,
                purpose=self.plan_id.purpose,
                writes_to=SQL.identifier(writes_to),
                user=self.env.uid,
                contracts=columns[0],
                items=columns[1],
                anchors=columns[2],
                days=list(create.values()),
            )
        )

    def _date_again(self, days):
        """Plan rows for other days, ``{id: day}``; what was given up is taken up again."""
        self._update(
            list(days),
            SQL(
                """state = 'planned', reason = NULL, date_due = told.due, date_planned = told.due
                """
            ),
            list(days.values()),
        )

    def _give_up(self, ids, reason):
        self._update(ids, SQL("state = 'cancelled', reason = %s", reason), [None] * len(ids))

    def _update(self, ids, assignments, days):
        """Write rows that are planned or given up still; what was done meanwhile stays."""
        if not ids:
            return
        self.env.execute_query(
            SQL(
                """UPDATE cn285_communication one
                      SET %s, write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                     FROM unnest(%s::int[], %s::date[]) AS told (id, due)
                    WHERE one.id = told.id AND one.state IN ('planned', 'cancelled')
                RETURNING one.id""",
                assignments,
                self.env.uid,
                ids,
                days,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        """A step that is added to a running plan is planned at once."""
        steps = super().create(vals_list)
        steps.plan_id.filtered(lambda plan: plan.state == "running")._plan()
        return steps

    def write(self, vals):
        """What is planned follows the step's days."""
        result = super().write(vals)
        if {"delay", "moment", "active"} & vals.keys():
            self.plan_id.filtered(lambda plan: plan.state == "running")._plan()
        return result
