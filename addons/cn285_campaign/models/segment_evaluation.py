import logging

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import persistently
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class Segment(models.Model):
    """Who is in segments: looked at as a whole, and written in three statements for each."""

    _inherit = "cn285.segment"

    def action_evaluate(self):
        """Look at these segments now.

        :raises AccessError: for who may not write them
        """
        self.check_access("write")
        self._evaluate()
        return True

    def _evaluate(self):
        """Bring members up to date, by each company's day. Run twice, nothing changes.

        One that fails stays as it was, and says why; the others go on.
        """
        for segment in in_users_language(self.sudo()):  # sudo: all contracts count, whoever asks
            segment._evaluate_or_tell()

    def _evaluate_in_batches(self):
        """The same for the scheduled action: a segment at a time, each committed."""
        for segment in in_users_language(self.sudo()):  # sudo: as above
            persistently(self.env, segment._evaluate_or_tell)

    def _evaluate_or_tell(self):
        _done, failed = each_or_apart(self, lambda one: one._evaluate_one())
        for reason in failed.values():
            _logger.warning("Segment %s: %s", self.id, reason)
        self._write_inside(
            {
                "problem": next(iter(failed.values()), False),
                "evaluated_at": self.env.cr.now(),
                "evaluated_by_id": self.env.uid,
            }
        )

    def _evaluate_one(self):
        self.ensure_one()
        company = self.company_id
        today = company._cn285_today()
        kind = self._kind()
        rows = list(kind.rows(self.with_company(company), company, today)) if self.active else []
        columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
        self.env.flush_all()
        wanted = SQL(
            "unnest(%s::int[], %s::int[], %s::date[]) AS told (contract, item, day)", *columns
        )
        same = SQL(
            """member.segment_id = %s AND member.left_on IS NULL
               AND told.contract = member.contract_id
               AND COALESCE(told.item, 0) = COALESCE(member.item_id, 0)""",
            self.id,
        )
        by = SQL("write_uid = %s, write_date = now() AT TIME ZONE 'UTC'", self.env.uid)
        left, moved, came = (
            SQL(
                """UPDATE cn285_segment_member member SET left_on = %s, %s
                    WHERE member.segment_id = %s AND member.left_on IS NULL
                      AND NOT EXISTS (SELECT 1 FROM %s WHERE %s)
                RETURNING id""",
                today,
                by,
                self.id,
                wanted,
                same,
            ),
            SQL(
                """UPDATE cn285_segment_member member SET anchor = told.day, %s
                     FROM %s WHERE %s AND told.day IS NOT NULL AND told.day != member.anchor
                RETURNING member.id""",
                by,
                wanted,
                same,
            ),
            SQL(
                """INSERT INTO cn285_segment_member
                          (segment_id, company_id, contract_id, item_id, anchor, entered_on,
                           create_uid, write_uid, create_date, write_date)
                   SELECT %(segment)s, %(company)s, contract, item, COALESCE(day, %(today)s),
                          %(today)s, %(user)s, %(user)s, now() AT TIME ZONE 'UTC',
                          now() AT TIME ZONE 'UTC'
                     FROM %(wanted)s
                    WHERE NOT EXISTS (SELECT 1 FROM cn285_segment_member member WHERE %(same)s)
                       ON CONFLICT DO NOTHING
                RETURNING id""",
                segment=self.id,
                company=company.id,
                today=today,
                user=self.env.uid,
                wanted=wanted,
                same=same,
            ),
        )
        for statement in (left, moved, came):
            self.env.execute_query(statement)
        self.env["cn285.segment.member"].invalidate_model(flush=False)
        self.invalidate_recordset(["member_ids", "member_count"], flush=False)

    @api.model
    def _of_company(self, company):
        return self.sudo().search([("company_id", "=", company.id)])  # sudo: of the company's own
