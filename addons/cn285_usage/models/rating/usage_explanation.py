from odoo import api, models


class BillingSchedule(models.Model):
    """How the amount of usage came about, in words."""

    _inherit = "cn285.billing.schedule"

    @api.model
    def _explain_step(self, code, values):
        if not code.startswith("usage_"):
            return super()._explain_step(code, values)
        figures = {
            name: self._plain(value)
            if name not in ("key", "kind") and value is not None
            else value or ""
            for name, value in values.items()
        }
        name = code.removeprefix("usage_")
        if name in ("tier", "volume"):
            return self._explain_tier(name, figures)
        if name == "bound":
            kinds = {"minimum": self.env._("Minimum"), "maximum": self.env._("Maximum")}
            figures["kind"] = kinds.get(figures["kind"], figures["kind"])
        text = self._usage_texts().get(name)
        return text % figures if text else name

    @api.model
    def _explain_tier(self, name, figures):
        """Units of a tier at its price, with its flat fee where it has one."""
        price = self.env._(
            "%(quantity)s × %(unit_price)s",
            quantity=figures["quantity"],
            unit_price=figures["unit_price"],
        )
        if figures["flat"] not in ("", "0"):
            price = self.env._("%(price)s + %(flat)s", price=price, flat=figures["flat"])
        if name == "volume":
            return self.env._("%(price)s for all units", price=price)
        if figures["tier_to"]:
            return self.env._(
                "%(price)s, tier %(tier_from)s to %(tier_to)s",
                price=price,
                tier_from=figures["tier_from"] or "0",
                tier_to=figures["tier_to"],
            )
        return self.env._(
            "%(price)s, tier above %(tier_from)s",
            price=price,
            tier_from=figures["tier_from"] or "0",
        )

    @api.model
    def _usage_texts(self):
        """Words for the steps of ``engine.rating``, by code."""
        return {
            "unit": self.env._("%(quantity)s × %(unit_price)s"),
            "band": self.env._("%(flat)s for the band up to %(tier_to)s"),
            "overage": self.env._("%(quantity)s × %(unit_price)s beyond %(tier_from)s"),
            "package": self.env._("%(quantity)s packages × %(unit_price)s"),
            "percent": self.env._("%(quantity)s × %(unit_price)s"),
            "fixed": self.env._("%(quantity)s events × %(unit_price)s"),
            "event_minimum": self.env._("up to the minimum per event: %(flat)s"),
            "event_maximum": self.env._("down to the maximum per event: %(flat)s"),
            "value": self.env._("%(key)s: %(quantity)s × %(unit_price)s"),
            "included": self.env._("%(quantity)s units included"),
            "minimum": self.env._("up to the minimum of the period: %(flat)s"),
            "maximum": self.env._("down to the maximum of the period: %(flat)s"),
            "free": self.env._("%(events)s events and %(units)s units are free"),
            "packages": self.env._("%(units)s billable units, %(free)s of %(used)s free"),
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
            "macro": self.env._("%(key)s: %(quantity)s × %(unit_price)s"),
            "macro_amount": "%(key)s",
            "rounded": self.env._("rounded"),
        }

    @api.model
    def _explain(self, steps, currency):
        """Notes of a rating carry no amount; all other steps end in one."""
        if all("amount" in values for _code, values in steps):
            return super()._explain(steps, currency)
        lines = []
        for code, values in steps:
            if "amount" in values:
                lines.append(super()._explain([[code, values]], currency))
            else:
                lines.append(self._explain_step(code, values))
        return "\n".join(lines)
