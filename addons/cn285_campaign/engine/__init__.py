"""When customers are told something, and whether they may be: pure, without Odoo.

``timing``: on which day and at which hour; ``reconcile``: what is planned, and what a moved date
does to it; ``limits``: how often, near a legal notice, and with whose consent; ``keeping``: what an
offer has kept.
"""
