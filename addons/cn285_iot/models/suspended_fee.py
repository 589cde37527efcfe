"""What is billed in place of an item while the device that it serves is suspended."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import PRICE
from odoo.addons.cn285_contract.models.common import LIVE_STATES, STATE_DOOR
from odoo.exceptions import ValidationError


class FeeTerms(models.AbstractModel):
    """The fee of a plan, and of each item that was made from it."""

    _name = "cn285.suspended.fee"
    _inherit = "cn285.bounded.values"
    _description = "Fee While Suspended"

    suspended_fee = fields.Float(
        string="Fee While Suspended",
        digits=(16, 6),
        help="Price of one unit for a full period in which the service is suspended and not "
        "billed; of parts of a period their share. 0: nothing is billed then.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "suspended_fee": PRICE}

    @api.constrains("suspended_fee")
    def _check_suspended_fee(self):
        for terms in self:
            if terms.suspended_fee < 0:
                raise ValidationError(
                    self.env._("“%s”: a fee while suspended is not negative.", terms.name)
                )


class ContractTemplateItem(models.Model):
    _name = "cn285.contract.template.item"
    _inherit = ["cn285.contract.template.item", "cn285.suspended.fee"]


class ContractItem(models.Model):
    """An item of its own bills the fee: from the first day that is not billed to the last one."""

    _name = "cn285.contract.item"
    _inherit = ["cn285.contract.item", "cn285.suspended.fee"]

    pause_id = fields.Many2one(
        "cn285.contract.item.pause",
        string="Suspension",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The suspension for whose days this item bills a fee.",
    )

    def _prepare_fee_item(self, pause):
        """Values of the item that bills the fee of a suspension, by the rhythm of this one."""
        self.ensure_one()
        day = pause.unowed_from
        change = pause.change_id
        terms = self._price_terms_on(day)
        own = [*self._rhythm_fields(), "sequence", "product_id", "in_mrr", "analytic_distribution"]
        vals = self._convert_to_write({name: self[name] for name in own})
        vals.update({name: terms[name] for name in terms._price_terms_fields()})
        lang = self.contract_id._cn285_customer_lang()
        return {
            **vals,
            "contract_id": self.contract_id.id,
            "parent_item_id": self.parent_item_id.id,
            "pause_id": pause.id,
            "name": self.with_context(lang=lang).env._("%s – suspended", self.name),
            "billing_type": "fixed",
            "price_source": "manual",
            "price_unit": self.suspended_fee,
            "suspended_fee": 0.0,
            "discount": 0.0,
            "trial_days": 0,
            "period_count": 0,
            "first_period": "prorate",
            "last_period": "prorate",
            "start_condition": "date",
            "date_start": day,
            "date_end": min(filter(None, (pause.date_end, self.date_end)), default=False),
            "anchor_date": self.anchor_date or self.billing_start,
            "not_before": change._billing_day() if change else False,
        }

    def _end_fees(self, last_day, pauses=None):
        """What is billed while these items are suspended ends with a day; what is later never was.

        :param pauses: of which suspensions; default: of all
        """
        # sudo: a fee follows from the suspension, whoever ends that
        pauses = self.sudo().pause_ids if pauses is None else pauses.sudo()
        fees = pauses.fee_item_ids.filtered(
            lambda item: (
                item.state in LIVE_STATES and (not item.date_end or item.date_end > last_day)
            )
        )
        if not fees:
            return
        never = fees.filtered(lambda item: item.date_start > last_day)
        quiet = fees.with_context(cn285_no_replan=STATE_DOOR)._past_edits()
        (quiet & never)._update_state(LIVE_STATES, "cancelled")
        (quiet - never).write({"date_end": last_day})
        fees._settle({item: item.pause_id.change_id for item in fees})


class ContractItemPause(models.Model):
    """A suspension that is not billed is billed by its item's fee, where that has one."""

    _inherit = "cn285.contract.item.pause"

    fee_item_ids = fields.One2many("cn285.contract.item", "pause_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        pauses = super().create(vals_list)
        charged = pauses.filtered(
            lambda pause: (
                pause.kind == "suspension" and pause.unowed_from and pause.item_id.suspended_fee
            )
        )
        if charged:
            # sudo: as of _end_fees
            items = self.env["cn285.contract.item"].sudo()._past_edits()
            items.create([pause.item_id._prepare_fee_item(pause) for pause in charged.sudo()])
        return pauses

    def write(self, vals):
        result = super().write(vals)
        for pause in self if vals.get("date_end") else ():
            pause.item_id._end_fees(pause.date_end, pause)
        return result

    def unlink(self):
        for pause in self:
            pause.item_id._end_fees(pause.date_start - timedelta(days=1), pause)
        return super().unlink()
