from odoo import fields, models


class BridgeBinding(models.Model):
    """What only NetSuite needs to know about a bound record."""

    _inherit = "cn285.bridge.binding"

    netsuite_made_there = fields.Boolean(
        readonly=True, help="Made in NetSuite, which does not know an external id of ours for it."
    )
    netsuite_address = fields.Char(
        readonly=True, help="The line of NetSuite's address book that is the customer's address."
    )
    netsuite_merged_into = fields.Char(
        string="Merged Into",
        readonly=True,
        help="The customer there that took this one's place.",
    )

    def _netsuite_key(self):
        """The internal id to refer to: the record's own, or of the one it was merged into."""
        return self.netsuite_merged_into or self.external_id or ""
