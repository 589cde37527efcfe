"""E-mails that are written, kept and counted, and never leave: those of tests of the future."""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, fields, models
from odoo.addons.queue_job.job import Job

SEND_ANYWAY = "cn285_contract.test_database_mails"

_journey = ContextVar("cn285_mails_of_journey", default=None)


class HeldMails:
    """How many e-mails were held since it was last asked."""

    def __init__(self):
        self._count = 0

    def add(self, count):
        self._count += count

    def take(self):
        """The number since the last call."""
        count, self._count = self._count, 0
        return count


@contextmanager
def holding_mails():
    """Within this block no e-mail leaves, whatever the database's settings say; only this thread
    of work is concerned.

    :returns: a :class:`HeldMails` that counts them
    """
    held = HeldMails()
    token = _journey.set(held)
    try:
        yield held
    finally:
        _journey.reset(token)


def hold_job(env, job, mails):
    """Cancel a job that was just ordered and would send e-mails, where these are held by a journey.

    Elsewhere it stays: in a test database it runs, and its e-mails are held one by one.

    :param int mails: how many e-mails it would send
    """
    held = _journey.get()
    if held is None or not isinstance(job, Job):
        return
    job.set_cancelled(result=env["mail.mail"]._cn285_why_held())
    job.store()
    held.add(mails)


class Mail(models.Model):
    _inherit = "mail.mail"

    cn285_held = fields.Boolean(
        string="Held Back",
        readonly=True,
        copy=False,
        help="It was made in a test database, or by time travel, and is not sent.",
    )

    @api.model
    def _cn285_is_held(self):
        """Whether e-mails are held: on a journey always, in a test database unless it may send."""
        if _journey.get() is not None:
            return True
        if not self.env["res.company"]._cn285_is_test_database():
            return False
        # sudo: a technical parameter, of which nothing is shown.
        return not self.env["ir.config_parameter"].sudo().get_param(SEND_ANYWAY)

    @api.model
    def _cn285_why_held(self):
        if _journey.get() is not None:
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
        waiting = self.filtered(lambda mail: mail.state == "outgoing")
        waiting.write(
            {"state": "cancel", "cn285_held": True, "failure_reason": self._cn285_why_held()}
        )
        held = _journey.get()
        if held is not None:
            held.add(len(waiting))

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
            held = _journey.get()
            if held is not None:
                held.add(1)
            return message["Message-Id"]
        return super().send_email(message, *args, **kwargs)
