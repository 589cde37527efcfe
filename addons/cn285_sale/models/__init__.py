"""Quotations that become contracts: what they say, what they come to, and what happens when they
are accepted. Called by: sellers' screens, the portal, signatures.
"""

from . import (
    product_template,
    rhythm_on_lines,
    sale_order,
    sale_order_line,
    sale_order_template_line,
    quote_contract,
    quote_figures,
    quote_settled,
    quote_page,
    quote_due,
    quote_activation,
    quote_together,
    quote_acceptance,
    quote_doors,
    quote_kept,
    quote_versions,
    quote_signature,
    quote_document,
    amendment,
    quote_discount,
    quote_pipeline,
    quote_unbillable,
    contract,
    crm_lead,
    sign_request,
    personal_data,
    bundle,
    customer,
)
