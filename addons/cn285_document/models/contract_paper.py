"""What a contract's paper says, as texts in the language of the context."""

from odoo import api, models
from odoo.addons.cn285_contract.models.common import labelled, spelled
from odoo.addons.cn285_renewal.models.letters.company_letters import address_lines
from odoo.tools import format_date

from ..engine.totals import Line, by_rhythm, per_month

PRICED_TYPES = ("fixed", "one_shot")
# Numbers of the French register, by how many digits they have.
FRENCH_NUMBERS = {9: "SIREN", 14: "SIRET"}


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _document_parties(self):
        """``(role, name, address and numbers)`` of seller, customer, and payer if another pays."""
        self.ensure_one()
        seller, customer = self.company_id.partner_id, self.partner_id
        company = self.company_id
        # Code de commerce, R123-237 and R123-238: what the seller is, and where it is registered.
        registered = company._cn285_registration()
        # Code de la consommation, L221-5 and L111-1: how the seller is reached.
        contact = [company.phone, company.email, company.website]
        parties = [
            (self.env._("Seller"), self._party_text(seller, [*registered, *contact])),
            (self.env._("Customer"), self._customer_text(customer)),
        ]
        if self.payer_id and self.payer_id != customer:
            parties.append((self.env._("Payer"), self._party_text(self.payer_id)))
        return parties

    def _customer_text(self, customer):
        """The customer, and who acts for it, where somebody else does."""
        text, person = self._party_text(customer), self._represented_by(customer)
        if not person:
            return text
        who = ", ".join(filter(None, [person.name, person.function]))
        return "\n".join([text, self.env._("represented by %s", who)])

    def _represented_by(self, partner):
        """Hook: the contact who acts for a party; empty where it acts for itself."""
        return partner.browse()

    @api.model
    def _party_text(self, partner, contact=()):
        """Name, address, registered numbers by what they are called there, and other lines."""
        home = partner.commercial_partner_id
        numbers = [
            (self._registry_label(home), home.company_registry),
            (home.vat_label or self.env._("Tax ID"), home.vat),
        ]
        known = [labelled(self.env, label, number) for label, number in numbers if number]
        return "\n".join([*address_lines(partner), *known, *filter(None, contact)])

    @api.model
    def _registry_label(self, partner):
        """What the number of the register is called: in France by how many digits it has."""
        digits = "".join((partner.company_registry or "").split())
        french = FRENCH_NUMBERS.get(len(digits)) if digits.isdigit() else None
        if french and partner.country_id.code == "FR":
            return french
        return partner.company_registry_label or self.env._("Company ID")

    # === WHAT IS SOLD === #

    def _document_items(self):
        """``(what, how much, how often and from when)``, an item each; then the totals."""
        self.ensure_one()
        with_tax = self._prices_with_tax()
        lines = self._document_lines()
        return [
            *((line["item"].name, line["item"]._document_text(line, with_tax)) for line in lines),
            *self._document_totals(lines, with_tax),
        ]

    def _document_lines(self):
        """The items that the customer sees, each with its price and its rhythm.

        :returns: list of ``{"item": record, "price": float or None, "rhythm": text}``; prices are
            with tax where the customer reads them so
        """
        self.ensure_one()
        items = self._portal_item_records()
        priced = items.filtered(lambda item: item.billing_type in PRICED_TYPES)
        net = priced._unit_prices()
        known = priced.filtered(lambda item: item.id in net)
        prices = net
        if self._prices_with_tax():
            with_tax = known._amounts_with_tax({item: net[item.id] for item in known})
            prices = {item.id: price for item, price in with_tax.items()}
        return [
            {
                "item": item,
                "price": prices.get(item.id),
                "net": net.get(item.id),
                "rhythm": item._rhythm_label(),
            }
            for item in items
        ]

    def _document_totals(self, lines, with_tax):
        """``(what, how much)``: what all items of a rhythm come to, and to consumers by the month.

        Code de la consommation, L112-3: the price of a subscription tells the total of each billing
        period, and of each month. Usage comes on top, by what is used.
        """
        currency = self.currency_id
        counted = [line for line in lines if line["price"] is not None]
        counted = [line for line in counted if not line["item"]._is_purchase()]
        if len(counted) < 2:
            return []
        amounts = {line["item"]: line["item"]._document_amount(line["net"]) for line in counted}
        if with_tax:
            items = self.env["cn285.contract.item"].union(*amounts)
            amounts = items._amounts_with_tax(amounts)
        parts = [
            Line(
                line["rhythm"],
                *line["item"]._document_interval(),
                currency.round(amounts[line["item"]]),
            )
            for line in counted
        ]
        tax = self._tax_words(with_tax)
        totals = [
            (self.env._("Total, %s", rhythm.lower()), f"{currency.format(amount)} {tax}")
            for rhythm, amount in by_rhythm(parts)
        ]
        monthly = per_month(parts)
        if with_tax and monthly is not None:
            text = f"{currency.format(currency.round(monthly))} {tax}"
            totals.append((self.env._("All subscriptions, by the month"), text))
        return totals

    @api.model
    def _tax_words(self, with_tax):
        return self.env._("tax included") if with_tax else self.env._("excluding tax")

    # === TERM AND PAYMENT === #

    def _document_terms(self):
        """``(what, how)``: term, renewal, prices at it, notice, commitment, leaving, payment."""
        self.ensure_one()
        exits = dict(self._fields["exit_rule"]._description_selection(self.env))
        facts = [(self.env._("First Day"), self._day_text(self.date_start))]
        facts += self._document_renewal()
        if self.notice_length:
            notice = self._length_text(self.notice_length, self.notice_unit)
            facts.append((self.env._("Notice"), notice))
        facts.append((self.env._("May Be Terminated"), exits[self.exit_rule]))
        if self.commitment_length:
            bound = self._length_text(self.commitment_length, self.commitment_unit)
            facts.append((self.env._("Commitment"), bound))
        facts += self._document_leaving()
        if self.has_withdrawal:
            facts.append((self.env._("Right of Withdrawal"), self._document_withdrawal()))
        if self.payment_term_id:
            facts.append((self.env._("Payment"), self.payment_term_id.name))
        return facts

    def _document_withdrawal(self):
        """Until when the customer may withdraw; how long, of what is not concluded yet."""
        if self.withdrawal_deadline:
            return self.env._("until %s", self._day_text(self.withdrawal_deadline))
        return self.env._("%s days from the conclusion on", self._withdrawal_days())

    def _document_renewal(self):
        """``(what, how)``: the term, what comes at its end, and at which prices."""
        if not self.term_length:
            return [(self.env._("Term"), self.env._("without a fixed term"))]
        modes = dict(self._fields["renewal_mode"]._description_selection(self.env))
        facts = [
            (self.env._("Term"), self._length_text(self.term_length, self.term_unit)),
            (self.env._("At the End of the Term"), modes[self.renewal_mode]),
        ]
        if self.renewal_mode == "expiry":
            return facts
        if self.renewal_mode == "tacit":
            again = (
                (self.renewal_length, self.renewal_unit)
                if self.renewal_length
                else (self.term_length, self.term_unit)
            )
            facts.append((self.env._("Renewed For"), self._length_text(*again)))
            if self.renewal_max:
                facts.append((self.env._("Renewals at Most"), str(self.renewal_max)))
        return [*facts, (self.env._("Prices at Renewal"), self._document_revision())]

    def _document_revision(self):
        """How prices are revised when the contract renews."""
        if self.renewal_revision == "percent":
            return self.env._("revised by %s %%", spelled(self.env, self.renewal_percent))
        if self.renewal_revision == "index":
            name = self.renewal_index_id.name
            if self.renewal_cap:
                return self.env._(
                    "revised by the index “%(index)s”, by %(cap)s %% at most",
                    index=name,
                    cap=spelled(self.env, self.renewal_cap),
                )
            return self.env._("revised by the index “%s”", name)
        return dict(self._fields["renewal_revision"]._description_selection(self.env))["none"]

    def _document_leaving(self):
        """``(what, how)``: whether, and for which fee, a commitment may be left early."""
        if not self.commitment_length or self.exit_fee == "none":
            return []
        if self.exit_fee == "percent":
            fee = self.env._("%s %% of what remains", spelled(self.env, self.exit_fee_value))
        else:
            fee = self.env._("%s excluding tax", self._money_text(self.exit_fee_value))
        return [(self.env._("Early Leaving Fee"), fee)]

    @api.model
    def _length_text(self, number, unit):
        """A length of time in words, such as “1 month” or “12 months”."""
        one = {
            "day": self.env._("1 day"),
            "week": self.env._("1 week"),
            "month": self.env._("1 month"),
            "year": self.env._("1 year"),
        }
        many = {
            "day": self.env._("%s days", number),
            "week": self.env._("%s weeks", number),
            "month": self.env._("%s months", number),
            "year": self.env._("%s years", number),
        }
        return (one if number == 1 else many)[unit]

    def _money_text(self, amount):
        """An amount in the contract's currency, as exact as it is: unit prices have more digits."""
        currency = self.currency_id
        if abs(amount - currency.round(amount)) < 1e-9:
            return currency.format(amount)
        number = spelled(self.env, amount)
        name = currency.symbol or currency.name
        before = currency.position == "before"
        return f"{name}{number}" if before else f"{number}\N{NO-BREAK SPACE}{name}"

    def _day_text(self, day):
        return format_date(self.env, day) if day else ""


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _document_text(self, line, with_tax):
        """Quantity, price, rhythm and days of the item, in words.

        :param line: of :meth:`cn285.contract._document_lines`; its price is None where usage
            decides, or nothing is billed
        """
        self.ensure_one()
        contract, parts = self.contract_id, []
        if line["price"] is not None:
            price = contract._money_text(line["price"])
            tax = contract._tax_words(with_tax)
            parts.append(f"{spelled(self.env, self.quantity)} × {price} {tax}")
        if self.discount:
            parts.append(self.env._("discount %s %%", spelled(self.env, self.discount)))
        parts += [line["rhythm"], self._document_timing(), self._document_days()]
        lines = [
            " · ".join(filter(None, parts)),
            *self._document_trial(),
            *self._document_discounts(),
            *self._document_usage(),
        ]
        return "\n".join(filter(None, lines))

    def _document_amount(self, price):
        """What the item comes to in a period, as a line of an invoice is rounded."""
        amount = self.quantity * price * (1 - (self.discount or 0.0) / 100)
        return self.currency_id.round(amount)

    def _document_interval(self):
        """``(count, unit)`` of its rhythm; ``(0, None)`` of what is billed once."""
        if self.billing_type == "one_shot":
            return 0, None
        return self.recurring_interval, self.recurring_unit

    def _document_timing(self):
        if self.billing_type != "fixed":
            return ""
        return dict(self._fields["timing"]._description_selection(self.env))[self.timing].lower()

    def _document_days(self):
        """From when to when, where that is the item's own."""
        own = []
        if self.date_start and self.date_start != self.contract_id.date_start:
            own.append(self.env._("from %s", format_date(self.env, self.date_start)))
        if self.date_end:
            own.append(self.env._("until %s", format_date(self.env, self.date_end)))
        if self.period_count:
            own.append(self.env._("for %s periods", self.period_count))
        return " ".join(own)

    def _document_trial(self):
        if not self.trial_days:
            return []
        return [self.env._("free of charge for the first %s days", self.trial_days)]

    def _document_discounts(self):
        """Discounts of some days, a line each."""
        return [
            self.env._(
                "discount %(how_much)s from %(start)s until %(end)s",
                how_much=one._document_amount_off(),
                start=format_date(self.env, one.date_start),
                end=format_date(self.env, one.date_end),
            )
            if one.date_end
            else self.env._(
                "discount %(how_much)s from %(start)s on",
                how_much=one._document_amount_off(),
                start=format_date(self.env, one.date_start),
            )
            for one in self.discount_ids.sorted("date_start")
        ]

    def _document_usage(self):
        """What usage costs, a line for each calculator; without cn285_usage nothing."""
        if "calculator_ids" not in self._fields:
            return []
        return [
            labelled(self.env, calculator._subject(), calculator._terms_text())
            for calculator in self.calculator_ids
        ]


class ContractItemDiscount(models.Model):
    _inherit = "cn285.contract.item.discount"

    def _document_amount_off(self):
        """``10 %``, or the amount with what it is taken off."""
        self.ensure_one()
        if self.percent:
            return f"{spelled(self.env, self.percent)}\N{NO-BREAK SPACE}%"
        amount = self.contract_id._money_text(self.amount)
        return self.env._("of %s excluding tax by the period", amount)
