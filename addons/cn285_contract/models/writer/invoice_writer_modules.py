"""The stock modules beside which invoices are still written quickly, and why that is right.

Two lists. Of VERIFIED_MODULES everything that concerns posting a customer invoice was read. Of the
modules in COVERED just what is listed was: an override that is not (of a later version, of another
module) is an obstacle. The differential test runs without these modules and with all of them
(`tests/writer/beside_apps.py`).

Fields that the modules in COVERED add to invoices (a link to a sales order, to a repair …) may not
be given: such an invoice takes Odoo's way.
"""

from typing import NamedTuple

VERIFIED_MODULES = frozenset(
    {
        "account",
        "account_add_gln",
        "account_edi_ubl_cii",
        "account_payment",
        "account_peppol",
        "account_qr_code_sepa",
        "analytic",
        "auth_signup",
        "base",
        "base_import",
        "base_iban",
        "base_sparse_field",
        "base_vat",
        "bus",
        "html_editor",
        "l10n_fr",
        "l10n_fr_account",
        "mail",
        "partner_autocomplete",
        "payment",
        "phone_validation",
        "portal",
        "privacy_lookup",
        "product",
        "queue_job",
        "sms",
        "snailmail",
        "snailmail_account",
        "web",
    }
)

MOVE = "account.move"
LINE = "account.move.line"
TAX = "account.tax"


class Covered(NamedTuple):
    """An override, constraint or column of a stock module that was read."""

    module: str
    model: str
    name: str
    # why it does nothing to an invoice that the quick writer makes, or how the writer follows it
    why: str
    # code of the reason for which an invoice is left to Odoo (see invoice_writer_reasons.py);
    # empty: never
    refused: str = ""


