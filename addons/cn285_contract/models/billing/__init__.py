"""From planned rows of the billing schedule to posted, mailed invoices: the schedule, the run with
its batches and jobs, the builder of invoices, sending, and what is shown ahead of a bill.
Called by: the daily crons, the buttons of contracts and runs. It calls the room ``writer``.
"""

from . import (
    contract_billing_links,
    contract_invoicing,
    document_taxes,
    contract_preview,
    billing_schedule,
    planned_rows,
    billing_schedule_sum,
    repricing,
    billing_calendar,
    issue_dates,
    billing_explanation,
    invoice_builder,
    invoice_texts,
    invoice_taxes,
    broken_data,
    billing_run,
    billing_run_results,
    billing_run_rating,
    billing_run_preview,
    billing_run_batch,
    billing_run_jobs,
    billing_run_keys,
    billing_run_bus,
    billing_run_start,
    billing_run_issue,
    invoice_sending,
    account_tax,
    account_move,
    money_received,
    contract_billing_ahead,
    contract_confirmation,
    contract_preview_played,
)
