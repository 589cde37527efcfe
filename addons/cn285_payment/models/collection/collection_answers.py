from odoo import api, models


class Collection(models.AbstractModel):
    """What follows from an answer."""

    _inherit = "cn285.collection"

    @api.model
    def _declined(self, attempts):
        """Called once after a final answer of refusal, or a return, for a batch of attempts."""
        for step in self._declined_steps():
            step(attempts)

    @api.model
    def _declined_steps(self):
        """What follows a refusal, in order: functions of a recordset of attempts."""
        return [self.env["cn285.dunning.case"]._refused]
