"""What tells that something is ordered by a program, and not done at once."""

#: In the context of a top-up that a program orders; no remote call can hold it.
ORDERED = object()
