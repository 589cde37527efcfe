from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common import LIVE_STATES, as_day

LONGEST_AHEAD = relativedelta(years=10)


class Contract(models.Model):
    _inherit = "cn285.contract"

    def bill_ahead(self, periods=None, until=None):
        """Bill subscriptions before they are due: the customer wants to pay ahead.

        The invoices bear today's date. What is due already goes along; usage waits for its day.

        :param int periods: the next so many periods of each item, 1 to 60
        :param until: or: all periods that begin on this day or before
        :returns: ids of the invoices
        :raises UserError: when an item is in its trial, or nothing is left to bill ahead
        """
        until = as_day(self.env, until)
        self._check_ahead(periods, until)
        self._check_no_trial()
        rows = self._rows_ahead(periods, until)
        if not rows:
            raise UserError(self.env._("There is nothing to bill ahead in these contracts."))
        moves = self.env["account.move"]
        for company, members in rows.grouped("company_id").items():
            moves |= self.env["cn285.billing.run"].with_company(company)._bill_ahead(members)
        return moves.ids

    def _check_ahead(self, periods, until):
        if bool(periods) == bool(until):
            raise UserError(self.env._("Bill either a number of periods, or up to a day."))
        whole = isinstance(periods, int) and not isinstance(periods, bool)
        if periods and not (whole and 1 <= periods <= 60):
            raise UserError(self.env._("Between 1 and 60 periods are billed ahead."))
        if until and any(until > one._cn285_today() + LONGEST_AHEAD for one in self.company_id):
            raise UserError(self.env._("Ten years at most are billed ahead."))

    def _check_no_trial(self):
        for contract in self:
            today = contract.company_id._cn285_today()
            for item in contract.item_ids:
                trial_end = item.date_start and item.date_start + timedelta(
                    days=item.trial_days - 1
                )
                if item.state in LIVE_STATES and item.trial_days and trial_end >= today:
                    raise UserError(
                        self.env._(
                            "Item “%(item)s” of contract %(contract)s is in its trial until "
                            "%(day)s: nothing is billed ahead before.",
                            item=item.name,
                            contract=contract.name,
                            day=format_date(self.env, trial_end),
                        )
                    )

    def _rows_ahead(self, periods, until):
        """Planned subscription rows: the next ones of each item, or those up to a day."""
        longest = max(self.item_ids.mapped("recurring_interval"), default=1)
        for company, contracts in self.grouped("company_id").items():
            today = company._cn285_today()
            ahead = until or fields.Date.add(today, months=12 * longest * (periods or 0))
            self.env["cn285.contract.item"].with_company(company)._extend_items(
                contracts.item_ids, fields.Date.add(ahead, days=1)
            )
        rows = self.env["cn285.billing.schedule"].search(
            [("contract_id", "in", self.ids), ("kind", "=", "fixed"), ("state", "=", "planned")],
            order="item_id, period_start",
        )
        if until:
            return rows.filtered(lambda row: row.period_start <= until)
        return self.env["cn285.billing.schedule"].union(
            *(members[:periods] for members in rows.grouped("item_id").values())
        )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _extend_items(self, items, until):
        """Plan these items so that all their rows due before ``until`` exist."""
        behind = items.filtered(
            lambda item: (
                item.state == "active" and item.planned_until and item.planned_until < until
            )
        )
        if behind:
            # sudo: who may bill ahead need not be able to lock items.
            behind.sudo().lock_for_update(allow_referencing=True)
            behind._replan_until(until)


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _bill_ahead(self, rows, day=None):
        """Invoice these planned rows today, in a run of their own; returns the invoices.

        :param day: date of the invoices, where it is not today
        :raises UserError: with the reason, when one of the contracts cannot be billed
        """
        company = rows.company_id
        today = company._cn285_today()
        run = self.create(
            {
                "company_id": company.id,
                "date": max([today, *rows.mapped("billing_date")]),
                "invoice_date": day or today,
                "contract_ids": [fields.Command.set(rows.contract_id.ids)],
            }
        )
        run._write_inside({"state": "running", "date_started": fields.Datetime.now()})
        rows.lock_for_update(allow_referencing=True)
        rows._reprice()
        moves = run._bill_rows(rows.exists().filtered(lambda row: row.state == "planned"))
        if run.issue_ids:
            issue = run.issue_ids[0]
            raise UserError(
                self.env._(
                    "Contract %(contract)s cannot be billed: %(reason)s",
                    contract=issue.contract_id.name,
                    reason=issue.reason,
                )
            )
        run._send_invoices(moves)
        run._finish()
        return moves
