from datetime import datetime

import pytz
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound

from ..engine.limits import EVERYBODY, NOBODY, PROFESSIONALS
from ..engine.timing import is_quiet


class ResCompany(models.Model):
    """When a company tells its customers something by plans, how often, and with whose consent.

    None of it is of legal notices: these are sent when the law says, and count nowhere.
    """

    _inherit = "res.company"

    cn285_quiet_from = fields.Float(
        string="Quiet From",
        default=20.0,
        help="From this hour of the company's clock on, plans send nothing.",
    )
    cn285_quiet_to = fields.Float(
        string="Quiet Until", default=8.0, help="Alike with the other: there are no quiet hours."
    )
    cn285_campaign_workdays = fields.Boolean(
        string="Working Days Only",
        default=True,
        help="Steps of plans that fall on a weekend or a public holiday are moved to the next "
        "working day; what comes before a date stays before it.",
    )
    cn285_campaign_most = fields.Integer(
        string="Messages per Customer",
        default=2,
        required=True,
        help="How many messages of plans a customer gets at most within the days below. 0: any "
        "number. Legal notices do not count.",
    )
    cn285_campaign_span = fields.Integer(
        string="Within (days)", default=7, required=True, help="Days for which that limit is."
    )
    cn285_campaign_notice_gap = fields.Integer(
        string="No Marketing Around Legal Notices (days)",
        default=7,
        required=True,
        help="So many days before and after a renewal notice its customer gets no marketing. "
        "0: none are kept free.",
    )
    cn285_marketing_without = fields.Selection(
        [
            (NOBODY, "Nobody"),
            (PROFESSIONALS, "Professionals"),
            (EVERYBODY, "All Customers"),
        ],
        string="Marketing Without an Answer",
        default=NOBODY,
        required=True,
        help="Who gets marketing without having said yes. Consumers have to agree first, but for "
        "offers of what is like what they have bought (Code des postes et des communications "
        "électroniques, L34-5). Who has said no never gets any.",
    )

    @api.model
    def _bounds(self):
        hours = Bound(0, 24)
        return {
            **super()._bounds(),
            "cn285_quiet_from": hours,
            "cn285_quiet_to": hours,
            "cn285_campaign_most": Bound(0, 100),
            "cn285_campaign_span": Bound(1, 366),
            "cn285_campaign_notice_gap": Bound(0, 90),
        }

    def _cn285_is_quiet(self):
        """Whether it is an hour at which plans send nothing, by the company's clock."""
        self.ensure_one()
        now = datetime.now(pytz.utc).astimezone(pytz.timezone(self.cn285_tz or "UTC"))
        return is_quiet(now.hour + now.minute / 60, self.cn285_quiet_from, self.cn285_quiet_to)

    def _cn285_is_working(self):
        """What tells working days of the company, where only these count; else None."""
        self.ensure_one()
        if not self.cn285_campaign_workdays:
            return None
        law = self.env["cn285.law"]._of(self.env["res.partner"], self)
        return law._working_days(self).has


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_quiet_from = fields.Float(related="company_id.cn285_quiet_from", readonly=False)
    cn285_quiet_to = fields.Float(related="company_id.cn285_quiet_to", readonly=False)
    cn285_campaign_workdays = fields.Boolean(
        related="company_id.cn285_campaign_workdays", readonly=False
    )
    cn285_campaign_most = fields.Integer(related="company_id.cn285_campaign_most", readonly=False)
    cn285_campaign_span = fields.Integer(related="company_id.cn285_campaign_span", readonly=False)
    cn285_campaign_notice_gap = fields.Integer(
        related="company_id.cn285_campaign_notice_gap", readonly=False
    )
    cn285_marketing_without = fields.Selection(
        related="company_id.cn285_marketing_without", readonly=False
    )
