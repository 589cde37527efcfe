"""How statements become PDF, Excel and CSV files; here nothing is known of contracts.
Called by: the room ``statement``.
"""
