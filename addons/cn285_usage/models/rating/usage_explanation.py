from odoo import api, models
from odoo.tools import format_date

from ...engine.rating import equations


class BillingSchedule(models.Model):
    """How the amount of usage came about, in words."""

    _inherit = "cn285.billing.schedule"

    @api.model
    def _explain_step(self, code, values):
        if not code.startswith("usage_"):
            return super()._explain_step(code, values)
        since = values.get("since")
        figures = {
            name: self._plain(value)
            if name not in ("key", "kind", "since") and value is not None
            else value or ""
            for name, value in values.items()
        }
        name = code.removeprefix("usage_")
        if since:
            day = format_date(self.env, since)
            if name == "terms":
                return self.env._("Terms from %(day)s", day=day)
            plain = {key: value for key, value in values.items() if key != "since"}
            text = self._explain_step(code, plain)
            return self.env._("from %(day)s: %(text)s", day=day, text=text)
        if name == "bound":
            kinds = {"minimum": self.env._("Minimum"), "maximum": self.env._("Maximum")}
            figures["kind"] = kinds.get(figures["kind"], figures["kind"])
        text = self._usage_texts().get(name)
        if not text:
            return name
        return text(figures) if callable(text) else text % figures

    @api.model
    def _usage_texts(self):
        """Words for the steps of ratings, by code: templates, or functions of the figures.

        Each charge model has words for its own; these are the steps that any rating may have.
        """
        texts = {
            "included": self.env._("%(quantity)s units included"),
            "minimum": self.env._("up to the minimum of the period: %(flat)s"),
            "maximum": self.env._("down to the maximum of the period: %(flat)s"),
            "allowance": self.env._(
                "%(granted)s granted, %(carried_in)s carried in, %(consumed)s consumed"
            ),
            "discount": self.env._("discount: %(flat)s"),
            "threshold_step": self.env._("%(quantity)s steps of the threshold × %(unit_price)s"),
            "cascade_quantity": self.env._("triggered by %(total)s units of %(key)s"),
            "cascade_amount": self.env._("triggered by the amount %(total)s of %(key)s"),
            "bound": self.env._(
                "%(kind)s %(bound)s of the period, %(counted)s counted from elsewhere"
            ),
            "pool": self.env._(
                "Pool: %(own)s brought in; %(granted)s granted and %(carried_in)s carried in to "
                "all; %(pool_used)s used, %(pool_billable)s billed, of these %(billable)s here"
            ),
            "together": self.env._(
                "%(granted)s granted, %(carried_in)s carried in, %(consumed)s consumed; "
                "%(billable)s of the %(together)s beyond, which are rated together"
            ),
            "waived": self.env._("credited before: %(flat)s"),
            "sum": self.env._("in all"),
            "rounded": self.env._("rounded"),
        }
        for entry in self.env["cn285.usage.calculator"]._charge_models().values():
            texts.update(entry.texts(self.env))
        return texts

    @api.model
    def _explain(self, steps, currency):
        """Lines of ratings each come to their own amount; what they come to in all follows."""
        if not any(code.startswith("usage_") for code, _values in steps):
            return super()._explain(steps, currency)
        return "\n".join(self._print(equation, currency) for equation in equations(steps))
