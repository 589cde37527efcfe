"""Recurring revenue over time: what items are worth, how customers move, what it comes to.

Pure: dates and decimals in, dataclasses out. ``steps`` turns an item's terms into the days on which
its value changes, ``movements`` what that means for its customer, ``roll`` months and ratios,
``worth`` what a customer is worth.
"""
