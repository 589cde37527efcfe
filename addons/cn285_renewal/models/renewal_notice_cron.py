from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from .channels import LAST_RESORT
from .renewal_notice import OPEN_NOTICES

# Contracts, and notices, that are looked at and committed together.
NOTICE_BATCH = 200


class RenewalNotice(models.Model):
    """The daily work: plan what is missing, send what is due, note what was missed."""

    _inherit = "cn285.renewal.notice"

    @api.model
    def _cron_notices(self):
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._run_notices(company)

    @api.model
    def _run_notices(self, company):
        """All of a company's notices on a day, batch by batch. Safe to run again the same day."""
        missing = self.env["cn285.contract"].browse(self._contracts_without_notice(company))
        for ids in split_every(NOTICE_BATCH, missing.ids):
            missing.browse(ids)._plan_notices()
            commit_batch(self.env)
        self._tell_missing_sender(company)
        today = company._cn285_today()
        open_ones = Domain([("company_id", "=", company.id), ("state", "in", OPEN_NOTICES)])
        for notices in self._in_batches(open_ones & Domain("date_earliest", "<=", today)):
            notices._refresh_state()
        channels = self._channels().items()
        to_send = Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "due"),
                ("channel", "in", [name for name, one in channels if one.automatic]),
                ("date_planned", "<=", today),
                ("sending_ids", "not any", [("date", "=", today)]),
            ]
        )
        for notices in self._in_batches(to_send):
            for group in notices._drop_unneeded()._by_channel():
                group._send_each()
        sendings = self.env["cn285.renewal.notice.sending"].search(
            [("company_id", "=", company.id), ("delivery", "=", "outgoing")]
        )
        for ids in split_every(NOTICE_BATCH, sendings.ids):
            sendings.browse(ids)._check_delivery()
            commit_batch(self.env)

    @api.model
    def _tell_missing_sender(self, company):
        """Tell a company without an e-mail address so before its first notice is due, once."""
        for name, channel in self._channels().items():
            if not channel.automatic or not channel.sender_obstacle(company):
                continue

            def missing(notice, channel=channel):
                return channel.sender_obstacle(notice.company_id)

            waiting = [("state", "in", OPEN_NOTICES), ("channel", "=", name)]
            first = self.search(
                [("company_id", "=", company.id), *waiting], order="date_planned, id", limit=1
            )
            if not first:
                continue
            languages = [code for code, _name in self.env["res.lang"].get_installed()]
            texts = [missing(first.with_context(lang=code)) for code in languages]
            told = self.search_count(
                [("company_id", "=", company.id), ("activity_ids.summary", "in", texts)], limit=1
            )
            if not told:
                first.contract_id._ask_responsible(first, missing, first.date_planned)

    @api.model
    def _in_batches(self, domain):
        for ids in split_every(NOTICE_BATCH, self.search(domain).ids):
            yield self.browse(ids)
            commit_batch(self.env)

    @api.model
    def _contracts_without_notice(self, company):
        """Ids of running contracts that renew, have to announce it, and have no notice yet."""
        contracts, notices = self.env["cn285.contract"], self
        contracts.flush_model()
        notices.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id
                     FROM cn285_contract c
                     JOIN res_partner customer ON customer.id = c.partner_id
                     JOIN res_partner holder ON holder.id = customer.commercial_partner_id
                    WHERE c.company_id = %(company)s
                      AND c.state IN %(states)s AND c.active
                      AND c.term_end IS NOT NULL AND c.renewal_mode = 'tacit' AND c.auto_renew
                      AND (COALESCE(c.renewal_max, 0) = 0
                           OR COALESCE(c.term_number, 0) < c.renewal_max)
                      AND (c.date_end IS NULL OR c.date_end > c.term_end)
                      AND (c.planned_end IS NULL OR c.planned_end > c.term_end)
                      AND (%(all)s OR c.announce = 'always'
                           OR (COALESCE(holder.country_id, %(home)s), holder.cn285_legal_kind)
                              IN %(protected)s)
                      AND NOT EXISTS (SELECT 1 FROM cn285_renewal_notice n
                                       WHERE n.contract_id = c.id
                                         AND n.term_number = COALESCE(c.term_number, 0))
                    ORDER BY c.id""",
                company=company.id,
                states=LIVE_STATES,
                all=company.cn285_renewal_law_scope == "all",
                home=company.country_id.id or 0,
                protected=self.env["cn285.law"]._protected_on_renewals() or ((0, ""),),
            )
        )
        return [row[0] for row in rows]

    def _drop_unneeded(self):
        """Cancel notices of contracts that do not renew any more; returns the others."""
        needed = self.filtered(
            lambda notice: notice.contract_id._may_renew() and notice.contract_id._announcement()
        )
        (self - needed)._write_inside({"state": "cancelled"})
        return needed


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _plan_notices(self):
        """Plan the notices of the contracts' current terms, where they have to be announced."""
        notices = self.env["cn285.renewal.notice"]
        vals_list = []
        for contract in self:
            announcement = contract._may_renew() and contract._announcement()
            if announcement:
                vals_list.append(notices._prepare_notice_vals(contract, announcement))
        # sudo: notices follow from the contract, and who may edit it may not write them.
        made = notices.sudo().create(vals_list)
        made._refresh_state()
        return made

    def _current_notice(self):
        """The notice of the current term's end; empty where there is none."""
        self.ensure_one()
        return self.notice_ids.filtered(lambda notice: notice.term_number == self.term_number)

    def _notice_channel(self):
        """By which channel the notices go: the company's, where it reaches the customer."""
        self.ensure_one()
        name = self.company_id.cn285_notice_channel
        channel = self.env["cn285.renewal.notice"]._channels()[name]
        return name if channel.reaches(self.partner_id) else LAST_RESORT
