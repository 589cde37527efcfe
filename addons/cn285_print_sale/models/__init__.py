"""Quotations and orders as documents, drawn as the invoices are."""

from . import sale_order, ir_actions_report
