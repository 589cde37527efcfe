from contextlib import nullcontext

from odoo import fields, models
from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.addons.cn285_payment.engine.prepayment import due_at_start
from odoo.addons.cn285_payment.models.prepayment.initiation import due_of
from odoo.tools import format_date

GIVEN = ("paid", "done")


class ContractChange(models.Model):
    """A customer's own change that is paid before it takes effect.

    It stays a draft until then, with a prepayment that asks for what it comes to at once: what is
    invoiced as soon as it takes effect. Where that is nothing, it waits for nothing.
    """

    _inherit = "cn285.contract.change"

    customer_paid_first = fields.Boolean(
        string="Paid First",
        readonly=True,
        copy=False,
        help="What it comes to at once is paid before it takes effect.",
    )
    prepayment_ids = fields.One2many(
        "cn285.prepayment", "change_id", string="Prepayments", readonly=True
    )

    def _customer_prepayment(self):
        """What this change waits for, or was paid by; the last one, by sudo; or none."""
        self.ensure_one()
        # sudo: whether it was paid is told to whoever may see the change.
        return self.sudo().prepayment_ids.sorted("id")[-1:]

    # === WHAT IS ASKED === #

    def _customer_measure(self):
        """With what is paid before it takes effect: the customer agrees to that, too."""
        found = super()._customer_measure()
        due = self._customer_due() if self.customer_paid_first else 0.0
        if due > 0:
            found.update(pays=False, pays_first=due, shown=f"{found['shown']} {due:.6f}")
        return found

    def _customer_due(self):
        """What is to be paid before it takes effect, with tax; 0.0 where nothing is due at once.

        :raises UserError: why it cannot take effect
        """
        self.ensure_one()
        return float(due_at_start(due_of(one) for one in self._customer_due_previews()))

    def _customer_due_previews(self):
        """The invoices that are made as soon as it takes effect, as previews; nothing is written.

        :raises UserError: why it cannot take effect
        """
        self.ensure_one()
        if self._customer_day() > self.company_id._cn285_today():
            return []
        # sudo: as every preview; nothing of it stays.
        change = self.sudo().with_company(self.company_id)
        change = change.with_context(
            tracking_disable=True, mail_notrack=True, mail_activity_quick_update=True
        )
        self.env.flush_all()
        return change._undone(change._customer_try_due)

    def _customer_try_due(self):
        """See :meth:`_customer_due_previews`; what it does is undone by it."""
        today, contract = self.company_id._cn285_today(), self.contract_id
        self._take_out()
        self._write_inside({"date_effective": self._customer_day()})
        self._customer_check()
        self._play_plans(self._touched_contracts(), fields.Date.add(self.date_effective, days=1))
        self._write_inside({"state": "scheduled", "date_scheduled": today})
        self._apply()
        groups = self.env["cn285.invoice.builder"]._group_rows(self._customer_rows(), today)
        return [contract._preview_invoice(key, groups[key]) for key in groups]

    def _customer_is_signed(self):
        return "signed" in self.sudo().sign_request_ids.mapped("state")  # sudo: only whether

    def _customer_day(self):
        """The day on which it takes effect: a day that is past by now is moved to today; what was
        signed takes effect on the day that was signed."""
        self.ensure_one()
        if self._customer_is_signed():
            return self.date_effective
        return max(self.date_effective, self.company_id._cn285_today())

    def _customer_check(self):
        """As ever; what was signed for a day that is past, by that day."""
        today = self.company_id._cn285_today()
        with imagined_day(self.date_effective) if self.date_effective < today else nullcontext():
            self._check()

    # === ASKED FOR === #

    def _to_schedule(self, allowed):
        """What is paid first stays a draft, signed and approved as it is, and asks for that."""
        to_pay = self.filtered(
            lambda change: (
                change.customer_paid_first
                and change._customer_prepayment().state not in GIVEN
                and change._customer_due() > 0
            )
        )
        for change in to_pay:
            change._customer_ask_payment(allowed)
        rest = self - to_pay
        return super(ContractChange, rest)._to_schedule(allowed) if rest else None

    def _customer_ask_payment(self, allowed):
        """Ask for the payment, by a link where the customer is not on the page that asks.

        :raises UserError: where another change of the contract is being paid
        """
        self.ensure_one()
        self._update_state(allowed, "draft")
        prepayment = self.env["cn285.prepayment"]._start_of_change(self)
        here = self.env.context.get("cn285_customer_is_here")
        if not here and prepayment.state == "open" and prepayment.partner_id.email:
            prepayment._send_link()

    def _customer_waits(self):
        """Also for the payment; what is on its way is not taken back."""
        prepayment = self._customer_prepayment()
        asked = prepayment.state == "open" and not prepayment._busy_transactions()
        return super()._customer_waits() or asked

    def _customer_pay_path(self):
        prepayment = self._customer_prepayment()
        if self.state == "draft" and prepayment.state in ("open", "pending", "paid"):
            return prepayment._page()
        return super()._customer_pay_path()

    # === WHAT COMES OF IT === #

    def _customer_take(self):
        """It was paid: it takes effect, and is invoiced.

        :raises UserError: why it cannot
        """
        self.ensure_one()
        day = self._customer_day()
        if day != self.date_effective:
            self.message_post(
                body=self.env._(
                    "Paid after its day, %(before)s: it takes effect on %(day)s.",
                    before=format_date(self.env, self.date_effective),
                    day=format_date(self.env, day),
                )
            )
            self._write_inside({"date_effective": day})
        self._customer_check()
        self._to_schedule(("draft",))
        self._apply_if_due()

    def _customer_unpaid(self):
        """It was not paid: nothing changes."""
        for change in self.filtered(lambda one: one.state == "draft"):
            text = change._customer_text()
            change.action_cancel()
            change.message_post(body=change.env._("It was not paid: nothing changes."))
            change.contract_id.message_post(
                body=change.env._("Not paid, and therefore not done: %s", text)
            )

    def _update_state(self, allowed, target, **values):
        """What is given up is not paid any more; what was paid for it is not lost."""
        result = super()._update_state(allowed, target, **values)
        if target in ("cancelled", "rejected"):
            # sudo: what follows for the program's own records, whoever gives it up.
            for prepayment in self.sudo().prepayment_ids:
                prepayment._change_given_up()
        return result

    def _customer_invoices(self):
        """The invoices of what these changes, which have taken effect, have brought."""
        moves = self.env["account.move"]
        applied = self.filtered(lambda change: change.state == "applied")
        return moves.union(*(change._customer_all_rows().move_id for change in applied))
