from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date

from ...engine.explanation import equations, printable
from ...engine.money import round_money
from ...engine.proration import Basis
from ..common import labelled


class BillingSchedule(models.Model):
    """How the amount of a row came about, in words."""

    _inherit = "cn285.billing.schedule"
    # What customers read of it by remote calls.
    _portal_fields = frozenset(
        {
            "item_id",
            "contract_id",
            "company_id",
            "currency_id",
            "product_id",
            "beneficiary_id",
            "kind",
            "period_start",
            "period_end",
            "billing_date",
            "quantity",
            "price_unit",
            "discount",
            "proration",
            "net",
            "amount",
            "explanation",
            "state",
        }
    )

    @api.model
    def _explain(self, steps, currency):
        """The steps of a calculation as text, a line a step, in the user's language.

        Every equation is true as it is printed; where figures are cut, it says *about* (≈).
        """
        return "\n".join(self._print(equation, currency) for equation in equations(steps))

    @api.model
    def _print(self, equation, currency):
        """An equation of the engine in words."""
        text = self._explain_step(equation.code, equation.values)
        if equation.how == "note":
            return text
        before, after = (
            self._exact_amount(amount, currency) for amount in (equation.before, equation.after)
        )
        sign = "=" if equation.is_exact else "≈"
        if equation.how == "times":
            numerator, denominator = equation.by
            sum_text = f"{before} × {numerator}/{denominator} {sign} {after}"
            return labelled(self.env, text, sum_text)
        if equation.how == "minus":
            by = self._exact_amount(equation.by, currency)
            return labelled(self.env, text, f"{before} − {by} {sign} {after}")
        return f"{text} {sign} {after}"

    @api.model
    def _exact_amount(self, amount, currency):
        """An amount in a currency; with as many decimals as it has, where these are more."""
        shown = printable(amount)
        if shown == round_money(shown, Decimal(repr(currency.rounding or 0.01))):
            return currency.format(float(shown))
        number, space = self._plain(shown), "\N{NO-BREAK SPACE}"
        if currency.position == "before":
            return f"{currency.symbol}{space}{number}"
        return f"{number}{space}{currency.symbol}"

    @api.model
    def _explain_step(self, code, values):
        """One step in words. Modules that add steps extend this and call super for the others.

        :param str code: see ``engine.pricing.Amount``
        :param dict values: the figures of the step, as strings or integers
        """
        if code == "base":
            return self.env._(
                "%(quantity)s × %(price)s",
                quantity=self._plain(values["quantity"]),
                price=self._plain(values["price_unit"]),
            )
        if code == "proration":
            return self._explain_proration(values)
        if code == "discount":
            return self.env._("discount of %s %%", self._plain(values["percent"]))
        if code == "floor":
            return self.env._("a discount does not go below zero")
        if code == "rounded":
            return self.env._("rounded")
        if code == "credit":
            return self.env._(
                "credit for %(start)s to %(end)s of %(net)s invoiced",
                start=format_date(self.env, values["start"]),
                end=format_date(self.env, values["end"]),
                net=self._plain(values["net"]),
            )
        if code == "parts":
            return self.env._("with the part of the period that is invoiced already")
        if code == "elsewhere":
            return self.env._("billed elsewhere, before the contract was taken over")
        if code in ("free", "window_percent", "window_amount"):
            return self._explain_window(code, values)
        return self.env._("worked out by an addon that is not installed any more (%s)", code)

    @api.model
    def _explain_window(self, code, values):
        """A discount of some days in words."""
        facts = {
            "label": values["label"] or self.env._("discount period"),
            "covered": values["covered"],
            "of": values["of"],
        }
        if code == "free":
            return self.env._("%(label)s: free for %(covered)s of %(of)s days", **facts)
        if code == "window_percent":
            percent = self._plain(values["percent"])
            return self.env._(
                "%(label)s: %(percent)s %% off for %(covered)s of %(of)s days",
                percent=percent,
                **facts,
            )
        return self.env._(
            "%(label)s: %(off)s off for %(covered)s of %(of)s days",
            off=self._plain(values["off"]),
            **facts,
        )

    @api.model
    def _explain_proration(self, values):
        share = values.get("text") or f"{values['numerator']}/{values['denominator']}"
        if values["note"] == "free":
            return self.env._("partial period, free of charge")
        if values["note"] == "full":
            return self.env._("partial period, billed in full")
        if values["basis"] == Basis.actual.value:
            return self.env._("%s of the period's days", share)
        bases = self.env["cn285.contract.item"]._fields["proration_basis"]
        label = dict(bases._description_selection(self.env))[values["basis"]]
        return self.env._("%(share)s of the period's days (%(basis)s)", share=share, basis=label)

    @api.model
    def _plain(self, number):
        """A decimal in the user's language, without trailing zeros: 10.000000 is 10, 2.50 stays."""
        whole, _point, decimals = f"{Decimal(number):f}".partition(".")
        decimals = decimals.rstrip("0")
        if not decimals:
            return whole
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return f"{whole}{lang.decimal_point or '.'}{decimals:0<2}"
