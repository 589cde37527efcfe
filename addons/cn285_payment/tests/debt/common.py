"""What tests of debt share: contracts billed for past months, and days that pass."""

from datetime import date, timedelta

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.fields import Command


class DebtCase(ContractCase):
    """A customer of 100.00 a month, billed in advance and due at once, who does not pay.

    Days pass by :meth:`_days`, which runs the daily work as the cron does.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "billing@cn285.example"
        cls.company.cn285_dunning = True
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.policy = cls.env.ref("cn285_payment.dunning_policy_usual")
        cls.cases = cls.env["cn285.dunning.case"]

    @classmethod
    def _customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "country_id": cls.env.ref("base.fr").id,
                **values,
            }
        )

    @classmethod
    def _professional(cls, name="Garage Petit", **values):
        return cls._customer(name, is_company=True, vat="FR23334175221", **values)

    @classmethod
    def _make_policy(cls, *steps, **values):
        """A policy of steps ``(days, action)``; it comes before all others."""
        return cls.env["cn285.dunning.policy"].create(
            {
                "name": "Of the test",
                "sequence": 1,
                "company_id": cls.company.id,
                "step_ids": [
                    Command.create({"days": days, "action": action, "name": f"{action} {days}"})
                    for days, action in steps
                ],
                **values,
            }
        )

    @classmethod
    def _billed(cls, day, partner=None, due_days=0, **values):
        """A contract from a day on, its first invoice posted and due some days later."""
        partner = partner or cls.customer
        contract = cls._create_contract(
            partner_id=partner.id, date_start=day, **{"items": [{}], **values}
        )
        with imagined_day(day):
            run = cls._bill(day, contract_ids=[Command.set(contract.ids)])
        move = run.invoice_ids
        lines = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        if due_days:
            lines.date_maturity = day + timedelta(days=due_days)
            move.invoice_date_due = day + timedelta(days=due_days)
        return contract, move

    @classmethod
    def _dun(cls, day, company=None):
        """The daily work of a day."""
        with imagined_day(day):
            cls.cases._run_company(company or cls.company)

    @classmethod
    def _days(cls, start, end):
        day = start
        while day <= end:
            cls._dun(day)
            day += timedelta(days=1)

    @classmethod
    def _pay(cls, move, day, amount=None):
        """The customer pays on a day, by transfer."""
        with imagined_day(day):
            register = (
                cls.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"payment_date": day, "journal_id": cls.bank.id})
            )
            if amount is not None:
                register.amount = amount
            register._create_payments()

    @classmethod
    def _case(cls, partner=None):
        partner = partner or cls.customer
        return cls.cases.search(
            [("partner_id", "=", partner.commercial_partner_id.id), ("state", "!=", "closed")]
        )

    @classmethod
    def _history(cls, case, *kinds):
        """``[(ISO day, kind or step)]`` in order."""
        events = case.event_ids.sorted("id")
        return [
            (event.date.isoformat(), event.step_id.name or event.kind)
            for event in events
            if not kinds or event.kind in kinds
        ]


D = date
