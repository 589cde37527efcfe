"""What the API decides by itself: keys, references, pages, decimals, signatures. No Odoo here."""
