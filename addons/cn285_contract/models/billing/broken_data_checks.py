"""The kinds of broken data that are looked for before a run, each in one entry of ``CHECKS``."""

from typing import NamedTuple

from ...engine.limits import (
    ENDLESS_YEAR,
    FIRST_YEAR,
    LARGEST_AMOUNT,
    LARGEST_PRICE,
    LARGEST_QUANTITY,
    LAST_YEAR,
)
from ..common import LIVE_STATES

LIVE = f"state IN {LIVE_STATES!r}"
# What is looked at for contracts ``c`` in play, by level: the FROM clause, and whose names the
# reason says. A level has one query, whatever the number of contracts.
LEVELS = {
    "contract": "cn285_contract c",
    "item": "cn285_contract c JOIN cn285_contract_item i ON i.contract_id = c.id AND %(live)s",
    "version": "cn285_contract c JOIN cn285_contract_item i ON i.contract_id = c.id AND %(live)s "
    "JOIN cn285_contract_item_version v ON v.item_id = i.id AND v.active",
    "discount": "cn285_contract c JOIN cn285_contract_item i ON i.contract_id = c.id AND %(live)s "
    "JOIN cn285_contract_item_discount d ON d.item_id = i.id",
    "row": "cn285_contract c JOIN cn285_billing_schedule r ON r.contract_id = c.id "
    "AND r.state IN ('planned', 'waiting') AND r.billing_date <= %(until)s "
    "LEFT JOIN cn285_contract_item i ON i.id = r.item_id",
}
# Another company's record: it has a company, which is neither the contract's nor above it.
_FOREIGN = (
    "EXISTS (SELECT 1 FROM {table} x WHERE x.id = {column} AND x.company_id IS NOT NULL "
    "AND x.company_id <> ALL(%(family)s))"
)
_ARCHIVED = "EXISTS (SELECT 1 FROM {table} x WHERE x.id = {column} AND x.active IS NOT TRUE)"


class Check(NamedTuple):
    """One kind of broken data: where it is, as a condition in SQL, and what a clerk is told."""

    level: str
    condition: str
    words: object


def _foreign(table, column):
    return _FOREIGN.format(table=table, column=column)


def _archived(table, column):
    return _ARCHIVED.format(table=table, column=column)


def _no_number(column, most):
    # Of numbers, NaN and infinity are the largest for PostgreSQL.
    return f"({column} IS NULL OR abs({column}) > {most})"


def _terms(level, alias):
    """What has to hold for price terms, of an item or of one of its versions."""
    return [
        Check(
            level,
            f"coalesce({alias}.recurring_unit, '') NOT IN "
            "('day', 'week', 'month', 'quarter', 'semester', 'year')",
            lambda env: env._("it has no period: choose days, weeks, months or years."),
        ),
        Check(
            level,
            f"{alias}.recurring_interval IS NULL OR {alias}.recurring_interval < 1",
            lambda env: env._("its period is not at least 1 unit long."),
        ),
        Check(
            level,
            f"{alias}.alignment IS NULL OR {alias}.alignment NOT IN ('anniversary', 'calendar')",
            lambda env: env._("it does not say whether periods are date to date or calendar."),
        ),
        Check(
            level,
            f"{alias}.billing_day IS NULL OR {alias}.billing_day NOT BETWEEN 1 AND 31",
            lambda env: env._("its billing day is not between 1 and 31."),
        ),
        Check(
            level,
            f"{alias}.billing_month IS NULL OR {alias}.billing_month !~ '^([1-9]|1[0-2])$'",
            lambda env: env._("its billing month is no month."),
        ),
        Check(
            level,
            _no_number(f"{alias}.quantity", LARGEST_QUANTITY),
            lambda env: env._("its quantity is missing, no number, or too large."),
        ),
        Check(
            level,
            f"{alias}.price_source IS NULL OR {alias}.price_source NOT IN ('manual', 'pricelist')",
            lambda env: env._("it does not say where its price comes from."),
        ),
        Check(
            level,
            f"{alias}.price_source = 'manual' AND "
            + _no_number(f"{alias}.price_unit", LARGEST_PRICE),
            lambda env: env._("its unit price is missing, no number, or too large."),
        ),
        Check(
            level,
            f"{alias}.price_source = 'manual' AND "
            f"abs({alias}.price_unit * {alias}.quantity) > {LARGEST_AMOUNT}",
            lambda env: env._("quantity times price is too large to be billed."),
        ),
        Check(
            level,
            f"coalesce({alias}.discount, 0) NOT BETWEEN 0 AND 100",
            lambda env: env._("its discount is not between 0 and 100 %."),
        ),
    ]


