from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date

STATES = [
    ("open", "Overdue"),
    ("promised", "Promised"),
    ("disputed", "On Hold"),
    ("closed", "Settled"),
]


class DunningCase(models.Model):
    """What is done about a payer who does not pay: one that is not settled a payer, company and
    currency. Amounts are those of the last look, daily and at each payment.
    """

    _name = "cn285.dunning.case"
    _description = "Debtor"
    _inherit = ["cn285.editable", "cn285.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "next_date, id"
    _rec_name = "partner_id"
    _mail_post_access = "read"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Payer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    policy_id = fields.Many2one(
        "cn285.dunning.policy", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    state = fields.Selection(
        STATES, string="Status", default="open", required=True, readonly=True, index=True
    )
    step_id = fields.Many2one(
        "cn285.dunning.policy.step",
        string="Last Step",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    next_step_id = fields.Many2one(
        "cn285.dunning.policy.step",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    next_date = fields.Date(string="Next Step On", readonly=True, index="btree_not_null")
    deactivation_date = fields.Date(
        readonly=True, help="From this day on services are deactivated if nothing is paid."
    )
    termination_date = fields.Date(
        readonly=True, help="From this day on contracts are terminated if nothing is paid."
    )
    oldest_due = fields.Date(string="Due Since", readonly=True)
    days_late = fields.Integer(compute="_compute_days_late")
    overdue_amount = fields.Monetary(string="Overdue", readonly=True)
    held_amount = fields.Monetary(
        string="In Dispute or Being Paid", readonly=True, help="Overdue, and not dunned."
    )
    not_due = fields.Monetary(readonly=True)
    age_30 = fields.Monetary(string="1–30 Days", readonly=True)
    age_60 = fields.Monetary(string="31–60 Days", readonly=True)
    age_90 = fields.Monetary(string="61–90 Days", readonly=True)
    age_more = fields.Monetary(string="Over 90 Days", readonly=True)
    total_amount = fields.Monetary(string="Owed in All", readonly=True)
    promise_date = fields.Date(string="Promised Until", readonly=True)
    suspended_on = fields.Date(string="Deactivated On", readonly=True)
    is_above_limit = fields.Boolean(string="Above the Credit Limit", readonly=True)
    date_opened = fields.Date(string="Since", readonly=True)
    date_closed = fields.Date(string="Settled On", readonly=True)
    contract_ids = fields.Many2many(
        "cn285.contract",
        "cn285_dunning_case_contract_rel",
        "case_id",
        "contract_id",
        string="Contracts",
        readonly=True,
        help="Those with overdue invoices.",
    )
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Overdue Invoices", compute_sudo=True
    )
    event_ids = fields.One2many("cn285.dunning.event", "case_id", string="History", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True, index=True)
    debts_html = fields.Html(compute="_compute_debts_html", sanitize=False)

    _one_open = models.UniqueIndex(
        "(partner_id, company_id, currency_id) WHERE state != 'closed'",
        "This payer has a case already.",
    )

    # === COMPUTES === #

    @api.depends("oldest_due", "state")
    def _compute_days_late(self):
        for case in self:
            today = case.company_id._cn285_today() if case.company_id else fields.Date.today()
            late = case.oldest_due and case.state != "closed"
            case.days_late = max((today - case.oldest_due).days, 0) if late else 0

    @api.depends("partner_id", "company_id", "currency_id", "overdue_amount")
    def _compute_move_ids(self):
        moves = self.env["account.move"]
        for company, cases in self.grouped("company_id").items():
            debts = cases._read_debts(company)
            today = company._cn285_today()
            for case in cases:
                owed = debts.get((case.partner_id.id, case.currency_id.id))
                case.move_ids = moves.browse(owed.late_move_ids(today) if owed else ())

    @api.depends_context("lang")
    @api.depends("partner_id", "overdue_amount")
    def _compute_debts_html(self):
        """The overdue invoices as a table, in the language of the reader, for mails."""
        # sudo: as of _overdue_lines
        debts = {
            company: cases.sudo()._read_debts(company)
            for company, cases in self.grouped("company_id").items()
        }
        for case in self:
            rows = [
                Markup(
                    "<tr><td style='padding:4px 12px 4px 0'><a href='%s'>%s</a></td>"
                    "<td style='padding:4px 12px 4px 0'>%s</td>"
                    "<td style='padding:4px 0;text-align:right'>%s</td></tr>"
                )
                % (
                    move._cn285_pay_url(),
                    move._cn285_debt_name(),
                    format_date(self.env, due),
                    amount,
                )
                for move, due, amount in case._overdue_lines(debts[case.company_id])
            ]
            head = Markup(
                "<tr><th style='text-align:left;padding:4px 12px 4px 0'>%s</th>"
                "<th style='text-align:left;padding:4px 12px 4px 0'>%s</th>"
                "<th style='text-align:right;padding:4px 0'>%s</th></tr>"
            ) % (self.env._("Invoice"), self.env._("Due on"), self.env._("Still to Pay"))
            case.debts_html = Markup("<table style='border-collapse:collapse'>%s%s</table>") % (
                head,
                Markup("").join(rows),
            )

    def _overdue_lines(self, debts=None):
        """What is overdue, part by part: ``(invoice, due date, what is open of it as text)``.

        Of an invoice in instalments only those that are due.

        :param debts: see :func:`.debts.read_debts`, where they were read
        """
        self.ensure_one()
        # sudo: the payer's own invoices, which the clerk of his contract writes about
        case = self.sudo()
        debts = debts or case._read_debts(case.company_id)
        owed = debts.get((case.partner_id.id, case.currency_id.id))
        late = owed.late_lines(case.company_id._cn285_today()) if owed else ()
        moves = case.env["account.move"]
        return [
            (moves.browse(one.move_id), one.due, case.currency_id.format(float(one.amount)))
            for one in late
        ]

    @api.depends("partner_id", "currency_id")
    def _compute_display_name(self):
        for case in self:
            case.display_name = case.partner_id.display_name or ""

    # === WHERE IT LEADS === #

    @api.model
    def _action_of(self, partner):
        """The debts of a payer that are not settled: the one there is, or a list."""
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_payment.action_dunning_case")
        cases = self.search([("partner_id", "=", partner.id), ("state", "!=", "closed")])
        if len(cases) == 1:
            action.update(res_id=cases.id, views=[(False, "form")])
        else:
            action["domain"] = [("partner_id", "=", partner.id)]
        return action

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.move_ids.ids)]
        return action

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_contract.action_contract")
        action["domain"] = [("id", "in", self.contract_ids.ids)]
        return action

    def _pay_url(self):
        """Where the payer pays: Odoo's own link to the oldest overdue invoice."""
        self.ensure_one()
        moves = self.sudo().move_ids  # sudo: the link is for the payer
        move = moves.filtered(lambda one: one.is_invoice())[:1] or moves[:1]
        return move and move._cn285_pay_url()

    def _is_payable_at_once(self):
        """Whether several invoices are overdue, and can be paid online together."""
        self.ensure_one()
        moves = self.sudo().move_ids  # sudo: the payer's own invoices
        return len(moves) > 1 and all(move._has_to_be_paid() for move in moves)

    def _overdue_now(self):
        """What is overdue at this moment, less credit that was matched with nothing."""
        self.ensure_one()
        owed = self._read_debts(self.company_id).get((self.partner_id.id, self.currency_id.id))
        late = owed and owed.overdue(self.company_id._cn285_today())
        return float(late.amount) if late else 0.0

    # === HISTORY === #

    def _note(self, kind, text=None, **values):
        """Keep what happened to each of these cases today.

        :param text: function of a case that returns words, or words, or None
        """
        events = self.env["cn285.dunning.event"].sudo()._inside()  # sudo: history is the program's
        return events.create(
            [
                {
                    "case_id": case.id,
                    "date": case.company_id._cn285_today(),
                    "kind": kind,
                    "amount": case.overdue_amount,
                    "text": text(case) if callable(text) else text,
                    **values,
                }
                for case in self
            ]
        )
