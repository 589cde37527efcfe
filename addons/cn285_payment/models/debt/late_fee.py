from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.addons.cn285_renewal.engine.errors import RenewalError
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ...engine.penalties import (
    PROFESSIONAL,
    claimed_until,
    interest_from,
    owes_indemnity,
    penalty,
    penalty_stretches,
)

KINDS = [
    ("indemnity", "Indemnity for Recovery Costs"),
    ("penalty", "Late Payment Penalty"),
    ("interest", "Legal Interest"),
]
MANAGER = "cn285_contract.group_billing_manager"


class LateFee(models.Model):
    """What is owed as an invoice was paid late: proposed, then posted on a note of its own, or
    waived. Consumers owe the legal interest from a formal notice on, and nothing else.
    """

    _name = "cn285.late.fee"
    _description = "Late Fee"
    _inherit = ["cn285.guarded"]
    _order = "id desc"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        string="Late Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_name = fields.Char(related="move_id.name", string="Number of the Invoice")
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
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    date_until = fields.Date(
        string="Until", required=True, readonly=True, help="Last day that is counted."
    )
    explanation = fields.Text(readonly=True, help="How the amount came about.")
    state = fields.Selection(
        [("proposed", "Proposed"), ("posted", "Posted"), ("waived", "Waived")],
        string="Status",
        default="proposed",
        required=True,
        readonly=True,
        index=True,
    )
    note_id = fields.Many2one(
        "account.move",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    _indemnity_once = models.UniqueIndex(
        "(move_id) WHERE kind = 'indemnity'",
        "The indemnity is owed once for each late invoice.",
    )
    _one_proposal = models.UniqueIndex(
        "(move_id, kind) WHERE state = 'proposed'", "This invoice has a proposal already."
    )
    _amount_positive = models.Constraint("CHECK(amount > 0)", "A late fee is above zero.")

    @api.depends("move_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for fee in self:
            fee.display_name = f"{fee.move_id.name or ''} · {kinds.get(fee.kind, '')}"

    @api.constrains("kind", "partner_id")
    def _check_professional(self):
        for fee in self:
            if fee.kind != "interest" and fee.partner_id.cn285_legal_kind != PROFESSIONAL:
                raise ValidationError(
                    self.env._(
                        "%s does not act professionally: neither penalties nor costs of recovery "
                        "may be charged, only the legal interest from a formal notice on.",
                        fee.partner_id.display_name,
                    )
                )

    # === PROPOSED === #

    @api.model
    def _propose(self, moves, until=None):
        """Work out what is owed for late invoices up to a day, and propose what is not there yet.

        What was posted or waived for days before counts; a proposal that is open is worked out
        anew. Invoices in dispute, those of which we ourselves collected late, and those that cannot
        be claimed any more bear none.

        :param until: date; None: today
        :returns: the proposals, and ``{invoice: reason}`` of what could not be worked out
        """
        # sudo: what is owed by law, whoever's invoice it is.
        fees, proposed, failed = self.sudo(), self.sudo().browse(), {}
        fees.flush_model(["state"])  # before the index of open proposals sees new ones
        for company, own in moves.sudo().grouped("company_id").items():
            late = own.with_company(company).filtered(lambda move: move._cn285_may_bear_fees())
            policies = self.env["cn285.dunning.policy"]._of(
                late.commercial_partner_id,
                company,
                {
                    partner.id: members.cn285_contract_ids
                    for partner, members in late.grouped("commercial_partner_id").items()
                },
            )
            existing = fees.search([("move_id", "in", late.ids)]).grouped("move_id")
            for move in late:
                policy = policies[move.commercial_partner_id.id]
                before = existing.get(move, fees.browse())
                try:
                    found = fees._owed(move, policy, until or company._cn285_today(), before)
                except RenewalError as error:
                    failed[move] = self._rate_words(error, company)
                    continue
                for values in found:
                    proposed |= fees._keep_proposal(values, before)
        return proposed, failed

    @api.model
    def _owed(self, move, policy, until, before):
        """What an invoice owes besides, as values of proposals."""
        partner, company, currency = move.commercial_partner_id, move.company_id, move.currency_id
        kind = partner.cn285_legal_kind or "consumer"
        debts, unit = move._cn285_late_debts(), as_decimal(currency.rounding)
        if not debts or until > claimed_until(kind, debts[0].due):
            return []
        common = {
            "move_id": move.id,
            "partner_id": partner.id,
            "company_id": company.id,
            "currency_id": currency.id,
            "user_id": move.cn285_contract_ids.user_id[:1].id,
            "date_until": until,
        }
        laws, found = self.env["cn285.law"].sudo(), []
        professional = kind == PROFESSIONAL
        law = laws._of(self.env["res.partner"] if professional else partner, company)
        wanted = policy.penalty_basis not in (False, "none") or not professional
        rates = []
        if wanted and professional:
            rates = law._penalty_rates(policy.penalty_basis, policy.penalty_percent)
        elif wanted:
            rates = law.rate_ids._engine_rates("other")
        stretches = []
        for debt in debts if wanted else ():
            since = interest_from(kind, debt.due, move._cn285_notice_of(debt.due))
            if since:
                stretches += penalty_stretches(debt, since, until, rates)
        name = "penalty" if professional else "interest"
        done = before.filtered(lambda fee: fee.kind == name and fee.state != "proposed")
        rest = penalty(stretches, unit) - as_decimal(sum(done.mapped("amount")))
        if rest > 0:
            found.append(
                {
                    **common,
                    "kind": name,
                    "amount": float(rest),
                    "explanation": self._explain(stretches, done, currency),
                }
            )
        asked = policy.indemnity and law.late_indemnity > 0
        new = not before.filtered(lambda fee: fee.kind == "indemnity")
        if asked and new and owes_indemnity(kind, debts, until):
            found.append({**common, "kind": "indemnity", **self._indemnity(law, move)})
        return found

    @api.model
    def _indemnity(self, law, move):
        euro = self.env.ref("base.EUR")
        company = move.company_id
        amount = euro._convert(
            law.late_indemnity, move.currency_id, company, company._cn285_today()
        )
        return {"amount": amount, "explanation": euro.format(law.late_indemnity)}

    @api.model
    def _explain(self, stretches, done, currency):
        """Each stretch of days: what was open, at which rate; and what was charged before."""
        lines = [
            self.env._(
                "%(start)s – %(end)s: %(balance)s × %(percent)s %% × %(days)s/365 = %(amount)s",
                start=format_date(self.env, one.start),
                end=format_date(self.env, fields.Date.subtract(one.end, days=1)),
                balance=currency.format(float(one.balance)),
                percent=self._figure(one.percent, 4),
                days=one.days,
                amount=self._figure(one.amount, 4),
            )
            for one in stretches
        ]
        if done:
            before = currency.format(sum(done.mapped("amount")))
            lines.append(self.env._("Less what was charged or waived before: %s", before))
        return "\n".join(lines)

    @api.model
    def _figure(self, number, digits):
        """A number as its reader writes it, without zeros at its end."""
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        text = lang.format(f"%.{digits}f", float(number), grouping=True)
        return text.rstrip("0").rstrip(lang.decimal_point)

    @api.model
    def _keep_proposal(self, values, before):
        known = before.filtered(lambda fee: fee.kind == values["kind"] and fee.state == "proposed")
        if known:
            known._write_inside(values)
            return known
        return self._inside().create(values)

    @api.model
    def _rate_words(self, error, company):
        day = error.values.get("day")
        if not day:
            return str(error)
        return self.env._(
            "%(company)s: no rate is known for %(day)s; enter it with the law's rates.",
            company=company.name,
            day=format_date(self.env, day),
        )

    # === DECIDED === #

    def _check_manager(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Late fees are posted and waived by billing managers."))
        for fee in self:
            if fee.state != "proposed":
                raise UserError(self.env._("%s was decided already.", fee.display_name))

    def action_waive(self):
        """Give up what is proposed; it is not proposed again."""
        self._check_manager()
        self.sudo()._write_inside({"state": "waived"})  # sudo: checked above
        return True

    def action_post(self):
        """Post notes of what is proposed: one a payer, currency and company, due at once.

        :raises UserError: where an account is missing
        :raises ValidationError: for customers who do not owe it
        """
        self._check_manager()
        fees = self.sudo()  # sudo: checked above; notes are the program's
        fees._check_professional()
        notes = self.env["account.move"].sudo()
        groups = fees.grouped(lambda fee: (fee.company_id, fee.move_id.partner_id, fee.currency_id))
        for (company, partner, currency), members in groups.items():
            note = notes.with_company(company).create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "currency_id": currency.id,
                    "invoice_date": company._cn285_today(),
                    "invoice_date_due": company._cn285_today(),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [(0, 0, fee._note_line()) for fee in members.sorted("id")],
                }
            )
            note.action_post()
            members._write_inside({"state": "posted", "note_id": note.id})
            notes |= note
        return notes._cn285_open_action()

    def _note_line(self):
        self.ensure_one()
        reader = self.with_context(lang=self.partner_id.lang or self.env.lang)
        kinds = dict(reader._fields["kind"]._description_selection(reader.env))
        name = f"{kinds[self.kind]}, {self.move_id.name}"
        return {
            "name": f"{name}\n{self.explanation}" if self.explanation else name,
            "quantity": 1.0,
            "price_unit": self.amount,
            "account_id": self.company_id._cn285_late_fee_account(self.kind).id,
            "tax_ids": [(5, 0, 0)],
        }
