"""Ratings have their item, company and currency from their row, which has the foreign keys."""


def migrate(cr, version):
    for column in ("item_id", "company_id", "currency_id"):
        cr.execute(
            "ALTER TABLE IF EXISTS cn285_usage_rating "
            f"DROP CONSTRAINT IF EXISTS cn285_usage_rating_{column}_fkey"
        )
