from odoo import models
from odoo.addons.cn285_contract.models.common import as_day
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .debts import read_debts

# How long a promise may hold everything.
LONGEST_PROMISE_DAYS = 92


class DunningCase(models.Model):
    """What holds the dunning: promises to pay, disputes; and what clerks note of it."""

    _inherit = "cn285.dunning.case"

    def _check_clerk(self):
        """Refuse who may not write contracts; whose case it is record rules say."""
        self.check_access("read")
        if not self.env.su and not self.env["cn285.contract"].has_access("write"):
            raise AccessError(self.env._("You may not decide what is done about debtors."))

    def _check_open(self):
        for case in self:
            if case.state == "closed":
                raise UserError(self.env._("%s owes nothing any more.", case.display_name))

    def action_promise(self, date, note=None):
        """Note a promise to pay: until that day nothing is sent, collected or deactivated.

        :param date: date, or ISO text
        :raises UserError: for a day that is over, or too far away
        """
        self._check_clerk()
        self._check_open()
        day = as_day(self.env, date)
        if not day:
            raise UserError(self.env._("Say by which day it will be paid."))
        for case in self.sudo():  # sudo: checked above; cases are the program's
            today = case.company_id._cn285_today()
            if not 0 <= (day - today).days <= LONGEST_PROMISE_DAYS:
                raise UserError(
                    self.env._(
                        "A promise to pay is for one of the next %(days)s days, not for %(day)s.",
                        days=LONGEST_PROMISE_DAYS,
                        day=format_date(self.env, day),
                    )
                )
            case._write_inside({"promise_date": day})
            text = self.env._("By %s", format_date(self.env, day))
            case._note("promise", f"{text}: {note}" if note else text)
            case._look_again()
        return True

    def action_forget_promise(self):
        """Go on with a debtor who promised to pay."""
        self._check_clerk()
        for case in self.sudo().filtered("promise_date"):  # sudo: as above
            case._write_inside({"promise_date": False})
            case._note("broken", self.env._("Taken back"))
            case._look_again()
        return True

    def action_dispute(self, move_ids=None, note=None, disputed=True):
        """Mark overdue invoices as in dispute: they are neither collected nor dunned.

        :param move_ids: ids of overdue invoices of this debtor; None: all of them
        :param disputed: False: the mark is taken off again
        """
        self.ensure_one()
        self._check_clerk()
        case = self.sudo()  # sudo: as above; the marks are on invoices of this debtor alone
        moves = case._open_moves()
        if move_ids is not None:
            moves = moves.filtered(lambda move: move.id in set(move_ids))
            if len(moves) != len(set(move_ids)):
                raise UserError(self.env._("These are no open invoices of %s.", self.display_name))
        changing = moves.filtered(lambda move: move.cn285_dunning_blocked != disputed)
        changing.cn285_dunning_blocked = disputed
        if changing:
            names = ", ".join(changing.mapped("name"))
            text = f"{names}: {note}" if note else names
            case._note("dispute" if disputed else "released", text)
        case._look_again()
        return True

    def action_release(self):
        """Take the mark of a dispute off all invoices of the debtor."""
        for case in self:
            case.action_dispute(disputed=False)
        return True

    def action_notice_received(self, date):
        """Note when the formal notice reached the customer: interest of consumers runs from it.

        :param date: date, or ISO text
        """
        self.ensure_one()
        self._check_clerk()
        case, day = self.sudo(), as_day(self.env, date)  # sudo: as above
        if not day or day > case.company_id._cn285_today():
            raise UserError(self.env._("Say on which day, up to today, it was received."))
        late = case._open_moves(due_before=day).filtered(
            lambda move: not move.cn285_notice_received
        )
        if not late:
            raise UserError(
                self.env._("No invoice of %s was overdue on that day.", self.display_name)
            )
        late.cn285_notice_received = day
        names = ", ".join(late.mapped("name"))
        case._note("notice", f"{format_date(self.env, day)}: {names}")
        return True

    def action_look(self):
        """Look at the debtors now, as the daily work does."""
        self._check_clerk()
        for company, cases in self.sudo().grouped("company_id").items():  # sudo: as above
            cases.with_company(company)._look_at(company, cases.partner_id)
        return True

    def _open_moves(self, due_before=None):
        """Open invoices of contracts of the debtor, those in dispute too.

        :param due_before: date; only those of which a part was due before it
        """
        self.ensure_one()
        owed = self._read_debts(self.company_id).get((self.partner_id.id, self.currency_id.id))
        ids = dict.fromkeys(
            line.move_id
            for line in (owed.lines if owed else ())
            if not due_before or line.due < due_before
        )
        return self.env["account.move"].browse(ids)

    def _look_again(self, debts=None):
        """What is owed and comes next, after something was noted; no step is taken.

        :param debts: see :func:`.debts.read_debts`, where they were read; of one company
        """
        for company, cases in self.grouped("company_id").items():
            cases._refresh(debts or read_debts(self.env, company, cases.partner_id.ids))
        self._settle()
        for case in self:
            case._write_next(case._plan())
