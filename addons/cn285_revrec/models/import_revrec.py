"""What can be imported of revenue recognition: rules, and which rule holds for what."""

from odoo import api, models
from odoo.addons.cn285_import.models.kinds import Kind, columns_of

RULES = Kind(
    "revrec_rules",
    "cn285.revrec.rule",
    columns_of(
        "name",
        "sequence",
        "method",
        "convention",
        "date_rule",
        "on_date",
        "service_source",
        "start_rule",
        "start_date",
        "service_length",
        "service_unit",
        "deferred_account_id",
        "revenue_account_id",
        "unbilled_account_id",
        "credit_due_account_id",
        "unbilled_tax_account_id",
        "journal_id",
    ),
    required=("name",),
    key=("name",),
    adopt=("name",),
    example={"name": "Over the billed period", "method": "daily", "service_source": "billed"},
)
# Items and template items have their rule by their list of terms.
MORE_COLUMNS = {
    "products": columns_of("cn285_revrec_rule_id"),
    "items": columns_of(
        "cn285_service_start", "cn285_service_end", deferred="cn285_deferred_before"
    ),
}


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), RULES]

    @api.model
    def _columns(self, kind):
        return super()._columns(kind) | MORE_COLUMNS.get(kind.name, {})

    @api.model
    def _finished(self, load):
        """What was billed elsewhere of the items of a load is deferred here from now on."""
        result = super()._finished(load)
        if load.went_in["items"] and self.env.company.cn285_revrec_from:
            self.env["cn285.revrec.source"]._open_deferred(self.env.company)
        return result
