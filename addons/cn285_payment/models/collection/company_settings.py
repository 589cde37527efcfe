from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.retries import CARD_DAYS, parse_days


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_retries = fields.Char(
        string="Days of Retries",
        default=", ".join(str(day) for day in CARD_DAYS),
        help="Days after the first refusal on which an invoice is charged again, such as "
        "1, 3, 7, 14. Left empty: never.",
    )

    @api.constrains("cn285_retries")
    def _check_cn285_retries(self):
        for company in self:
            company._cn285_retry_days()

    def _cn285_retry_days(self):
        """Days after the first refusal on which cards are charged again.

        :raises ValidationError: where they are none
        """
        self.ensure_one()
        try:
            return parse_days(self.cn285_retries or "")
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "Days of retries are whole numbers from 1 to 365, each above the one before, "
                    "such as “1, 3, 7, 14”; “%s” are not.",
                    self.cn285_retries,
                )
            ) from error


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "res.config.settings"

    cn285_retries = fields.Char(related="company_id.cn285_retries", readonly=False)
