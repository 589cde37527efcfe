"""What events name (metrics, items, contracts, beneficiaries), looked up once in a call."""

from odoo import api, models

from ...engine.event_binary import Known, Metric, Party
from . import usage_ingest_sql as sql

# References are looked up so many at a time, and so many are kept in mind in one call.
SLICE = 5_000
REMEMBERED = 300_000


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _forget_references(self):
        self.env.cr.execute(sql.TEMPORARY)
        self.env.cr.execute(sql.FORGET)

    @api.model
    def _forget_too_many(self, parameters):
        """Begin anew where a call has named more than is kept in mind; chunk by chunk."""
        if len(parameters["known"].parties) > REMEMBERED:
            parameters["known"] = Known()
            self._forget_references()

    @api.model
    def _learn_metrics(self, parameters, refs):
        known = parameters["known"].metrics
        refs = refs - known.keys()
        if refs:
            names = self.env["cn285.usage.metric"]._aggregations_that("needs_quantity")
            values = {**parameters, "refs": sorted(refs), "need_quantity": names}
            self.env.cr.execute(sql.LEARN_METRICS, values)
            found = {ref: Metric(*facts) for ref, *facts in self.env.cr.fetchall()}
            known.update({ref: found.get(ref) for ref in refs})

    @api.model
    def _learn_parties(self, parameters, refs):
        known = parameters["known"].parties
        refs = refs - known.keys()
        refs = sorted(refs)
        # What a slice makes fits the memory of a statement; all at once need not.
        for start in range(0, len(refs), SLICE):
            values = {**parameters, "refs": refs[start : start + SLICE]}
            self.env.cr.execute(sql.LEARN_PARTIES, values)
            for ref, simple, *facts in self.env.cr.fetchall():
                known[ref] = Party(*facts) if simple else None

    @api.model
    def _learn_staged(self, parameters):
        """Look up references that were put into staged rows."""
        cr = self.env.cr
        cr.execute("SELECT metric, party FROM cn285_usage_stage")
        metrics, parties = map(set, zip(*cr.fetchall(), strict=True))
        self._learn_metrics(parameters, metrics)
        self._learn_parties(parameters, parties)
        self._pick_items(parameters)
