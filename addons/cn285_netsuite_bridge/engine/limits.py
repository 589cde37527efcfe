"""How many records one call may carry (NetSuite, "SOAP Web Services Governance")."""

UPSERT_LIST = 100
ADD_LIST = 200
DELETE_LIST = 200
GET_LIST = 1000
PAGE_SIZE = 1000
SMALLEST_PAGE = 5


def page_size(wanted: int) -> int:
    """A page size that a search accepts.

    >>> page_size(50), page_size(1), page_size(99999)
    (50, 5, 1000)
    """
    return max(SMALLEST_PAGE, min(PAGE_SIZE, wanted))
