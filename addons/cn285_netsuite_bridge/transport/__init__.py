"""How NetSuite is reached. ``base`` is what the rest of the addon knows; ``soap`` is one way.

Called by: the adapters in ``models``; the backend makes the transport.
"""
