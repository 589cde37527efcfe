"""How commercial documents become PDF; here nothing is known of Odoo or of contracts.
Called by: the models that print, with all texts in the reader's language already.
"""
