from functools import lru_cache

from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..alike import ALIKE_KEY, Alike
from ..common import LIVE_STATES, OWED_TO_PARTNER

# How far a preview looks for invoices before it concludes that there are no more.
PREVIEW_YEARS = 12


class Contract(models.Model):
    _inherit = "cn285.contract"

    def preview_invoices(self, count=3):
        """What the contract's next invoices will hold, planned changes included.

        Nothing is written. Lines are told in the user's language, not in the customer's as on the
        invoice. A draft contract is looked at as if it were confirmed today. Usage that
        is not known yet is left out. Other contracts that would share an invoice are not shown.

        :param int count: number of invoices, 1 to 36
        :returns: list of ``{"date", "currency", "amount_untaxed", "amount_tax", "amount_total",
            "lines": [{"name", "item_id", "period_start", "period_end", "quantity", "price_unit",
            "discount", "amount", "amount_total", "price_total", "explanation"}]}`` with dates as
            ISO text, in order of date; a line's ``amount`` excludes tax, ``amount_total`` and
            ``price_total`` (of a unit) include it
        """
        self.ensure_one()
        self.check_access("read")
        if not isinstance(count, int) or not 1 <= count <= 36:
            raise UserError(self.env._("A preview shows 1 to 36 invoices, not %s.", count))
        # sudo: whether a reseller pays, which the end customer need not read; tells nothing else.
        if self.env.user._is_portal() and not self.sudo()._portal_shows_prices():
            raise AccessError(self.env._("The invoices of this contract go to a reseller."))
        # sudo: reads prices, taxes and journals, which the user need not see; writes nothing.
        return self.sudo()._preview_next(count)

    def _preview_next(self, count):
        """The next invoices: planned in memory, or, where they hang on more, played and undone."""
        if self._has_more_to_play():
            return self._preview_played(count)
        alike = self._alike_items()
        contract = self.with_context(**{ALIKE_KEY: alike}) if alike else self
        rows = contract._preview_rows(count)
        groups = contract.env["cn285.invoice.builder"]._group_rows(rows)
        return [contract._preview_invoice(key, groups[key]) for key in sorted(groups)[:count]]

    def _preview_rows(self, count):
        """Open rows in memory, enough of them for ``count`` invoices."""
        items = self._preview_items()
        kept = items._existing_rows()[0] if items.ids else {}
        today, issued = self.company_id._cn285_today(), self._issue_days_known()
        until = max(today, self.date_start or today)
        # Most have enough within as many months; only what has not is planned further.
        spans = [{"months": count, "days": 1}, *({"years": n + 1} for n in range(PREVIEW_YEARS))]
        for span in spans:
            plans = items._plan_rows(until + relativedelta(**span), covered=kept)
            vals_list = [vals for rows, _finished in plans.values() for vals in rows]
            days = {issued(vals["billing_date"]) for vals in vals_list if vals["kind"] != "usage"}
            if len(days) > count or all(finished for _rows, finished in plans.values()):
                break
        return self._rows_of_first(vals_list, count, issued)

    def _rows_of_first(self, vals_list, count, issued):
        """Rows in memory of the first ``count`` dates of what is planned, and of open credits.

        :param vals_list: values of planned rows
        :param issued: what :meth:`_issue_days_known` returned
        """
        planned = [vals for vals in vals_list if vals["kind"] != "usage"]
        # A fleet has rows by the hundred thousand, and few of them are open credits.
        credits = self.env["cn285.billing.schedule"].search(
            [("contract_id", "in", self.ids), ("kind", "=", "credit"), ("state", "=", "planned")]
        )
        days = {issued(vals["billing_date"]) for vals in planned}
        days.update(issued(row.billing_date) for row in credits)
        schedules, last = self.env["cn285.billing.schedule"], sorted(days)[:count][-1:]
        if not last:
            return schedules
        return schedules.union(
            credits.filtered(lambda row: issued(row.billing_date) <= last[0]),
            *(schedules.new(vals) for vals in planned if issued(vals["billing_date"]) <= last[0]),
        )

    def _issue_days_known(self):
        """A function from the day of a row to that of its invoice, which asks once for each."""
        return lru_cache(maxsize=None)(self.company_id._cn285_issue_day)

    def _preview_items(self):
        """Items that are billed, or will be once the contract is confirmed; one of those that are
        alike, where that is known."""
        alike = Alike.of(self.env)
        if alike:
            return self.env["cn285.contract.item"].browse(alike.counts)
        if self.state == "draft":
            return self.item_ids.filtered(lambda item: item.start_condition != "manual")
        return self.item_ids.filtered(lambda item: item.state in LIVE_STATES)

    def _preview_invoice(self, key, rows, brief=False):
        """One invoice of a preview, as :meth:`preview_invoices` has it.

        :param brief: without the explanations of lines, and without their prices with tax
        """
        builder = self.env["cn285.invoice.builder"]._for_reader()
        [(vals, line_rows)] = builder._prepare_invoices({key: rows})
        sign = -1 if vals["move_type"] in OWED_TO_PARTNER else 1
        lines = [command[2] for command in vals["invoice_line_ids"]]
        base_lines = self._preview_base_lines(vals, lines)
        totals = self.env["account.tax"]._get_tax_totals_summary(
            base_lines, self.currency_id, self.company_id
        )
        previews, group = [], rows.browse()
        items = self.env["cn285.contract.item"]
        for line, base_line, behind in zip(lines, base_lines, line_rows, strict=True):
            details = base_line["tax_details"]
            group = behind or group
            more = {}
            if not brief:
                more = {
                    "price_total": self._preview_unit_price(base_line),
                    "explanation": self._preview_explanation(behind),
                }
            previews.append(
                {
                    "name": line["name"],
                    "item_id": group[:1].item_id.id,
                    "period_start": min(group.mapped("period_start")).isoformat(),
                    "period_end": max(group.mapped("period_end")).isoformat(),
                    "quantity": sign * line["quantity"],
                    "price_unit": line["price_unit"],
                    "discount": line["discount"],
                    "amount": sign * details["total_excluded_currency"],
                    "amount_total": sign * items._total_of_line(details, self.currency_id),
                    **more,
                }
            )
        return {
            "date": key.date.isoformat(),
            "currency": self.currency_id.name,
            "amount_untaxed": sign * totals["base_amount_currency"],
            "amount_tax": sign * totals["tax_amount_currency"],
            "amount_total": sign * totals["total_amount_currency"],
            "lines": previews,
        }

    def _preview_explanation(self, rows):
        """How the amounts of rows came about; of those that are alike, of one of them."""
        alike, texts = Alike.of(self.env), []
        for row in rows.filtered("explanation"):
            count = alike.count(row) if alike else 1
            text = row.explanation
            if count > 1:
                text = self.env._("%(count)s items, each: %(text)s", count=count, text=text)
            texts.append(text)
        return "\n".join(texts)

    def _document_total(self, rows, date=None):
        """What rows of this contract come to as the documents that will bill them, to the cent.

        Taxes are rounded as the company rounds them, over all lines of a document; what is credited
        has the taxes that were charged.

        :param rows: open rows, saved or not
        :param date: one date for all of them; None: each its own
        :returns: ``(without tax, with tax)`` as floats; credits are below zero
        """
        groups = self.env["cn285.invoice.builder"]._group_rows(rows, date)
        invoices = [self._preview_invoice(key, group, brief=True) for key, group in groups.items()]
        return tuple(
            self.currency_id.round(sum(invoice[name] for invoice in invoices))
            for name in ("amount_untaxed", "amount_total")
        )

    def _preview_unit_price(self, base_line):
        """The price of a unit with the taxes of its line, before any discount."""
        amounts = base_line["tax_ids"].compute_all(
            base_line["price_unit"],
            currency=self.currency_id,
            product=base_line["product_id"],
            partner=base_line["partner_id"],
        )
        return amounts["total_included"]

    def _preview_base_lines(self, vals, lines):
        """The lines with their taxes, computed and rounded as an invoice would."""
        taxes = self.env["account.tax"]
        base_lines = [
            taxes._prepare_base_line_for_taxes_computation(
                {},
                tax_ids=taxes.browse(line["tax_ids"][0][2]),
                price_unit=line["price_unit"],
                quantity=line["quantity"],
                discount=line["discount"],
                product_id=self.env["product.product"].browse(line["product_id"]),
                currency_id=self.currency_id,
                partner_id=self.env["res.partner"].browse(vals["partner_id"]),
                extra_tax_data=line.get("extra_tax_data"),
                cn285_sums_lines=True,
                rate=self.env["res.currency"]._get_conversion_rate(
                    self.company_id.currency_id,
                    self.currency_id,
                    self.company_id,
                    fields.Date.to_date(vals["invoice_date"]),
                ),
            )
            for line in lines
        ]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        return base_lines

    def action_preview(self):
        """Open the preview of the next three invoices."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next Invoices"),
            "res_model": "cn285.contract.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }
