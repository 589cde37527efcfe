"""Texts of any length brought to what fits on a page; whatever stops no document."""

# Longer paragraphs are parted, so that each fits on a page.
LONGEST = 1500
# Lines of an address stand in one block, which cannot go on to the next page.
MOST_SIGNS = 140


def parts(text: str, most: int = LONGEST) -> list[str]:
    """The text in pieces of up to so many signs, parted at blanks where there are any."""
    found = []
    while len(text) > most:
        end = text.rfind(" ", 1, most)
        end = end if end > 0 else most
        found.append(text[:end])
        text = text[end:].lstrip()
    return [*found, text]


def shortened(text: str, most: int = MOST_SIGNS) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
