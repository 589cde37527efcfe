"""By what customers pay: tokens with their expiry, the means of a contract and of a payer, and how
they are renewed. Called by: the portal, clerks, and the collection, which asks whom to charge.
"""
