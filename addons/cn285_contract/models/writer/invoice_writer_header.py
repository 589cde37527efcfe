"""Works out the header of a quick customer invoice: the columns of account.move.

Repeats the rules by which `account.move` (Odoo 19.0) fills in what a customer invoice does not
give; positions, rates, addresses and texts come from Odoo's own methods.
"""

from odoo import fields

from .invoice_writer_known import Invoice
from .invoice_writer_reasons import NotQuick, Reason
from .invoice_writer_refusals import has_formats

HEADER_KEYS = frozenset(
    {
        "company_id",
        "currency_id",
        "date",
        "delivery_date",
        "fiscal_position_id",
        "invoice_date",
        "invoice_date_due",
        "invoice_line_ids",
        "invoice_origin",
        "invoice_payment_term_id",
        "invoice_user_id",
        "journal_id",
        "move_type",
        "narration",
        "partner_bank_id",
        "partner_id",
        "partner_shipping_id",
        "preferred_payment_method_line_id",
        "ref",
    }
)


class HeaderPlanner:
    """Turns `account.move.create` dictionaries into invoices that have no items yet."""

    def __init__(self, known):
        self.known = known
        self.env = known.env
        self.company = known.company
        self.moves = known.env["account.move"]

    def plan(self, vals):
        """Return the Invoice for ``vals``.

        :raise NotQuick: when Odoo's own way has to take it, also when Odoo would refuse it.
        """
        if vals.get("move_type") != "out_invoice":
            raise NotQuick("not_invoice")
        own_columns, links = self.known.plain(self.moves, vals, HEADER_KEYS)
        self.known.check_followers(vals)
        date = fields.Date.to_date(vals.get("invoice_date"))
        if not date:
            raise NotQuick("no_date")
        if not vals.get("partner_id"):
            raise NotQuick("no_customer")
        if vals.get("company_id", self.company.id) != self.company.id:
            raise NotQuick("company")
        journal = self._journal(vals.get("journal_id"))
        booked = fields.Date.to_date(vals.get("date")) or date
        self.known.check_dates(journal, booked)
        partner = self.known.record("res.partner", vals["partner_id"])
        currency = self.known.record(
            "res.currency", vals.get("currency_id") or self.known.currency.id
        )
        if not currency.active:
            raise NotQuick("currency_inactive")
        columns = {
            "always_tax_exigible": False,
            "auto_post": "no",
            "checked": self.known.once("review", 0, self.moves._is_user_able_to_review),
            "company_id": self.company.id,
            "currency_id": currency.id,
            "date": booked,
            "invoice_currency_rate": self._rate(currency, date),
            "invoice_date": date,
            "is_manually_modified": False,
            "journal_id": journal.id,
            # Odoo leaves the flag unset when it posts: the number is the next one by construction
            "made_sequence_gap": False,
            "move_type": "out_invoice",
            "payment_state": "not_paid",
            "posted_before": True,
            "state": "posted",
            **own_columns,
        }
        for name in ("ref", "invoice_origin"):
            columns[name] = self.known.column(self.moves, name, vals.get(name))
        if vals.get("invoice_date_due"):
            columns["invoice_date_due"] = fields.Date.to_date(vals["invoice_date_due"])
        if vals.get("delivery_date"):
            columns["delivery_date"] = fields.Date.to_date(vals["delivery_date"])
        self._partner_columns(columns, vals, partner, currency)
        if "team_id" in self.moves:
            columns["team_id"] = self._sales_team(columns["invoice_user_id"])
        return Invoice(columns, links, partner, journal)

    def _journal(self, journal_id):
        found = self.known.once("journal", journal_id, lambda: self._usable_journal(journal_id))
        if isinstance(found, Reason):
            raise NotQuick(found.code, *found.args)
        return found

    def _usable_journal(self, journal_id):
        """Return the journal, or the Reason why its invoices are left to Odoo."""
        if journal_id:
            journal = self.env["account.journal"].browse(journal_id)
        else:
            domain = self.env["account.journal"]._check_company_domain(self.company)
            journals = self.env["account.journal"].search([*domain, ("type", "=", "sale")])
            if journals.currency_id:
                return Reason("journal_currency")
            journal = journals[:1]
        if journal.type != "sale" or not journal.active:
            return Reason("journal_kind")
        if journal.company_id != self.company:
            return Reason("other_company", (journal._name,))
        if journal.currency_id:
            return Reason("journal_currency")
        if journal.restrict_mode_hash_table:
            return Reason("journal_hashed")
        reference = journal.invoice_reference_model, journal.invoice_reference_type
        if reference != ("odoo", "invoice"):
            return Reason("journal_reference")
        if has_formats(journal):
            return Reason("journal_edi")
        return journal

    def check_default_journal(self):
        """Refuse where invoices that name no journal are left to Odoo."""
        self._journal(False)

    def _rate(self, currency, date):
        if currency == self.known.currency:
            return 1.0
        rate = self.known.once(
            "rate",
            (currency.id, date),
            lambda: self.env["res.currency"]._get_conversion_rate(
                self.known.currency, currency, self.company, date
            ),
        )
        if rate <= 0:
            raise NotQuick("currency_rate")
        return rate

    def _partner_columns(self, columns, vals, partner, currency):
        """Fill in what Odoo derives from the customer, unless ``vals`` give it."""
        env, company = self.env, self.company
        self.known.check_company(partner)
        commercial = partner.commercial_partner_id
        self.known.check_company(commercial)
        if "partner_shipping_id" in vals:
            shipping = self.known.record("res.partner", vals["partner_shipping_id"] or False)
        else:
            shipping = self.known.record("res.partner", self._delivery_address(partner))
        self.known.check_company(shipping)
        if "fiscal_position_id" in vals:
            fiscal_position = self.known.record(
                "account.fiscal.position", vals["fiscal_position_id"] or False
            )
        else:
            fiscal_position = self._fiscal_position(partner, shipping)
        self.known.check_company(fiscal_position)
        if "invoice_payment_term_id" in vals:
            term = self.known.record(
                "account.payment.term", vals["invoice_payment_term_id"] or False
            )
        else:
            term = partner.property_payment_term_id
        self.known.check_company(term)
        if term.early_discount and term.early_pay_discount_computation == "mixed":
            raise NotQuick("early_discount")
        if "preferred_payment_method_line_id" in vals:
            method_id = vals["preferred_payment_method_line_id"] or False
            method = self.known.record("account.payment.method.line", method_id)
        else:
            method = partner.property_inbound_payment_method_line_id
        if "invoice_user_id" in vals:
            user_id = vals["invoice_user_id"] or None
        else:
            user_id = (partner.user_id or commercial.user_id or env.user).id
        columns.update(
            partner_id=partner.id,
            commercial_partner_id=commercial.id,
            partner_shipping_id=shipping.id or None,
            fiscal_position_id=fiscal_position.id or None,
            invoice_payment_term_id=term.id or None,
            preferred_payment_method_line_id=method.id or None,
            partner_bank_id=self._bank(vals, currency, method).id or None,
            invoice_user_id=user_id,
            invoice_partner_display_name=partner.display_name,
            invoice_incoterm_id=company.incoterm_id.id or None,
            narration=self._narration(vals, partner),
        )
        if "peppol_move_state" in self.moves._fields:
            ready = company.peppol_can_send and commercial.peppol_verification_state == "valid"
            columns["peppol_move_state"] = "ready" if ready else None

    def _delivery_address(self, partner):
        return self.known.once(
            "delivery", partner.id, lambda: partner.address_get(["delivery"])["delivery"]
        )

    def _fiscal_position(self, partner, shipping):
        """Return Odoo's choice, asked once for all customers who are alike in what it reads."""
        key = self._fiscal_key(partner), self._fiscal_key(shipping)
        position_model = self.env["account.fiscal.position"]
        return self.known.once(
            "position",
            key,
            lambda: position_model._get_fiscal_position(partner, delivery=shipping),
        )

    def _fiscal_key(self, partner):
        return self.known.once("fiscal_key", partner.id, partner._cn285_fiscal_key)

    def _bank(self, vals, currency, method):
        """Return the account to be paid into, by the rule of `_compute_partner_bank_id`."""
        company = self.company

        def chosen():
            inbound = method or company.partner_id.property_inbound_payment_method_line_id
            if inbound and inbound.journal_id:
                return inbound.journal_id.bank_account_id
            return company.partner_id.bank_ids.filtered(
                lambda bank: not bank.company_id or bank.company_id == company
            ).sorted(
                lambda bank: (
                    0 if bank.currency_id == currency or not bank.currency_id else 1,
                    not bank.allow_out_payment,
                )
            )[:1]

        if "partner_bank_id" in vals:
            bank = self.known.record("res.partner.bank", vals["partner_bank_id"] or False)
        else:
            bank = self.known.once("bank", (currency.id, method.id), chosen)
        if bank and not bank.active:
            raise NotQuick("bank_archived")
        self.known.check_company(bank)
        return bank

    def _sales_team(self, user_id):
        """Return the id of the salesperson's team, as the compute of `sale` chooses it."""

        def computed():
            draft = self.moves.new(
                {
                    "move_type": "out_invoice",
                    "company_id": self.company.id,
                    "invoice_user_id": user_id or False,
                }
            )
            return draft.team_id._origin.id or None

        return self.known.once("team", user_id, computed)

    def _narration(self, vals, partner):
        if "narration" in vals:
            return self.known.column(self.moves, "narration", vals["narration"])

        def standard():
            # a virtual invoice: Odoo writes the text in the customer's language
            draft = self.moves.new(
                {
                    "move_type": "out_invoice",
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                }
            )
            return self.known.column(self.moves, "narration", draft.narration)

        use_terms = self.known.once(
            "use_terms",
            0,
            lambda: self.env["ir.config_parameter"].sudo().get_param("account.use_invoice_terms"),
        )
        return self.known.once("terms", partner.lang, standard) if use_terms else None
