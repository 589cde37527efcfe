"""E-mails that are written, kept and counted, and never leave: those of tests of the future."""

from odoo import api, models

from .journey import current_journey

SEND_ANYWAY = "cn285_time_travel.test_database_mails"


class Mail(models.Model):
    _inherit = "mail.mail"

    @api.model
    def _cn285_is_held(self):
        """Whether e-mails are held: on a journey always, in a test database unless it may send."""
        if current_journey() is not None:
            return True
        if not self.env["res.company"]._cn285_is_test_database():
            return super()._cn285_is_held()
        # sudo: a technical parameter, of which nothing is shown.
        return not self.env["ir.config_parameter"].sudo().get_param(SEND_ANYWAY)

    @api.model
    def _cn285_why_held(self):
        if current_journey() is not None:
            return self.env._("Not sent: it was made by time travel.")
        return self.env._("Not sent: this database is marked as a test.")

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        if self._cn285_is_held():
            mails._cn285_hold()
        return mails

    def _cn285_hold(self):
        """Cancel those that wait to be sent, with the reason; they are kept."""
        waiting = self.exists().filtered(lambda mail: mail.state == "outgoing")
        waiting.write(
            {"state": "cancel", "cn285_held": True, "failure_reason": self._cn285_why_held()}
        )
        journey = current_journey()
        if journey is not None:
            journey.hold(len(waiting))

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """E-mails that were queued before (also in the database that this is a copy of) are held
        when it is their turn."""
        if self._cn285_is_held():
            self._cn285_hold()
            self._cn285_close_notifications()
            return None
        return super().send(auto_commit, raise_exception, post_send_callback)

    def _cn285_close_notifications(self):
        """Show at the messages that nothing is on its way any more."""
        # sudo: as Odoo does when it sends e-mails; only their state is noted.
        self.env["mail.notification"].sudo().search(
            [("mail_mail_id", "in", self.ids), ("notification_status", "in", ("ready", "process"))]
        ).write({"notification_status": "canceled"})


class MailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """What does not come by way of the mail queue does not leave either."""
        if self.env["mail.mail"]._cn285_is_held():
            journey = current_journey()
            if journey is not None:
                journey.hold(1)
            return message["Message-Id"]
        return super().send_email(message, *args, **kwargs)
