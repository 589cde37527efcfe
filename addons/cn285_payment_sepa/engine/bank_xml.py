"""Elements of files from banks, by their names, whatever their namespace.

Nothing is resolved or fetched; what is not there is None, or an empty text.
"""

from lxml import etree

from .bank_text import readable
from .errors import SepaError


def parsed(stream):
    """Starts and ends of elements, in their order: ``(event, element)``.

    :raises SepaError: where the file is no XML, when that is found out
    """
    try:
        yield from etree.iterparse(
            readable(stream),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    except etree.XMLSyntaxError as error:
        raise SepaError("not_readable", reason=str(error)) from None


def forget(element):
    """Let go of an entry that was read, and of those before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def name_of(element):
    """Its name, whatever its namespace; "" of what is no element, such as an entity."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def first_child(element):
    """The name of what stands first in an element, for a message; its own where nothing does."""
    return name_of(element[0]) if len(element) else name_of(element)


def children(element, tag):
    """Its children of a name, in their order."""
    return [] if element is None else element.findall(f"{{*}}{tag}")


def child(element, tag):
    """Its first child of a name; None without one."""
    return None if element is None else element.find(f"{{*}}{tag}")


def path_of(element, path):
    """The first element at a path of names; None without one."""
    for tag in path.split("/"):
        element = child(element, tag)
    return element


def value_of(element, path):
    """The text at a path of names; "" without one."""
    return clean(getattr(path_of(element, path), "text", None))


def clean(text):
    """A text with single blanks."""
    return " ".join((text or "").split())
