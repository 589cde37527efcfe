"""Codes of passes are short words: whoever tries them one after the other is stopped."""

from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# Wrong codes of one customer, each less than an hour after the one before.
MOST_MISSES = 10
FORGOTTEN_AFTER = timedelta(hours=1)


class ResPartner(models.Model):
    _inherit = "res.partner"

    cn285_pass_misses = fields.Integer(
        string="Wrong Codes of Passes", readonly=True, copy=False, groups="base.group_system"
    )
    cn285_pass_missed_at = fields.Datetime(
        string="Last Wrong Code", readonly=True, copy=False, groups="base.group_system"
    )

    def _cn285_may_redeem(self):
        """Whether codes that this customer types are looked up: not after too many wrong ones."""
        self.ensure_one()
        # sudo: counted by the program, for administrators alone.
        customer = self.sudo()
        missed = customer.cn285_pass_missed_at
        forgotten = not missed or fields.Datetime.now() - missed > FORGOTTEN_AFTER
        return forgotten or customer.cn285_pass_misses < MOST_MISSES

    def _cn285_note_miss(self):
        """Count a wrong code; after an hour without any it begins anew."""
        self.ensure_one()
        now = fields.Datetime.now()
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                """UPDATE res_partner
                      SET cn285_pass_misses = CASE WHEN cn285_pass_missed_at > %(since)s
                          THEN coalesce(cn285_pass_misses, 0) + 1 ELSE 1 END,
                          cn285_pass_missed_at = %(now)s
                    WHERE id = %(partner)s RETURNING id""",
                since=now - FORGOTTEN_AFTER,
                now=now,
                partner=self.id,
            )
        )
        self.invalidate_recordset(["cn285_pass_misses", "cn285_pass_missed_at"], flush=False)
