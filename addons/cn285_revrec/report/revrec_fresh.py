from odoo import models


class RevrecFresh(models.AbstractModel):
    """Reports that are brought up to date whenever they are read.

    Schedules are made when somebody asks for them. So that a report does not depend on who asked
    before, whoever searches it, on the screen, in a file or by a program, asks first.
    """

    _name = "cn285.revrec.fresh"
    _description = "Recognition Report Brought Up to Date"
    _auto = False

    def _search(self, domain, *args, **kwargs):
        for company in self.env.companies:
            self.env["cn285.revrec.source"]._bring_up_to_date(company, self._fresh_until(company))
        return super()._search(domain, *args, **kwargs)

    def _fresh_until(self, company):
        """Hook: until when what is not invoiced must be known; None where the report is not of it.

        Usage that waits for its bill counts as consumed until then.
        """
        return None
