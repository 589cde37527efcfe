"""What all documents that are drawn with reportlab share; here nothing is known of contracts.
Called by: statements, letters and printed invoices, which stand in addons of their own.
"""
