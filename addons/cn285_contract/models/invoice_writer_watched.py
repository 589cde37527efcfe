WATCHED_METHODS = frozenset({"create", "write", "_post"})
