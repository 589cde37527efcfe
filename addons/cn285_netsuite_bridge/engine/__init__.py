"""What NetSuite wants, without Odoo and without a network.

account    forms of an account id        signature  token-based authentication
faults     what an error means           limits     records in one call
countries  NetSuite's names of countries
records    neutral records: references and values by NetSuite's names of fields
customer, item, document, journal        records from and to what Odoo knows
"""