COVERED = (
    # --- orders
    Covered("sale", MOVE, "_post", "only payments of transaction_ids are reconciled", "field"),
    Covered("sale", MOVE, "_invoice_paid_hook", "tells the orders of lines, there are none"),
    Covered("sale", MOVE, "team_id", "Odoo's compute is asked, once per salesperson"),
    Covered("sale", MOVE, "_compute_team_id", "is asked, see team_id"),
    Covered("sale", LINE, "_compute_is_storno", "only for lines with is_downpayment", "field"),
    Covered("sale", LINE, "_related_analytic_distribution", "only for lines of an order"),
    Covered(
        "sale",
        LINE,
        "_prepare_analytic_lines",
        "sells costs again: debit lines with analytics and a product that says so",
        "reinvoiced",
    ),
    Covered(
        "sale", LINE, "_sale_can_be_reinvoice", "says which costs are sold again", "reinvoiced"
    ),
    Covered("sale_expense", LINE, "_sale_can_be_reinvoice", "the same for expenses", "reinvoiced"),
    Covered("sale_stock", LINE, "_sale_can_be_reinvoice", "the same, but for cost of goods"),
    Covered("sale_stock", MOVE, "_compute_delivery_date", "only for lines of an order"),
    Covered("sale_stock", MOVE, "_get_protected_vals", "keeps the delivery date as it is given"),
    Covered("sale_stock", MOVE, "_compute_incoterm_location", "only for lines of an order"),
    Covered(
        "sale_project",
        LINE,
        "_compute_analytic_distribution",
        "only for lines of an order, and with project_id in the context",
        "context",
    ),
    Covered("website_sale", MOVE, "website_id", "empty without an order"),
    Covered("website_sale", MOVE, "_compute_website_id", "empty without an order"),
    Covered("event_booth_sale", MOVE, "_invoice_paid_hook", "books booths of orders' lines"),
    Covered("purchase", MOVE, "create", "only for lines of a purchase order", "field"),
    Covered("purchase", MOVE, "write", "only for lines of a purchase order", "field"),
    Covered("purchase", LINE, "_related_analytic_distribution", "only for lines of an order"),
    Covered("purchase_stock", MOVE, "_post", "only for vendor bills", "not_invoice"),
    Covered("purchase_stock", MOVE, "_compute_incoterm_location", "only for lines of an order"),
    Covered("utm", MOVE, "default_get", "reads cookies of a web request", "cookies"),
    # --- stock and products
    Covered(
        "stock_account",
        MOVE,
        "_post",
        "cost of goods for storable products that are valued at each move",
        "stock_valuation",
    ),
    Covered(
        "stock_account",
        MOVE,
        "_stock_account_prepare_realtime_out_lines_vals",
        "cost of goods, see _post",
        "stock_valuation",
    ),
    Covered("stock_account", MOVE, "_get_anglo_saxon_price_ctx", "only for cost of goods"),
    Covered("stock_account", LINE, "_eligible_for_stock_account", "only storable products"),
    Covered(
        "stock_landed_costs",
        LINE,
        "_eligible_for_stock_account",
        "services that are landed costs too",
        "stock_valuation",
    ),
    Covered("stock_account", LINE, "_get_stock_moves", "none without an order"),
    Covered("mrp_subcontracting_purchase", LINE, "_get_stock_moves", "only for lines of an order"),
    Covered("sale_stock", MOVE, "_get_anglo_saxon_price_ctx", "only for cost of goods"),
    Covered("sale_stock", LINE, "_get_stock_moves", "only for lines of an order"),
    Covered(
        "purchase_stock",
        MOVE,
        "_stock_account_prepare_anglo_saxon_in_lines_vals",
        "only for vendor bills",
        "not_invoice",
    ),
    Covered("purchase_stock", LINE, "_get_stock_moves", "only for lines of an order"),
    Covered("stock_account", LINE, "_compute_account_id", "only for purchases", "not_invoice"),
    Covered("stock_account", LINE, "_inverse_product_id", "leaves out lines of cost of goods"),
    Covered("product_email_template", MOVE, "_post", "mails a text of the product", "product_mail"),
    Covered(
        "product_email_template",
        MOVE,
        "invoice_validate_send_email",
        "mails a text of the product",
        "product_mail",
    ),
    # --- messages
    Covered("rating", MOVE, "message_post", "only with a rating in its arguments"),
    Covered("rating", MOVE, "_message_post_after_hook", "only with a rating in its arguments"),
    Covered("rating", MOVE, "_get_message_create_ignore_field_names", "one more name"),
    # --- expenses, point of sale, vehicles
    Covered("hr_expense", MOVE, "_compute_commercial_partner_id", "only with expenses"),
    Covered("hr_expense", MOVE, "_compute_needed_terms", "only with expenses"),
    Covered("hr_expense", MOVE, "_creation_message", "only with expenses"),
    Covered("hr_expense", MOVE, "_check_expense_ids", "only with expenses"),
    Covered("hr_expense", MOVE, "_check_journal_move_type", "only with expenses"),
    Covered(
        "hr_expense",
        MOVE,
        "_prepare_product_base_line_for_taxes_computation",
        "only for lines with expense_id",
        "field",
    ),
    Covered("hr_expense", LINE, "_check_payable_receivable", "only with expenses"),
    Covered("hr_expense", LINE, "_compute_partner_id", "only with expenses"),
    Covered("hr_expense", LINE, "_compute_totals", "only for lines with expense_id", "field"),
    Covered(
        "hr_expense",
        TAX,
        "_prepare_base_line_for_taxes_computation",
        "adds the expense, which is empty; called by the writer too",
    ),
    Covered(
        "hr_expense",
        TAX,
        "_prepare_base_line_grouping_key",
        "adds the expense, which is empty; called by the writer too",
    ),
    Covered("point_of_sale", MOVE, "_compute_always_tax_exigible", "only entries of a session"),
    Covered("point_of_sale", MOVE, "_compute_amount", "only entries that reverse an order"),
    Covered("point_of_sale", MOVE, "_compute_is_storno", "only entries that reverse an order"),
    Covered("point_of_sale", LINE, "_compute_name", "only entries of a session"),
    Covered("account_fleet", MOVE, "_post", "only for vendor bills", "not_invoice"),
    Covered("account_fleet", LINE, "write", "only where vehicle_id is emptied", "field"),
    # --- numbers and electronic invoices
    Covered(
        "account_debit_note",
        MOVE,
        "_get_last_sequence_domain",
        "debit notes are numbered apart; asked by the writer too",
        "field",
    ),
    Covered("account_debit_note", MOVE, "_get_starting_sequence", "only for debit notes", "field"),
    Covered("account_edi", MOVE, "_post", "documents in the journal's formats", "journal_edi"),
    Covered("account_edi", MOVE, "_message_set_main_attachment_id", "only with attachments"),
    Covered("account_edi", MOVE, "_compute_edi_state", "empty without formats", "journal_edi"),
    Covered("account_edi", MOVE, "edi_state", "empty without formats", "journal_edi"),
)

COVERED_NAMES = frozenset((row.module, row.model, row.name) for row in COVERED)
COVERED_MODULES = frozenset(row.module for row in COVERED)

# Columns of these modules that are plain data all the same: they may be given.
PLAIN_FIELDS = frozenset({(MOVE, "campaign_id"), (MOVE, "medium_id"), (MOVE, "source_id")})
