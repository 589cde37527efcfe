"""Posted invoices are collected: one attempt per invoice and means, transaction, booking, retry.
Called by: the end of a billing run, the cron of due dates, buttons, and new means of payment.
"""
