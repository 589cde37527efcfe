"""Macros run in processes of their own; ``child`` is the program of such a process.

Called by: the room ``smartcode`` (``smartcode_runner.py``).
"""
