def migrate(cr, version):
    """No company grants less than what consumers have by law: the setting took 0 to 365 days."""
    if version:
        cr.execute(
            "UPDATE res_company SET cn285_withdrawal_days = 14 WHERE cn285_withdrawal_days < 14"
        )
