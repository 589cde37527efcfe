import logging

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.addons.queue_job.exception import RetryableJobError

from .debts import read_debts

_logger = logging.getLogger(__name__)


class DunningCase(models.Model):
    """What follows where debtors pay, or their payments are refused."""

    _inherit = "cn285.dunning.case"

    @api.model
    def _paid(self, moves):
        """Invoices were paid, wholly or in part: what follows for their payers, at once.

        What cannot be done now, as somebody else is at it, is done by the next look.
        """
        for company, paid in moves.sudo().grouped("company_id").items():
            partners = paid.commercial_partner_id
            # sudo: whoever books the payment; what follows is the policy's.
            cases = in_users_language(self.sudo().with_company(company))
            domain = [("company_id", "=", company.id), ("partner_id", "in", partners.ids)]
            found = cases.search([*domain, ("state", "!=", "closed")])
            if not found:
                continue

            def step(part, company=company, found=found, paid=paid):
                own = found.filtered(lambda case: case.partner_id in part)
                own.lock_for_update()
                own._refresh(read_debts(self.env, company, part.ids))
                own._note("paid")
                own._propose_fees(paid)
                own._settle()
                for case in own:
                    case._write_next(case._plan())

            try:
                _done, failed = each_or_apart(found.partner_id, step)
            except CONCURRENCY_ERRORS:
                # Somebody else is at them: looked at by a job, after both are through.
                cases.with_delay(
                    channel="root.collection",
                    eta=60,
                    description=self.env._("Debtors who have paid"),
                )._job_look(company, found.partner_id, paid.ids)
                continue
            for partner, reason in failed.items():
                _logger.warning("Payment of debtor %s: %s", partner.display_name, reason)

    @api.model
    def _look_soon(self, partners, companies):
        """Order a job that looks at those of these payers whose services are deactivated."""
        waiting = self.search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "in", companies.ids),
                ("suspended_on", "!=", False),
                ("state", "!=", "closed"),
            ]
        )
        for company, cases in waiting.grouped("company_id").items():
            for partner in cases.partner_id:
                # Several entries of one payment: one look.
                self.with_delay(
                    channel="root.collection",
                    description=self.env._("Debtors who have paid"),
                    identity_key=f"cn285_look_{company.id}_{partner.id}",
                )._job_look(company, partner)

    @api.model
    def _job_look(self, company, partners, paid_ids=()):
        """Job: look at payers again. Safe to run again: a step is taken once.

        :param paid_ids: invoices that were paid late, maybe: what is owed for it is proposed, as
            it is where nobody else is at the debtor
        """
        cases = in_users_language(self.sudo().with_company(company))
        partners = partners.exists()
        try:
            moves = cases.env["account.move"].browse(paid_ids).exists()
            if moves:
                domain = [("company_id", "=", company.id), ("partner_id", "in", partners.ids)]
                found = cases.search([*domain, ("state", "!=", "closed")])
                found.lock_for_update()
                found._propose_fees(moves)
            cases._look_at(company, partners)
        except CONCURRENCY_ERRORS as error:
            # Somebody else is at them: again, after both are through.
            raise RetryableJobError(str(error), seconds=30, ignore_retry=True) from error

    @api.model
    def _refused(self, attempts):
        """Payments of debtors were refused: kept in their history. What follows is the policy's."""
        # sudo: whoever collects; history is the program's.
        attempts = attempts.sudo()
        domain = [("partner_id", "in", attempts.partner_id.commercial_partner_id.ids)]
        cases = self.sudo().search([*domain, ("state", "!=", "closed")])
        found = {(case.partner_id, case.company_id, case.currency_id): case for case in cases}
        for attempt in attempts:
            payer = attempt.partner_id.commercial_partner_id
            case = found.get((payer, attempt.company_id, attempt.currency_id))
            if case:
                words = ", ".join(filter(None, [attempt.move_id.name, attempt.message]))
                case._note("refused", words)
