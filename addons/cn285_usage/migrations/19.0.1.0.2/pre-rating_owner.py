"""Ratings have their item, company and currency from their row, which has the foreign keys."""


def migrate(cr, version):
    cr.execute(
        """ALTER TABLE IF EXISTS cn285_usage_rating
            DROP CONSTRAINT IF EXISTS cn285_usage_rating_item_id_fkey,
            DROP CONSTRAINT IF EXISTS cn285_usage_rating_company_id_fkey,
            DROP CONSTRAINT IF EXISTS cn285_usage_rating_currency_id_fkey"""
    )