CHECKS = [
    Check("contract", "c.name IS NULL", lambda env: env._("It has no number.")),
    Check(
        "contract",
        "NOT EXISTS (SELECT 1 FROM res_partner x WHERE x.id = c.partner_id)",
        lambda env: env._("It has no customer: the contact is missing."),
    ),
    Check(
        "contract",
        "NOT EXISTS (SELECT 1 FROM res_partner x WHERE x.id = c.payer_id)",
        lambda env: env._("It has no payer: the customer or reseller who pays is missing."),
    ),
    Check(
        "contract",
        _foreign("res_partner", "c.payer_id"),
        lambda env: env._("Its payer belongs to another company."),
    ),
    Check(
        "contract",
        "NOT EXISTS (SELECT 1 FROM res_currency x WHERE x.id = c.currency_id)",
        lambda env: env._("It has no currency."),
    ),
    Check(
        "contract",
        "EXISTS (SELECT 1 FROM res_currency x WHERE x.id = c.currency_id "
        "AND coalesce(x.rounding, 0) <= 0)",
        lambda env: env._("Its currency has no smallest unit: set its rounding."),
    ),
    Check(
        "contract",
        "c.date_start IS NULL AND c.state IN ('active', 'paused', 'suspended')",
        lambda env: env._("It has no start date."),
    ),
    Check(
        "contract",
        "c.date_end < c.date_start",
        lambda env: env._("It ends before it starts."),
    ),
    Check(
        "contract",
        f"extract(year FROM c.date_start) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}",
        lambda env: env._("Its start date is no date of these centuries."),
    ),
    Check(
        "contract",
        _archived("account_journal", "c.journal_id"),
        lambda env: env._("Its sales journal is archived."),
    ),
    Check(
        "contract",
        "EXISTS (SELECT 1 FROM account_journal x WHERE x.id = c.journal_id AND x.type <> 'sale')",
        lambda env: env._("Its journal is no sales journal."),
    ),
    Check(
        "contract",
        _foreign("account_journal", "c.journal_id"),
        lambda env: env._("Its sales journal belongs to another company."),
    ),
    Check(
        "contract",
        _foreign("account_fiscal_position", "c.fiscal_position_id"),
        lambda env: env._("Its fiscal position belongs to another company."),
    ),
    Check(
        "contract",
        _foreign("account_payment_term", "c.payment_term_id"),
        lambda env: env._("Its payment terms belong to another company."),
    ),
    Check(
        "contract",
        _foreign("product_pricelist", "c.pricelist_id"),
        lambda env: env._("Its pricelist belongs to another company."),
    ),
    Check(
        "contract",
        "EXISTS (SELECT 1 FROM product_pricelist x WHERE x.id = c.pricelist_id "
        "AND x.currency_id <> c.currency_id)",
        lambda env: env._("Its pricelist is in another currency."),
    ),
    Check(
        "contract",
        "c.line_grouping IS NULL OR c.line_grouping NOT IN ('row', 'product', 'item_name')",
        lambda env: env._("It does not say how invoice lines are grouped."),
    ),
    Check(
        "contract",
        "c.payer_id IN (SELECT looped FROM looping)",
        lambda env: env._("Its payer's parent companies go round in a circle."),
    ),
    Check(
        "item",
        "NOT EXISTS (SELECT 1 FROM product_product p JOIN product_template t "
        "ON t.id = p.product_tmpl_id WHERE p.id = i.product_id)",
        lambda env: env._("its product is missing."),
    ),
    Check(
        "item",
        _archived("product_product", "i.product_id"),
        lambda env: env._("its product is archived: unarchive it, or change the product."),
    ),
    Check(
        "item",
        "NOT EXISTS (SELECT 1 FROM product_product p JOIN product_template t "
        "ON t.id = p.product_tmpl_id JOIN uom_uom u ON u.id = t.uom_id WHERE p.id = i.product_id)",
        lambda env: env._("its product has no unit of measure."),
    ),
    Check(
        "item",
        "EXISTS (SELECT 1 FROM product_product p JOIN product_template x "
        "ON x.id = p.product_tmpl_id WHERE p.id = i.product_id AND x.company_id IS NOT NULL "
        "AND x.company_id <> ALL(%(family)s))",
        lambda env: env._("its product belongs to another company."),
    ),
    Check(
        "item",
        "%(taxed)s AND EXISTS (SELECT 1 FROM product_product p JOIN product_taxes_rel q "
        "ON q.prod_id = p.product_tmpl_id WHERE p.id = i.product_id) "
        "AND NOT EXISTS (SELECT 1 FROM product_product p JOIN product_taxes_rel q "
        "ON q.prod_id = p.product_tmpl_id JOIN account_tax x ON x.id = q.tax_id "
        "WHERE p.id = i.product_id AND x.company_id = ANY(%(family)s))",
        lambda env: env._("its product has taxes of other companies only."),
    ),
    Check(
        "item",
        "i.company_id IS DISTINCT FROM c.company_id",
        lambda env: env._("it belongs to another company than its contract."),
    ),
    Check(
        "item",
        "i.billing_type IS NULL OR i.billing_type NOT IN ('fixed', 'one_shot', 'usage', 'none')",
        lambda env: env._("it does not say how it is billed."),
    ),
    *_terms("item", "i"),
    Check(
        "item",
        "i.timing IS NULL OR i.timing NOT IN ('advance', 'arrears')",
        lambda env: env._("it does not say whether it is billed in advance or in arrears."),
    ),
    Check(
        "item",
        "coalesce(i.first_period, '') NOT IN ('prorate', 'full', 'free') "
        "OR coalesce(i.last_period, '') NOT IN ('prorate', 'full', 'free')",
        lambda env: env._("it does not say how partial periods are billed."),
    ),
    Check(
        "item",
        "i.date_start IS NULL",
        lambda env: env._("it runs and has no start date."),
    ),
    Check(
        "item",
        f"extract(year FROM i.date_start) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}",
        lambda env: env._("its start date is no date of these centuries."),
    ),
    Check(
        "item",
        f"i.date_end < i.date_start AND extract(year FROM i.date_end) < {ENDLESS_YEAR}",
        lambda env: env._("it ends before it starts."),
    ),
    Check(
        "item",
        "coalesce(i.trial_days, 0) < 0 OR coalesce(i.period_count, 0) < 0",
        lambda env: env._("its trial or its number of periods is negative."),
    ),
    Check(
        "item",
        "i.analytic_distribution::text !~ "
        """'^(null|[{]("[0-9]+(,[0-9]+)*": -?[0-9.eE+-]+(, )?)*[}])$'""",
        lambda env: env._("its analytic distribution cannot be read."),
    ),
    *_terms("version", "v"),
    Check(
        "version",
        "v.patch IS NOT NULL AND jsonb_typeof(v.patch) NOT IN ('object', 'null')",
        lambda env: env._("the record of what changed in its terms cannot be read."),
    ),
    Check(
        "discount",
        "coalesce(d.percent, 0) NOT BETWEEN 0 AND 100 "
        f"OR coalesce(d.amount, 0) NOT BETWEEN 0 AND {LARGEST_PRICE} OR d.date_start IS NULL",
        lambda env: env._("one of its discount periods is no discount."),
    ),
    Check(
        "discount",
        "d.date_end < d.date_start",
        lambda env: env._("one of its discount periods ends before it starts."),
    ),
    Check(
        "row",
        "i.id IS NULL OR i.contract_id IS DISTINCT FROM c.id",
        lambda env: env._("a row of the schedule belongs to an item of another contract."),
    ),
    Check(
        "row",
        "r.company_id IS DISTINCT FROM c.company_id",
        lambda env: env._("a row of its schedule belongs to another company."),
    ),
    Check(
        "row",
        "r.currency_id IS DISTINCT FROM c.currency_id",
        lambda env: env._("a row of its schedule is in another currency than the contract."),
    ),
    Check(
        "row",
        "r.state = 'planned' AND ("
        + " OR ".join(
            _no_number(f"r.{column}", LARGEST_AMOUNT)
            for column in ("quantity", "price_unit", "net", "amount")
        )
        + ")",
        lambda env: env._("a row of its schedule has no quantity, price or amount."),
    ),
    Check(
        "row",
        "r.steps IS NOT NULL AND jsonb_typeof(r.steps) NOT IN ('array', 'null')",
        lambda env: env._("how the amount of a row came about cannot be read."),
    ),
]
