"""Columns of our tables that no view lists, and that were looked at: a new one has to be.

Personal data, texts and secrets stay in; so do figures that another view has, what only the program
needs, and settings. Odoo's own tables are not here: of them only what is listed leaves.
"""

#: ``{table: names of columns that stay in Odoo's database}``.
LEFT_OUT = {
    "cn285_billing_schedule": (
        "cn285_usage_estimate create_date create_uid delivery_id frees full_end full_start net "
        "revision run_id source_totals steps threshold_steps usage_discounts usage_stale "
        "version_id write_date write_uid"
    ),
    "cn285_change_reason": (
        "active create_date create_uid note portal sequence write_date write_uid"
    ),
    "cn285_contract": (
        "access_token announce announce_from announce_until auto_renew billing_hold "
        "billing_hold_reason client_ref collection_mode commitment_agreed_until commitment_length "
        "commitment_start commitment_unit create_uid date_concluded date_withdrawal_info exit_fee "
        "exit_fee_value exit_rule fiscal_position_id free_exit_from has_withdrawal index_value "
        "indexed_on initiation invoice_separately journal_id line_grouping may_buy_out note "
        "notice_length notice_unit order_id partner_invoice_id payment_term_id payment_token_id "
        "performance_date performance_declaration performance_requested pricelist_id renewal_cap "
        "renewal_index_id renewal_length renewal_max renewal_percent renewal_revision "
        "renewal_unit sending signatory_id statement_layout_id statement_mail_csv "
        "statement_mail_pdf statement_mail_xlsx telecom term_anchor_day term_length term_number "
        "term_unit terms_document_id usage_purged_until withdrawal_by_hand withdrawal_days "
        "write_date write_uid"
    ),
    "cn285_contract_change": (
        "after approved_by awaiting_told before confirmation_channel confirmation_id "
        "confirmation_to create_uid customer_key customer_paid_first customer_pays date_notified "
        "date_refund_due date_refunded date_reminder date_scheduled declaration error fee_amount "
        "is_legitimate legitimate_reason note offer_id order_id order_part override owes_fee "
        "received_at refund_amount refund_price reminded requested_by stage values waive_fee "
        "write_date write_uid"
    ),
    "cn285_contract_item": (
        "alignment analytic_distribution anchor_date billed_amount billed_at_price billed_from "
        "billed_on billed_ref billed_until billing_day billing_month billing_offset "
        "cn285_bundle_line_id cn285_combo_item_id cn285_deferred_before cn285_revrec_rule_id "
        "cn285_service_end cn285_service_start create_uid device_places first_period "
        "is_for_devices last_period minimum_months minimum_until mrr_next_day not_before "
        "object_months one_shot_date parent_item_id pause_id period_count plan_id planned_until "
        "price_source proration_basis sequence start_condition suspended_fee trial_extended "
        "usage_at_end usage_billing usage_grace_days usage_lines usage_marker_property "
        "usage_marker_value usage_max_wait usage_rated_by usage_set_completion usage_set_count "
        "usage_set_property usage_template_item_id usage_threshold usage_threshold_measure "
        "usage_threshold_repeat usage_threshold_span usage_threshold_step write_date write_uid"
    ),
    "cn285_contract_item_pause": ("create_date create_uid unowed_from write_date write_uid"),
    "cn285_contract_item_version": (
        "alignment anchor_date at_once billing_day billing_month create_date create_uid "
        "not_before patch pricelist_id write_date write_uid"
    ),
    "cn285_contract_tag": ("active color create_date create_uid write_date write_uid"),
    "cn285_contract_template": (
        "active announce announce_from announce_until cancellation_when "
        "cancellation_when_committed collection_mode commitment_length commitment_unit "
        "create_date create_uid currency_id downgrade_when downgrade_when_committed "
        "dunning_policy_id exit_fee exit_fee_value exit_rule initiation invoice_separately "
        "journal_id line_grouping may_buy_out note notice_length notice_unit owner_company_id "
        "pause_max_count pause_max_days pause_max_length pause_min_length payment_term_id "
        "pricelist_id renewal_cap renewal_index_id renewal_length renewal_max renewal_mode "
        "renewal_percent renewal_revision renewal_unit sending sequence statement_layout_id "
        "statement_mail_csv statement_mail_pdf statement_mail_xlsx telecom term_length term_unit "
        "upgrade_when upgrade_when_committed withdrawal_days write_date write_uid"
    ),
    "cn285_mrr_entry": ("revision"),
    "cn285_mrr_month": ("base_gain base_loss"),
    "cn285_payment_attempt": (
        "advice answered_at asked_at create_date create_uid is_followed message name origin "
        "retry_reason return_move_id returned_on sent_at token_id transaction_id write_date "
        "write_uid"
    ),
    "cn285_revrec_line": ("amount_currency move_line_id run_id"),
    "cn285_revrec_schedule": (
        "amount_currency analytic_distribution booking_date create_date create_uid "
        "credit_due_account_id currency_id deferred_account_id invoice_date is_opening journal_id "
        "revenue_account_id rule_id source_journal_id terms unbilled_account_id "
        "unbilled_tax_account_id write_date write_uid"
    ),
    "cn285_usage_event": (
        "ended_at ingested_at origin_id properties reference seq source state transaction_id"
    ),
    "cn285_usage_metric": (
        "active create_date create_uid duration_minimum duration_step duration_unit filter_json "
        "input_kind property_name retention_months retention_scope rounding_digits rounding_mode "
        "write_date write_uid"
    ),
    "cn285_usage_rating": (
        "carried_out data inputs inputs_digest last_seq seen_seq smartcode_version_id told"
    ),
}
