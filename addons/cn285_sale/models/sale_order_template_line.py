from odoo import models


class SaleOrderTemplateLine(models.Model):
    """A line of a template of quotations, with its rhythm."""

    _name = "sale.order.template.line"
    _inherit = ["sale.order.template.line", "cn285.rhythm.on.lines"]

    def _prepare_order_line_values(self):
        """Odoo's, with the terms of this line."""
        terms = {name: self[name] for name in self._rhythm_fields()}
        if self.display_type:
            return super()._prepare_order_line_values()
        return {
            **super()._prepare_order_line_values(),
            **terms,
            "cn285_template_item_id": self.cn285_template_item_id.id,
        }
