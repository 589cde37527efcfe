from collections import defaultdict

from odoo import models
from odoo.exceptions import AccessError, UserError

from ..common import OPEN_STATES, as_day


class _Shown(Exception):
    """Leaves the savepoint of a preview, so that nothing of it stays."""


class AccountMove(models.Model):
    """Credit and bill again: what is left is credited, and the periods are billed anew."""

    _inherit = "account.move"

    def cn285_bill_again(self, bill=True, **options):
        """Credit all that is left of the invoice, free its periods, and bill them anew.

        The periods are planned anew from the contracts as they are now, at the next revision. All
        or nothing: where they cannot be billed, nothing is credited.

        :param bill: whether they are billed now; else they wait, planned, for the next run
        :param options: ``reason_id``, ``date`` and ``note`` of the credit note, see
            :meth:`cn285_credit`; the new invoices have that date
        :returns: ``{"credit": id or None, "invoices": [ids]}``
        :raises UserError: when the invoice is not posted, differences of usage took back some of
            it, or some contract cannot be billed, with the reason
        """
        self.ensure_one()
        self._cn285_check_bills_again()
        options = {name: options.get(name) for name in ("reason_id", "date", "note")}
        credit, rows = self._cn285_credit_and_free(options)
        moves = self.browse()
        if bill and rows:
            day = as_day(self.env, options["date"])
            moves = self.env["cn285.billing.run"]._bill_ahead(rows, day)
        return {"credit": credit.id or None, "invoices": moves.ids}

    def cn285_preview_again(self, **options):
        """What :meth:`cn285_bill_again` would do, without doing it.

        :returns: ``{"credit": {"amount_untaxed", "amount_tax", "amount_total"}, "invoices": [as
            cn285.contract.preview_invoices has them]}``
        """
        self.ensure_one()
        self._cn285_check_bills_again()
        result = {}
        try:
            with self.env.cr.savepoint():
                quiet = self.with_context(tracking_disable=True, mail_notrack=True)
                credit, rows = quiet._cn285_credit_and_free({"date": options.get("date")})
                names = ("amount_untaxed", "amount_tax", "amount_total")
                result["credit"] = {name: credit[name] if credit else 0.0 for name in names}
                result["invoices"] = quiet._cn285_preview_rows(rows, options.get("date"))
                raise _Shown
        except _Shown:
            self.env.invalidate_all(flush=False)
        return result

    def _cn285_check_bills_again(self):
        """:raises UserError: where the invoice cannot be billed again; AccessError: by this user"""
        self._cn285_check_creditable()
        manager = self.env.user.has_group("cn285_contract.group_billing_manager")
        if not self.env.su and not manager:
            raise AccessError(self.env._("Only a billing manager credits and bills again."))
        # sudo: whether periods of a contract stand on the invoice, which its manager may know.
        if "invoiced" not in self.sudo().cn285_schedule_ids.mapped("state"):
            raise UserError(
                self.env._("%s bills no contract, or was billed again already.", self.display_name)
            )

    def _cn285_credit_and_free(self, options):
        """Credit what is left and give the periods back to the schedule.

        :returns: the credit note, or none where nothing was left; the rows to be billed instead
        """
        credit = self.browse()
        if any(line.remaining for line in self._cn285_left_of_lines()):
            credit = self.browse(self.cn285_credit(**options)["id"])
        # sudo: the schedule follows what its manager decided of the invoice.
        freed = self.sudo().cn285_schedule_ids.filtered(lambda row: row.state == "invoiced")
        freed._cancel_invoiced(credited=True)
        days = defaultdict(list)
        for row in freed:
            days[row.item_id].append((row.period_start, row.period_end))
        rows = freed.search([("item_id", "in", freed.item_id.ids), ("state", "in", OPEN_STATES)])
        rows = rows.filtered(
            lambda row: any(
                row.period_start <= last and first <= row.period_end
                for first, last in days[row.item_id]
            )
        )
        rows.filtered(lambda row: row.state == "waiting")._rate_waiting()
        rows = rows.exists().filtered(lambda row: row.state == "planned")
        return credit, rows.with_env(self.env)

    def _cn285_preview_rows(self, rows, day):
        """The invoices of these rows, as previews."""
        day = as_day(self.env, day) or self.company_id._cn285_today()
        groups = self.env["cn285.invoice.builder"]._group_rows(rows, day)
        return [
            members.contract_id[:1]._preview_invoice(key, members)
            for key, members in groups.items()
            if not members._owes_nothing()
        ]

    def action_cn285_bill_again(self):
        """Open the dialog that shows what is credited and billed anew."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit and Bill Again"),
            "res_model": "cn285.credit.again",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }
