from odoo import api, fields, models
from odoo.tools import float_compare

from ...engine.calendar import DAYS, MONTHS, Unit
from ..common import LIVE_STATES
from ..price_terms import MONTH_NAMES, UNITS
from .change_type import ChangeType, Value

UNIT_NAMES = tuple(name for name, _label in UNITS)
MONTH_NUMBERS = tuple(name for name, _label in MONTH_NAMES)
ALIGNMENTS = ("anniversary", "calendar")


class ContractChange(models.Model):
    """Changes of an item's price terms: quantity, price, pricelist, billing period and day.

    The item stays; from the first day on, it has other terms (``cn285.contract.item.version``).
    """

    _inherit = "cn285.contract.change"

    type = fields.Selection(
        selection_add=[
            ("quantity", "Quantity"),
            ("price", "Price"),
            ("pricelist", "Pricelist"),
            ("billing_period", "Billing Period"),
            ("billing_day", "Billing Day"),
        ],
        ondelete={
            "quantity": "cascade",
            "price": "cascade",
            "pricelist": "cascade",
            "billing_period": "cascade",
            "billing_day": "cascade",
        },
    )

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "quantity": ChangeType(on="item", values={"quantity": Value("number", required=True)}),
            "price": ChangeType(
                on="item", values={"price_unit": Value("number"), "discount": Value("number")}
            ),
            "pricelist": ChangeType(
                on="contract", values={"pricelist_id": Value("record", model="product.pricelist")}
            ),
            "billing_period": ChangeType(
                on="item",
                values={
                    "recurring_interval": Value("integer", required=True),
                    "recurring_unit": Value("choice", required=True, choices=UNIT_NAMES),
                    "price_unit": Value("number"),
                    "alignment": Value("choice", choices=ALIGNMENTS),
                    "billing_day": Value("integer"),
                    "billing_month": Value("choice", choices=MONTH_NUMBERS),
                },
            ),
            "billing_day": ChangeType(
                on="item",
                values={
                    "billing_day": Value("integer", required=True),
                    "billing_month": Value("choice", choices=MONTH_NUMBERS),
                },
            ),
        }

    # === QUANTITY === #

    def _check_quantity(self):
        self._check_in_service()
        if self._parsed()["quantity"] < 0:
            raise self._refusal(self.env._("a quantity cannot be negative."))

    def _apply_quantity(self):
        """From the day on the item counts so many units."""
        self._change_terms(
            [change._terms_change({"quantity": change._parsed()["quantity"]}) for change in self]
        )

    def _nature_quantity(self):
        """More is an upgrade, less a downgrade."""
        terms = self.item_id._price_terms_on(self.date_effective)
        more = float_compare(self._parsed()["quantity"], terms.quantity, precision_digits=6)
        return {1: "upgrade", -1: "downgrade"}.get(more, "")

    # === PRICE === #

    def _check_price(self):
        """A price, a discount, or both; a price that is empty leaves it to the pricelist."""
        self._check_in_service()
        values = self._parsed()
        if not values:
            raise self._refusal(self.env._("give a unit price or a discount."))
        self._check_discount(values.get("discount") or 0.0)

    def _check_discount(self, discount):
        if not 0 <= discount <= 100:
            raise self._refusal(
                self.env._("the discount must be between 0 and 100 %%, not %s.", discount)
            )

    def _apply_price(self):
        """From the day on a unit costs so much, or what the pricelist says."""
        self._change_terms([change._terms_change(change._price_patch()) for change in self])

    def _price_patch(self):
        self.ensure_one()
        values, patch = self._parsed(), {}
        if "price_unit" in values:
            price = values["price_unit"]
            patch["price_source"] = "pricelist" if price is None else "manual"
            patch["price_unit"] = price or 0.0
            patch["pricelist_id"] = self.contract_id.pricelist_id.id
        if "discount" in values:
            patch["discount"] = values["discount"] or 0.0
        return patch

    # === PRICELIST === #

    def _check_pricelist(self):
        """A pricelist in the contract's currency; none means the products' sales prices."""
        pricelist = self._parsed().get("pricelist_id")
        if pricelist and pricelist.currency_id != self.contract_id.currency_id:
            raise self._refusal(
                self.env._(
                    "pricelist “%(pricelist)s” is in %(currency)s.",
                    pricelist=pricelist.name,
                    currency=pricelist.currency_id.name,
                )
            )

    def _apply_pricelist(self):
        """From the day on all items that follow the pricelist follow this one."""
        terms_changes = []
        for change in self:
            pricelist = change._parsed().get("pricelist_id")
            day = change._first_day()
            items = change.contract_id.item_ids.filtered(
                lambda item, day=day: item._follows_pricelist_from(day)
            )
            patch = {"pricelist_id": pricelist.id if pricelist else False}
            terms_changes += [change._terms_change(patch, item) for item in items]
        items = self.env["cn285.contract.item"].sudo()
        items._write_versions(terms_changes)
        for change in self.filtered(lambda change: not change._is_superseded()):
            pricelist = change._parsed().get("pricelist_id")
            contract = change.contract_id.with_context(cn285_no_replan=True)
            contract.pricelist_id = pricelist or False
        changed = items.union(*(entry.item for entry in terms_changes))
        changed._settle({entry.item: entry.change for entry in terms_changes})

    # === BILLING PERIOD === #

    def _check_billing_period(self):
        self._check_in_service()
        values = self._parsed()
        if values["recurring_interval"] < 1:
            raise self._refusal(self.env._("a period is at least 1 unit long."))
        self._check_recurs()
        self._check_day_of_month(values.get("billing_day"))
        self._period_patch()

    def _apply_billing_period(self):
        """From the day on periods are that long; the price follows unless one is given."""
        self._change_terms([change._terms_change(change._period_patch()) for change in self])

    def _period_patch(self):
        values, item = self._parsed(), self.item_id
        terms = item._price_terms_on(self._first_day())
        names = ("recurring_interval", "recurring_unit", "alignment", "billing_day")
        patch = {name: values[name] for name in names if values.get(name) is not None}
        if values.get("billing_month"):
            patch["billing_month"] = values["billing_month"]
        # Date-to-date periods count from the day of the change.
        patch["anchor_date"] = self._first_day().isoformat()
        if item.billing_type == "fixed":
            price = values.get("price_unit")
            if price is None:
                price = self._converted_price(terms, values)
            patch.update(price_source="manual", price_unit=price)
        return patch

    def _converted_price(self, terms, values):
        """The price of the new period that makes a month, or a day, cost the same."""
        old, new = Unit(terms.recurring_unit), Unit(values["recurring_unit"])
        for lengths in (MONTHS, DAYS):
            if old in lengths and new in lengths:
                ratio = lengths[new] * values["recurring_interval"]
                ratio /= lengths[old] * terms.recurring_interval
                day = self._first_day()
                price = self.item_id._prices_at([(self.item_id, day)])[self.item_id.id, day]
                return round(price * ratio, 6)
        raise self._refusal(
            self.env._("give the price of the new period: it does not follow from the old one.")
        )

    # === BILLING DAY === #

    def _check_billing_day(self):
        self._check_in_service()
        self._check_recurs()
        self._check_day_of_month(self._parsed()["billing_day"])
        terms = self.item_id._price_terms_on(self.date_effective)
        if Unit(terms.recurring_unit) not in MONTHS:
            raise self._refusal(self.env._("periods of days or weeks have no day of the month."))

    def _apply_billing_day(self):
        """From the day on periods start on that day of the month."""
        terms_changes = []
        for change in self:
            values, item = change._parsed(), change.item_id
            terms = item._price_terms_on(change._first_day())
            patch = {"alignment": "calendar", "billing_day": values["billing_day"]}
            month = values.get("billing_month")
            if not month and terms.alignment == "anniversary":
                month = str((terms.anchor_date or item.billing_start).month)
            if month:
                patch["billing_month"] = month
            terms_changes.append(change._terms_change(patch))
        self._change_terms(terms_changes)

    # === SHARED === #

    def _check_recurs(self):
        if self.item_id.billing_type not in ("fixed", "usage"):
            raise self._refusal(
                self.env._("item “%s” is not billed by periods.", self.item_id.name)
            )

    def _check_day_of_month(self, day):
        if day is not None and not 1 <= day <= 31:
            raise self._refusal(
                self.env._("the billing day must be between 1 and 31, not %s.", day)
            )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _follows_pricelist_from(self, day):
        """Whether the pricelist prices days of this item that it serves on ``day`` or later."""
        self.ensure_one()
        ended = self.date_end and self.date_end < day
        if ended or self.state not in (*LIVE_STATES, "ended"):
            return False
        later = self.version_ids.filtered(lambda v: v.date_from and v.date_from > day)
        terms = [self._price_terms_on(day), *later]
        return any(source.price_source == "pricelist" for source in terms)
