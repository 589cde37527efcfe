"""Credit that customers hold: lots that are topped up or granted, draws on them, and passes.
Called by: the collection, before any means is charged, credit notes, the portal and clerks.
"""
