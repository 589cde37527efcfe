"""Personal data of declarations, letters and notices, and how long they are kept as proof."""

from dateutil.relativedelta import relativedelta
from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.addons.cn285_contract.models.privacy.places import Texts
from odoo.tools import SQL, LazyTranslate, split_every

from .termination_evidence import MARK

_lt = LazyTranslate(__name__)

# Proofs that are purged in one transaction.
BATCH = 500
# A change that will not move any more.
DONE = ("applied", "cancelled", "rejected")


class PersonalData(models.AbstractModel):
    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Texts(
                "declarations",
                _lt("Declarations of terminations and withdrawals"),
                "cn285.contract.change",
                self._changes_of,
                texts=("confirmation_to",),
                cleared=("declaration",),
                marked=("legitimate_reason",),
                is_proof=True,
            ),
            Texts(
                "sendings",
                _lt("Sendings of renewal notices"),
                "cn285.renewal.notice.sending",
                lambda person: [("notice_id.contract_id", "in", person.contracts.ids)],
                cleared=("subject", "message_id", "delivery_note"),
                marked=("recipient", "body"),
                is_proof=True,
            ),
            Texts(
                "notices",
                _lt("Renewal notices"),
                "cn285.renewal.notice",
                lambda person: [("contract_id", "in", person.contracts.ids)],
                texts=("problem",),
            ),
            Texts(
                "requests",
                _lt("Requests that the service starts at once"),
                "cn285.contract",
                lambda person: [("id", "in", person.contracts.ids)],
                marked=("performance_declaration",),
                is_proof=True,
            ),
            *super()._places(),
        ]

    @api.model
    def _documents(self, person):
        notices = person.env["cn285.renewal.notice"].search(
            [("contract_id", "in", person.contracts.ids)]
        )
        return {**super()._documents(person), "cn285.renewal.notice": notices.ids}

    @api.model
    def _cron_purge_proofs(self):
        """Purge declarations and proofs whose retention is over, of every company."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._purge_proofs(company)

    @api.model
    def _purge_proofs(self, company):
        """Purge the contents of a company's old declarations and sendings; that there were stays.

        What a contract that runs may still have to prove stays, however old.

        :returns: the number of records whose contents went
        """
        years = company.cn285_proof_retention_years
        if years <= 0:
            return 0
        before = company._cn285_today() - relativedelta(years=years)
        env = self.env(user=SUPERUSER_ID)  # proofs are past all others
        over = [
            ("company_id", "=", company.id),
            ("contract_id.state", "not in", LIVE_STATES),
            "|",
            ("contract_id.date_end", "=", False),
            ("contract_id.date_end", "<", before),
        ]
        changes = env["cn285.contract.change"].search(
            [
                *over,
                ("state", "in", DONE),
                ("date_effective", "<", before),
                "|",
                "|",
                ("declaration", "!=", False),
                ("confirmation_id", "!=", False),
                ("legitimate_reason", "not in", [False, self._purged_mark()]),
            ],
            order="id",
        )
        notices = env["cn285.renewal.notice"].search(over)
        sendings = env["cn285.renewal.notice.sending"].search(
            [
                ("notice_id", "in", notices.ids),
                ("date", "<", before),
                ("recipient", "!=", self._purged_mark()),
            ],
            order="id",
        )
        for ids in split_every(BATCH, changes.ids):
            changes.browse(ids)._purge_proof()
            commit_batch(self.env)
        for ids in split_every(BATCH, sendings.ids):
            sendings.browse(ids)._purge_proof()
            commit_batch(self.env)
        return len(changes) + len(sendings)

    @api.model
    def _purged_mark(self):
        """What stands where something was purged: the same in all languages, to be found again."""
        return "[…]"


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    def _purge_proof(self):
        """Let go of what customers declared and were sent: texts, files, messages' files."""
        self.flush_recordset()
        attachments = self.env["ir.attachment"]
        evidence = attachments.search(
            [
                ("description", "=", MARK),
                ("res_model", "=", self.contract_id._name),
                ("res_id", "in", self.contract_id.ids),
            ]
        )
        own = attachments.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        (self.confirmation_id | own | evidence).unlink()
        mark = self.env["cn285.personal.data"]._purged_mark()
        self.env.cr.execute(
            SQL(
                """UPDATE cn285_contract_change
                      SET declaration = NULL, confirmation_id = NULL, confirmation_to = NULL,
                          legitimate_reason = CASE WHEN legitimate_reason IS NULL THEN NULL
                                                   ELSE %s END
                    WHERE id = ANY(%s)""",
                mark,
                self.ids,
            )
        )
        self.invalidate_recordset(flush=False)


class RenewalNoticeSending(models.Model):
    _inherit = "cn285.renewal.notice.sending"

    def _purge_proof(self):
        """Let go of the letters and to whom they went; when, by what, whether it arrived stays."""
        self.flush_recordset()
        self.attachment_id.unlink()
        mark = self.env["cn285.personal.data"]._purged_mark()
        self.env.cr.execute(
            SQL(
                """UPDATE cn285_renewal_notice_sending
                      SET recipient = %s, body = NULL, subject = NULL, message_id = NULL,
                          delivery_note = NULL, attachment_id = NULL
                    WHERE id = ANY(%s)""",
                mark,
                self.ids,
            )
        )
        self.invalidate_recordset(flush=False)


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_proof_retention_years = fields.Integer(
        string="Keep Declarations and Proofs (years)",
        default=5,
        required=True,
        help="Years after the end of the contract for which declarations, letters and proofs of "
        "sendings are kept: five is how long claims last (Code civil, 2224); ten for what "
        "consumers conclude electronically for 120 EUR or more (Code de la consommation, L213-1 "
        "and D213-2). 0: they are never purged.",
    )

    _cn285_proof_retention_positive = models.Constraint(
        "CHECK(cn285_proof_retention_years BETWEEN 0 AND 100)",
        "Declarations and proofs are kept for 1 to 100 years, or for ever (0).",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_proof_retention_years = fields.Integer(
        related="company_id.cn285_proof_retention_years", readonly=False
    )
