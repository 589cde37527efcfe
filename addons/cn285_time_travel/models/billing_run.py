from odoo import models
from odoo.addons.queue_job.job import Job

from .journey import current_journey


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _delay_sending(self, moves):
        """On a journey the job is cancelled as soon as it is ordered, and no PDF is made.

        Elsewhere it stays: in a test database it runs, and its e-mails are held one by one.
        """
        job = super()._delay_sending(moves)
        journey = current_journey()
        if journey is not None and isinstance(job, Job):
            job.set_cancelled(result=self.env["mail.mail"]._cn285_why_held())
            job.store()
            journey.hold(len(moves))
        return job
