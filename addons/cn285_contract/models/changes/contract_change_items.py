from odoo import api, fields, models
from odoo.tools import format_date

from ..common import LIVE_STATES, day_after
from .change_type import ChangeType, Value
from .contract_change_terms import ALIGNMENTS, MONTH_NUMBERS, UNIT_NAMES

NEW_PRODUCT = {
    "product_id": Value("record", required=True, model="product.product"),
    "quantity": Value("number"),
    "price_unit": Value("number"),
    "discount": Value("number"),
    "name": Value("text"),
}


class ContractChange(models.Model):
    """Changes of what a contract consists of: items that come, go over to others, or move."""

    _inherit = "cn285.contract.change"

    type = fields.Selection(
        selection_add=[
            ("add_item", "New Item"),
            ("upsell", "Upgrade"),
            ("downsell", "Downgrade"),
            ("cross_sell", "Sold Beside"),
            ("service_period", "Service Period"),
            ("extend_trial", "Longer Trial"),
            ("beneficiary", "Beneficiary"),
            ("transfer_item", "Transfer of an Item"),
        ],
        ondelete={
            "add_item": "cascade",
            "upsell": "cascade",
            "downsell": "cascade",
            "cross_sell": "cascade",
            "service_period": "cascade",
            "extend_trial": "cascade",
            "beneficiary": "cascade",
            "transfer_item": "cascade",
        },
    )

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "add_item": ChangeType(on="contract", values=self._new_item_values()),
            "upsell": ChangeType(on="item", values=NEW_PRODUCT, nature="upgrade"),
            "downsell": ChangeType(on="item", values=NEW_PRODUCT, nature="downgrade"),
            "cross_sell": ChangeType(on="item", values=self._new_item_values()),
            "service_period": ChangeType(
                on="item", values={"date_start": Value("date"), "date_end": Value("date")}
            ),
            "extend_trial": ChangeType(
                on="item", values={"trial_days": Value("integer", required=True)}
            ),
            "beneficiary": ChangeType(
                on="item", values={"beneficiary_id": Value("record", model="res.partner")}
            ),
            "transfer_item": ChangeType(
                on="item",
                values={"to_contract_id": Value("record", required=True, model="cn285.contract")},
            ),
        }

    @api.model
    def _new_item_values(self):
        """What can be said of a new item; modules that add terms to items extend it."""
        return {
            **NEW_PRODUCT,
            "template_item_id": Value("record", model="cn285.contract.template.item"),
            "billing_type": Value("choice", choices=("fixed", "one_shot", "usage", "none")),
            "recurring_interval": Value("integer"),
            "recurring_unit": Value("choice", choices=UNIT_NAMES),
            "alignment": Value("choice", choices=ALIGNMENTS),
            "billing_day": Value("integer"),
            "billing_month": Value("choice", choices=MONTH_NUMBERS),
            "timing": Value("choice", choices=("advance", "arrears")),
            "trial_days": Value("integer"),
            "period_count": Value("integer"),
            "beneficiary_id": Value("record", model="res.partner"),
            "code": Value("text"),
        }

    # === NEW ITEM === #

    def _check_add_item(self):
        """The product can be sold with the others, and the customer may have one more."""
        contract, values = self.contract_id, self._parsed()
        if self._first_day() < contract.date_start:
            raise self._refusal(
                self.env._(
                    "the contract starts only on %s.", format_date(self.env, contract.date_start)
                )
            )
        self._check_contract_reaches()
        self._check_new_item_terms(values)
        self._check_new_product(values["product_id"])
        self._check_item_limit()

    def _check_new_item_terms(self, values):
        """Refuse at once what the new item's own terms would refuse on the day of effect."""
        self._check_quantity_given()
        if values.get("recurring_interval") is not None and values["recurring_interval"] < 1:
            raise self._refusal(self.env._("a period is at least 1 unit long."))
        self._check_day_of_month(values.get("billing_day"))
        if min(values.get("trial_days") or 0, values.get("period_count") or 0) < 0:
            raise self._refusal(
                self.env._("days of trial and numbers of periods cannot be negative.")
            )

    def _check_contract_reaches(self):
        end = self.contract_id.date_end
        if end and self._first_day() > end:
            raise self._refusal(self.env._("the contract ends on %s.", format_date(self.env, end)))

    def _apply_add_item(self):
        """The new items start on the day, at the terms given, or those of a template's item."""
        items = self.env["cn285.contract.item"].create(
            [change._prepare_new_item() for change in self]
        )
        for change, item in zip(self, items, strict=True):
            change._write_inside({"result_item_id": item.id})
        items._mark_caused(dict(zip(items, self, strict=True)), items.schedule_ids.browse())

    def _prepare_new_item(self):
        values = self._parsed()
        template_item = values.pop("template_item_id", None)
        vals = template_item._prepare_contract_item_vals(self._first_day()) if template_item else {}
        for name, value in values.items():
            vals[name] = value.id if isinstance(value, models.BaseModel) else value
        return {
            **vals,
            "contract_id": self.contract_id.id,
            "start_condition": "date",
            "date_start": self._first_day(),
            "not_before": self._billing_day(),
        }

    # === ANOTHER PRODUCT === #

    def _check_upsell(self):
        """A tier path leads to the product, and it fits the contract's other products."""
        self._check_in_service()
        product = self._parsed()["product_id"]
        self._check_goes_on()
        self._check_path(product)
        self._check_quantity_given()
        self._check_new_product(product, without=self.item_id)
        self._check_not_required(self.item_id, coming=product)

    def _apply_upsell(self):
        """The item ends the day before; another one, of the new product, goes on in its rhythm."""
        for change in self:
            values = change._parsed()
            product = values["product_id"]
            vals = {"product_id": product.id, "name": values.get("name") or product.display_name}
            for name in ("quantity", "discount"):
                if values.get(name) is not None:
                    vals[name] = values[name]
            price = values.get("price_unit")
            vals["price_source"] = "pricelist" if price is None else "manual"
            vals["price_unit"] = price or 0.0
            successor = change.item_id._succeed(change, vals)
            change._write_inside({"result_item_id": successor.id})
        self._settle_successions()

    def _check_downsell(self):
        self._check_upsell()

    def _apply_downsell(self):
        self._apply_upsell()

    def _check_cross_sell(self):
        """A tier path says that the product is sold beside the item's."""
        self._check_in_service()
        self._check_path(self._parsed()["product_id"])
        self._check_add_item()

    def _apply_cross_sell(self):
        self._apply_add_item()

    def _check_quantity_given(self):
        """The quantity is not negative, the discount a percentage, where they are given."""
        values = self._parsed()
        if (values.get("quantity") or 0) < 0:
            raise self._refusal(self.env._("a quantity cannot be negative."))
        self._check_discount(values.get("discount") or 0.0)

    def _check_goes_on(self):
        """A fee that was due before has nothing left that could go on elsewhere."""
        if self.item_id._is_due_before(self._first_day()):
            raise self._refusal(
                self.env._("the fee “%s” was due before; nothing of it goes on.", self.item_id.name)
            )

    def _check_path(self, product):
        paths = self.env["cn285.tier.path"].sudo()  # sudo: only whether there is one
        if self.override:
            return
        if not paths._leads(self.company_id, self.item_id.product_id, product, self.type):
            raise self._refusal(
                self.env._(
                    "no tier path leads from %(start)s to %(end)s.",
                    start=self.item_id.product_id.display_name,
                    end=product.display_name,
                )
            )

    # === SERVICE PERIOD === #

    def _check_service_period(self):
        """Start and end in order, and within the contract."""
        values, item, contract = self._parsed(), self.item_id, self.contract_id
        if not values:
            raise self._refusal(self.env._("give a new start or end of the service."))
        if item.state == "draft" or not item.date_start:
            raise self._refusal(self.env._("item “%s” has not started yet.", item.name))
        start = values.get("date_start") or item.date_start
        end = values.get("date_end", item.date_end)
        reasons = {
            "end": end and end < start,
            "before": contract.date_start and start < contract.date_start,
            "after": contract.date_end and (end or start) > contract.date_end,
        }
        if any(reasons.values()):
            raise self._refusal(
                self.env._(
                    "the service from %(start)s to %(end)s does not lie within the contract.",
                    start=format_date(self.env, start),
                    end=format_date(self.env, end) if end else "…",
                )
            )

        if values.get("date_end") and (not item.date_end or end < item.date_end):
            self._check_not_required(item)

    def _earliest_service_period(self):
        """The first day that is served, or not served any more, otherwise than before."""
        values, item, days = self._parsed(), self.item_id, [self.date_effective]
        if values.get("date_start") and item.date_start:
            starts = {values["date_start"], item.date_start}
            days += starts if len(starts) > 1 else ()
        if "date_end" in values and values["date_end"] != (item.date_end or None):
            days += [day_after(day) for day in (values["date_end"], item.date_end) if day]
        return min(days)

    def _apply_service_period(self):
        """Days that are not served any more are credited, new ones are billed; the rhythm stays."""
        for change in self:
            item, values = change.item_id, change._parsed()
            vals = {name: value or False for name, value in values.items()}
            if vals.get("date_start") and not item.anchor_date:
                vals["anchor_date"] = item.billing_start
            if vals.get("date_start") and vals["date_start"] < item.date_start:
                vals["not_before"] = change._billing_day()
            item.with_context(cn285_no_replan=True).write(vals)
            item._reopen()
        self._settle_items()

    # === TRIAL === #

    def _check_extend_trial(self):
        """The trial still runs, and was not made longer before."""
        item, days = self.item_id, self._parsed()["trial_days"]
        if days < 1:
            raise self._refusal(self.env._("give the days that the trial lasts longer."))
        if (
            not item.trial_days
            or not item.billing_start
            or self.date_effective >= item.billing_start
        ):
            raise self._refusal(self.env._("item “%s” is in no trial on that day.", item.name))
        if item.trial_extended and not self.override:
            raise self._refusal(
                self.env._("the trial of item “%s” was made longer once already.", item.name)
            )

    def _apply_extend_trial(self):
        """Billing starts later by so many days; only once."""
        for change in self:
            item = change.item_id
            item.with_context(cn285_no_replan=True).write(
                {
                    "trial_days": item.trial_days + change._parsed()["trial_days"],
                    "trial_extended": True,
                }
            )
        self._settle_items()

    # === BENEFICIARY === #

    def _check_beneficiary(self):
        partner = self._parsed().get("beneficiary_id")
        if partner and partner.company_id not in (self.company_id, partner.company_id.browse()):
            raise self._refusal(self.env._("%s belongs to another company.", partner.display_name))

    def _apply_beneficiary(self):
        """From the day on the service is for somebody else; the money stays the same."""
        for change in self.filtered(lambda change: not change._is_superseded()):
            change.item_id.beneficiary_id = change._parsed().get("beneficiary_id") or False

    # === TRANSFER === #

    def _check_transfer_item(self):
        """To a running contract of the company, in the same currency."""
        self._check_in_service()
        self._check_goes_on()
        target = self._parsed()["to_contract_id"]
        day = self._first_day()
        reason = None
        if target == self.contract_id:
            reason = self.env._("the item is on this contract already.")
        elif target.company_id != self.company_id or target.currency_id != self.currency_id:
            reason = self.env._("contract %s has another company or currency.", target.name)
        elif target.state not in LIVE_STATES:
            reason = self.env._("contract %s is not running.", target.name)
        elif day < target.date_start or (target.date_end and day > target.date_end):
            reason = self.env._("contract %s does not run on that day.", target.name)
        if reason:
            raise self._refusal(reason)
        product = self.item_id.product_id
        self._check_not_required(self.item_id)
        self._check_new_product(product, contract=target)
        if target.partner_id.commercial_partner_id != self.partner_id.commercial_partner_id:
            self._check_item_limit(target.partner_id)

    def _apply_transfer_item(self):
        """The item ends here the day before and goes on there: credited here, charged there."""
        for change in self:
            target = change._parsed()["to_contract_id"].sudo()
            successor = change.item_id._succeed(change, {"contract_id": target.id})
            change._write_inside({"result_item_id": successor.id, "result_contract_id": target.id})
        self._settle_successions()

    # === SHARED === #

    def _settle_items(self):
        """Settle the items of these changes."""
        self.item_id._settle({change.item_id: change for change in self})

    def _settle_successions(self):
        """Settle items that were succeeded, and note what was charged for their successors."""
        self._settle_items()
        successors = self.result_item_id
        changes = {change.result_item_id: change for change in self}
        successors._mark_caused(changes, successors.schedule_ids.browse())
