"""What keeping two systems in step needs, without Odoo and without a network.

checksum   whether two sets of values say the same
merge      three-way merge of what both sides changed
backoff    when a failed call is tried again
chunks     lists of records cut to what one call takes
masking    secrets out of what is logged
"""
