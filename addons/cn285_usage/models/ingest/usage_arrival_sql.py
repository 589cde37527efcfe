"""How events are numbered as they arrive; no model is defined here.

An event's ``id`` is its place in the order of arrival. One that was parked arrives when it is
matched: it keeps its ``id`` and has a later number in ``seq``, which is NULL for all others.
"""

# Numbers are taken in blocks of so many: one by one, they would cost as much as an index.
BLOCK = 1000

# The number of event `e` in the order of arrival.
ARRIVAL = "coalesce(e.seq, e.id)"
# Whether `e` arrived in a range `r`; each half has an index. It also holds for events that were
# parked in the range and matched later.
ARRIVED = "(e.id BETWEEN r.first AND r.last OR e.seq BETWEEN r.first AND r.last)"
