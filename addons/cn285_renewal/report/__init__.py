"""How letters are drawn as PDF files: address, text, boxes and tables.
Called by: the room ``letters``.
"""
