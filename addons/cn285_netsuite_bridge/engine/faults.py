"""What an error of NetSuite means for what comes next.

A call is tried again when NetSuite was busy or could not be reached, stops the whole backend when
nothing can work until somebody acts (credentials, permissions, version), and otherwise concerns one
record alone.
"""

from ...cn285_bridge.engine.errors import Meaning

BUSY = frozenset(
    {
        "ACCT_TEMP_UNAVAILABLE",
        "CANT_UPDATE_RECRD_HAS_CHANGED",
        "CONCURRENCY_LIMIT_EXCEEDED",
        "EXCEEDED_CONCURRENCY_LIMIT_BY_INTEGRATION",
        "EXCEEDED_MAX_CONCUR_RQST",
        "EXCEEDED_REQUEST_LIMIT",
        "EXCEEDED_RQST_LIMIT",
        "INVALID_SEARCH_MORE",
        "RCRD_HAS_BEEN_CHANGED",
        "SEARCH_TIMED_OUT",
        "SERVER_ERROR",
        "SESSION_TIMED_OUT",
        "SSS_REQUEST_LIMIT_EXCEEDED",
        "UNEXPECTED_ERROR",
        "WS_CONCUR_SESSION_DISALLWD",
        "WS_EXCEEDED_CONCUR_USERS_ALLWD",
        "WS_REQUEST_BLOCKED",
    }
)
CLOSED = frozenset(
    {
        "EMAIL_ADDRS_REQD",
        "FEATURE_DISABLED",
        "INSUFFICIENT_PERMISSION",
        "INVALID_ACCT",
        "INVALID_ROLE",
        "INVALID_WS_VERSION",
        "LOGIN_DISABLED",
        "NOT_ENOUGH_PERMISSIONS",
        "OI_FEATURE_REQD",
        "OI_PERMISSION_REQD",
        "PERMISSION_VIOLATION",
        "PSWD_REQD",
        "ROLE_REQUIRED",
        "UNSUPPORTED_WS_VERSION",
        "WS_FEATURE_REQD",
        "WS_LOG_IN_REQD",
        "WS_PERMISSION_REQD",
    }
)
BUSY_FAULTS = frozenset(
    {
        "ExceededConcurrentRequestLimitFault",
        "ExceededRequestLimitFault",
        "ExceededUsageLimitFault",
        "InvalidSessionFault",
        "UnexpectedErrorFault",
    }
)
CLOSED_FAULTS = frozenset(
    {
        "InsufficientPermissionFault",
        "InvalidAccountFault",
        "InvalidCredentialsFault",
        "InvalidVersionFault",
    }
)


def fault_meaning(code: str, fault: str = "") -> Meaning:
    """What the failure of a whole call means.

    :param code: NetSuite's error code
    :param fault: name of the SOAP fault, such as InvalidCredentialsFault

    >>> fault_meaning("WS_REQUEST_BLOCKED").value, fault_meaning("INVALID_LOGIN").value
    ('retry', 'stop')
    >>> fault_meaning("USER_ERROR").value
    'refuse'
    """
    code, fault = (code or "").upper(), (fault[:1].upper() + fault[1:]) if fault else ""
    if code.startswith("INVALID_LOGIN") or code in CLOSED:
        return Meaning.STOP
    if code in BUSY:
        return Meaning.RETRY
    if fault in CLOSED_FAULTS:
        return Meaning.STOP
    return Meaning.RETRY if fault in BUSY_FAULTS else Meaning.REFUSE


def http_meaning(status: int) -> Meaning:
    """What an answer that is no SOAP means: 429 and 5xx come and go, others need somebody.

    >>> http_meaning(503).value, http_meaning(404).value
    ('retry', 'stop')
    """
    return Meaning.RETRY if status in (408, 429) or status >= 500 else Meaning.STOP


def record_meaning(code: str) -> Meaning:
    """What the error of one record in a list call means.

    A record never stops the backend: a missing permission may concern one kind of record only.

    >>> record_meaning("RCRD_HAS_BEEN_CHANGED").value, record_meaning("INVALID_KEY_OR_REF").value
    ('retry', 'refuse')
    """
    return Meaning.RETRY if (code or "").upper() in BUSY else Meaning.REFUSE
