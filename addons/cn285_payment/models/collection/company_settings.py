from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.retries import CARD_DAYS, SEPA_DAYS, parse_days


class RetryDays(NamedTuple):
    """Days after the first refusal on which an invoice is tried again; empty: never."""

    cards: tuple[int, ...]
    #: Of direct debits: days on which banks work.
    debits: tuple[int, ...]


def read_days(env, text):
    """Days of retries as people write them; empty: never.

    :raises ValidationError: where they are none
    """
    try:
        return parse_days(text or "")
    except ValueError as error:
        raise ValidationError(
            env._(
                "Days of retries are whole numbers from 1 to 365, each above the one before, "
                "such as “1, 3, 7, 14”; “%s” are not.",
                text,
            )
        ) from error


def written(days):
    """Days as people write them."""
    return ", ".join(str(day) for day in days)


class ResCompany(models.Model):
    """The usual days of retries; a policy of dunning may have others."""

    _inherit = "res.company"

    cn285_retries = fields.Char(
        string="Days of Retries",
        default=written(CARD_DAYS),
        help="Days after the first refusal on which an invoice is charged again, such as "
        "1, 3, 7, 14. Left empty: never.",
    )
    cn285_debit_retries = fields.Char(
        string="Days of Retries of Direct Debits",
        default=written(SEPA_DAYS),
        help="Days on which banks work after the first return on which an account is debited "
        "again, such as 5, 10. Left empty: never.",
    )

    @api.constrains("cn285_retries", "cn285_debit_retries")
    def _check_cn285_retries(self):
        for company in self:
            company._cn285_retry_days()

    def _cn285_retry_days(self):
        """Days after the first refusal on which invoices are tried again.

        :rtype: RetryDays
        :raises ValidationError: where they are none
        """
        self.ensure_one()
        return RetryDays(
            read_days(self.env, self.cn285_retries), read_days(self.env, self.cn285_debit_retries)
        )


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "res.config.settings"

    cn285_retries = fields.Char(related="company_id.cn285_retries", readonly=False)
    cn285_debit_retries = fields.Char(related="company_id.cn285_debit_retries", readonly=False)
