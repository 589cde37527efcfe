"""What the law wants a contract's paper to say, by who the customer is."""

from odoo import models

from ..engine.law_texts import TACIT_RENEWAL

# Customers whom the law protects as consumers.
CONSUMER = "consumer"


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _document_law(self):
        """Paragraphs that the law wants in this contract, in the order of reading."""
        self.ensure_one()
        return [
            *self._law_that_applies(),
            *self._law_on_withdrawal(),
            *self._law_on_tacit_renewal(),
            *self._law_on_leaving_online(),
            *self._law_on_mediation(),
            *self._law_on_late_payment(),
        ]

    def _is_french(self):
        return self._law().country_code == "FR"

    def _law_that_applies(self):
        """Regulation 593/2008 (Rome I): the law that is chosen; article 6, what consumers keep."""
        country = self.company_id.country_id.name
        if not country:
            return []
        said = [self.env._("This contract is governed by the law of this country: %s.", country)]
        if self._legal_kind() == CONSUMER:
            said.append(
                self.env._(
                    "A consumer keeps the protection of the provisions that cannot be derogated "
                    "from by agreement in the country where the consumer lives, and may sue there."
                )
            )
        return [" ".join(said)]

    def _withdrawal_days(self):
        """How many days the customer has to withdraw."""
        period = self._law()._withdrawal_period
        return period(self.company_id, self.withdrawal_days, self.partner_id).days

    def _law_on_withdrawal(self):
        """Code de la consommation, L221-5, L221-18, L221-25 and R221-1: the right, how it is used,
        and the model form (directive 2011/83, annex I B).
        """
        if not self.has_withdrawal:
            return []
        days = self._withdrawal_days()
        seller = ", ".join(self.company_id._cn285_postal_lines())
        reached = ", ".join(filter(None, [seller, self.company_id.email]))
        told = self.env._(
            "Right of withdrawal. You may withdraw from this contract within %(days)s days of its "
            "conclusion, without giving a reason. To do so, tell us your decision by a clear "
            "statement before the period is over: in your customer space, by letter or by e-mail "
            "(%(reached)s), for which you may use the form below. We refund all that you paid, "
            "without undue delay and within 14 days at the latest of the day on which we were "
            "told, by the means by which you paid. If you have expressly asked that the service "
            "begin within this period, you owe what was provided until you withdraw, in proportion "
            "to the whole; you lose the right once the service is fully provided at your request.",
            days=days,
            reached=reached,
        )
        if self._is_french():
            told = f"{told} (Code de la consommation, L. 221-18, L. 221-24, L. 221-25, L. 221-28)"
        form = self.env._(
            "Model withdrawal form (complete and return this form only if you wish to withdraw "
            "from the contract)\n"
            "To %(reached)s:\n"
            "I/We (*) hereby give notice that I/We (*) withdraw from my/our (*) contract of sale "
            "of the following goods (*)/for the provision of the following service (*): "
            "%(contract)s\n"
            "Ordered on (*)/received on (*):\n"
            "Name of consumer(s):\n"
            "Address of consumer(s):\n"
            "Signature of consumer(s) (only if this form is notified on paper):\n"
            "Date:\n"
            "(*) Delete as appropriate.",
            reached=reached,
            contract=self.name,
        )
        return [told, form]

    def _law_on_tacit_renewal(self):
        """L215-4: articles that a contract of service that renews tacitly quotes in full."""
        quoted = TACIT_RENEWAL.get(self._law_on_renewals().country_code)
        if not quoted or not self._is_protected():
            return []
        if not self.term_length or self.renewal_mode != "tacit":
            return []
        return [quoted.heading, *quoted.paragraphs]

    def _law_on_leaving_online(self):
        """L215-1-1: how the contract is terminated by electronic means."""
        if not self._is_french() or self._legal_kind() == "professional":
            return []
        return [
            self.env._(
                "Notice to terminate this contract may be given online, free of charge and at any "
                "time, in your customer space: “Terminate your contract” (Code de la "
                "consommation, L. 215-1-1). When it ends then, and for which fee, is said above."
            )
        ]

    def _law_on_mediation(self):
        """L616-1 and R616-1: the mediator whom a consumer may turn to, with address and site."""
        mediator = (self.company_id.cn285_mediator or "").strip()
        if not mediator or self._legal_kind() != CONSUMER:
            return []
        return [
            self.env._(
                "Mediation. In a dispute that a written complaint to us did not settle, a consumer "
                "may turn to the mediator free of charge: %s",
                mediator,
            )
        ]

    def _law_on_late_payment(self):
        """Code de commerce, L441-10 and D441-5: between professionals, owed without a reminder."""
        if not self._is_french() or self._legal_kind() != "professional":
            return []
        return [
            self.env._(
                "Late payment. Unless agreed otherwise, what is paid late bears penalties at the "
                "rate of the European Central Bank's latest refinancing operation plus 10 "
                "percentage points, and a fixed sum of 40 € for the costs of collection is owed, "
                "without a reminder (Code de commerce, L. 441-10 and D. 441-5)."
            )
        ]
