from datetime import timedelta

from odoo import api, fields, models

from .sign_provider import CODE

# So often a sync is tried before it waits for the next day; when, is said in data/.
MOST_TRIES = 20
# Days after it has expired in which it is still asked for.
ASKED_AFTER = 30


class SignRequest(models.Model):
    """A request that is signed at Yousign."""

    _inherit = "cn285.sign.request"

    provider_code = fields.Selection(related="provider_id.code", string="Provider's Kind")
    yousign_key = fields.Char(
        string="Our Key at Yousign",
        readonly=True,
        copy=False,
        help="By this Yousign knows the request again: it is made there once.",
    )
    yousign_id = fields.Char(string="Request at Yousign", readonly=True, copy=False)
    yousign_status = fields.Char(
        string="Status at Yousign", readonly=True, copy=False, help="As it was told last."
    )
    yousign_problem = fields.Text(
        string="Problem with Yousign",
        readonly=True,
        copy=False,
        help="Why Yousign could not be told, or what it said that does not fit.",
    )
    yousign_told = fields.Boolean(
        readonly=True, copy=False, help="Whether it was told that it was signed all the same."
    )

    _yousign_key_uniq = models.UniqueIndex(
        "(yousign_key) WHERE yousign_key IS NOT NULL", "This key names another request at Yousign."
    )
    _yousign_id_uniq = models.UniqueIndex(
        "(provider_id, yousign_id) WHERE yousign_id IS NOT NULL",
        "This request of Yousign's belongs to another one.",
    )

    # === ORDERS === #

    def _yousign_order_sync(self):
        """Have a job bring these and Yousign in step; one that waits already is enough."""
        for request in self:
            request.with_delay(
                identity_key=f"cn285_yousign_{request.id}",
                max_retries=MOST_TRIES,
                description=self.env._("Yousign: %s", request.name),
            )._job_yousign_sync()

    def _yousign_order_reminder(self):
        for request in self:
            request.with_delay(
                identity_key=f"cn285_yousign_reminder_{request.id}",
                description=self.env._("Yousign: reminder of %s", request.name),
            )._job_yousign_remind()

    def action_yousign_sync(self):
        """Button: ask Yousign how it stands, and send what could not be sent."""
        for request in self:
            request._check_may_manage()
        ours = self.sudo().filtered(lambda one: one.provider_id.code == CODE)  # sudo: was checked
        ours._write_inside({"yousign_problem": False})
        ours._yousign_order_sync()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("Yousign is asked: the answer is here within a minute."),
                "type": "info",
            },
        }

    # === HOOKS OF EVERY REQUEST === #

    def _daily(self, today):
        """Once a day Yousign is asked, for what it told and we did not hear.

        It says what has expired: who signed on the last day has signed, whenever we hear of it.
        """
        self.ensure_one()
        if self.provider_id.code != CODE:
            return super()._daily(today)
        self._yousign_order_sync()
        if today <= self.expires_on:
            return super()._daily(today)
        if self._replace_if_changed():
            self._tell_replaced()
        return None

    @api.model
    def _cron_sign(self):
        """What has expired can be reactivated at Yousign: for a while it is asked for, too."""
        result = super()._cron_sign()
        for company in self.env["res.company"]._cn285_daily_companies():
            since = company._cn285_today() - timedelta(days=ASKED_AFTER)
            self.search(
                [
                    ("company_id", "=", company.id),
                    ("provider_id.code", "=", CODE),
                    ("state", "=", "expired"),
                    ("over_on", ">=", since),
                ]
            )._yousign_order_sync()
        return result

    def _yousign_is_overdue(self):
        """Whether its last day is over for so long that Yousign would have said so."""
        self.ensure_one()
        return self.company_id._cn285_today() > self.expires_on + timedelta(days=1)
