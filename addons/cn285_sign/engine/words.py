"""What strangers type, as plain text: a name, a reason, what a browser says of itself."""

LONGEST_NAME = 200
LONGEST_REASON = 2000


def one_line(text: str, longest: int) -> str:
    """Return a text as one line without control characters, at most so long.

    Signs that turn the direction of what follows go too: a name reads as it is.

    >>> one_line(" Camille\\n\\x00Martin ", 200), one_line("abcdef", 3)
    ('Camille Martin', 'abc')
    """
    blank = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(blank.split())[:longest]


def many_lines(text: str, longest: int) -> str:
    """Return a text of lines, each as :func:`one_line` has it, at most so long in all.

    >>> many_lines("Too dear\\r\\n\\x00and late", 200)
    'Too dear\\nand late'
    """
    lines = [one_line(line, longest) for line in text[: 2 * longest].splitlines()]
    return "\n".join(lines).strip()[:longest]
