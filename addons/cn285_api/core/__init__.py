"""What carries a request: who calls, in which app it is answered, what an error becomes.

Called by: the route of ``controllers``, and the routers, which declare their operations with it.
"""
