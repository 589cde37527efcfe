from odoo import api, fields, models
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.tools import split_every

# Devices that a network is asked about together.
BATCH = 1000


class ProvisioningProvider(models.Model):
    """A network: how devices are switched on and off there, and what it says of them.

    Another addon adds its ``code`` and answers the three methods of this model for it, as payment
    providers do: ``if self.code != "mine": return super()…``.
    """

    _name = "cn285.provisioning.provider"
    _description = "Network of Devices"
    _inherit = ["cn285.editable", "cn285.guarded", "cn285.bounded"]
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Selection(
        [("manual", "By Hand")],
        string="Connection",
        required=True,
        default="manual",
        help="By hand: somebody does it at the network, and notes here that it is done.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    # === WHAT A CONNECTION ANSWERS === #

    def _prov_send(self, operation):
        """Ask the network for what an operation wants; its ``key`` is the same in each attempt.

        :returns: dict with ``done`` (whether it is so already), ``reference`` (the network's), or
            None where nothing is known yet
        :raises Exception: whatever went wrong: it is asked again, later
        """
        self.ensure_one()
        return None

    def _prov_fetch(self, operation):
        """Ask what became of an operation that was sent.

        :returns: as of :meth:`_prov_send`; with ``failed``: why it never will be so
        """
        self.ensure_one()
        return None

    def _prov_read(self, devices):
        """What the network says of devices now: ``{device: "on", "off" or "gone"}``."""
        self.ensure_one()
        return {}

    # === COMPARED === #

    @api.model
    def _cron_compare(self):
        """Each night what is wanted is compared with what networks say; what differs is asked."""
        for company in self.env["res.company"]._cn285_daily_companies():
            for provider in self.search([("company_id", "=", company.id)]):
                provider.with_company(company)._compare()

    def _compare(self):
        """Read what the network says of its devices, and ask for what is not as it should be.

        :returns: the devices that were not
        """
        self.ensure_one()
        different = self.env["cn285.device"]
        devices = different.search(
            [("type_id.provider_id", "=", self.id), ("company_id", "=", self.company_id.id)]
        )
        for ids in split_every(BATCH, devices.ids):
            batch = devices.browse(ids)
            try:
                said = self._prov_read(batch)
            except Exception as error:  # a network that is down is asked again the next night
                reason_of(self.env, error)
                continue
            for state, members in batch.grouped(said.get).items():
                if state:
                    members.filtered(lambda one, state=state: one.network_state != state)._heard(
                        state
                    )
            different |= batch._ask_network()
        return different
