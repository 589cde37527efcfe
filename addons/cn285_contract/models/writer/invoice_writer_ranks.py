"""Counts quick invoices on their customers: `res.partner.customer_rank`."""

import logging
from collections import Counter, defaultdict

import psycopg2

_logger = logging.getLogger(__name__)
LATER = "cn285_contract.customer_rank"


def raise_customer_ranks(env, invoices):
    """Count the invoices on their customers, as `account.move._post` does, but in few writes.

    As with Odoo, who is a customer for the first time is one at once, and who is one already is
    counted after the commit, so that nobody waits for it, or fails because of it.
    """
    counts = Counter(invoice.partner for invoice in invoices)
    partners = {partner.id for partner in counts}
    partners.update(partner.commercial_partner_id.id for partner in counts)
    # sudo: as Odoo counts, whoever posts need not be allowed to edit customers.
    partners = env["res.partner"].sudo().browse(partners)
    before = {partner.id: partner.customer_rank for partner in partners}
    first, later = {}, Counter()
    for partner, count in counts.items():
        for partner_id in {partner.id, partner.commercial_partner_id.id}:
            if before[partner_id] or partner_id in first:
                later[partner_id] += count
            else:
                first[partner_id] = count
    _write_ranks(partners, first)
    if later:
        _count_after_commit(env, later)


def _write_ranks(partners, ranks):
    """Write ``{partner id: rank}``, all that get the same rank at once."""
    by_rank = defaultdict(list)
    for partner_id, rank in ranks.items():
        by_rank[rank].append(partner_id)
    for rank, ids in by_rank.items():
        # no field that is tracked hangs on the rank, and to find that out takes most of a write
        quiet = partners.browse(ids).with_context(tracking_disable=True)
        quiet.write({"customer_rank": rank})


def _count_after_commit(env, counts):
    postcommit = env.cr.postcommit
    registered = LATER in postcommit.data
    postcommit.data.setdefault(LATER, Counter()).update(counts)
    if registered:
        return

    @postcommit.add
    def count_later():
        later = postcommit.data.pop(LATER)
        try:
            with env.registry.cursor() as cr:
                # sudo: a count that Odoo keeps of its own invoices, as its `_increase_rank` does
                partners = env(cr=cr)["res.partner"].sudo().browse(sorted(later)).exists()
                partners = partners.with_context(prefetch_fields=False)
                ranks = {
                    partner.id: partner.customer_rank + later[partner.id] for partner in partners
                }
                _write_ranks(partners, ranks)
        except psycopg2.OperationalError:
            _logger.debug("The ranks of customers could not be counted.")
