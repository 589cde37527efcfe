"""What names people goes, past the doors of proof: the law on personal data goes above them."""

import json

from odoo import models
from odoo.tools import SQL

from .sign_event import PURGED


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    def _purge_people(self):
        """Let go of what names people, past the doors of what is history."""
        self.env.flush_all()
        mark = self.env["cn285.personal.data"]._purged_mark()
        self.env.cr.execute(
            SQL(
                """UPDATE cn285_sign_signer
                      SET name = %s, email = %s, signed_name = NULL, signature = NULL,
                          declined_reason = NULL, code_hash = NULL
                    WHERE request_id = ANY(%s)""",
                mark,
                mark,
                self.ids,
            )
        )
        self.env["cn285.sign.event"].search([("request_id", "in", self.ids)])._purge_data()
        self.env.invalidate_all()


class SignEvent(models.Model):
    _inherit = "cn285.sign.event"

    def _purge_for(self, _person):
        self._purge_data()

    def _purge_data(self):
        """Let go of what these entries say, past the door of what is history; that they were, when,
        and their hashes stay: the chain still shows whether one is missing.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE cn285_sign_event SET data = %s WHERE id = ANY(%s) AND data <> '{}'",
                json.dumps(PURGED),
                self.ids,
            )
        )
        self.invalidate_recordset(["data"])
