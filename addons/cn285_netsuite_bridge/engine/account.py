"""Forms of a NetSuite account id: an account is written in one way, its host in another."""

import re

_FORM = re.compile(r"^(?:TSTDRV\d+|\d+)(?:[_-](?:SB|RP|SBX)\d*)?$|^[A-Z]+\d*(?:[_-](?:SB|RP)\d+)?$")
SERVICE_HOST = "suitetalk.api.netsuite.com"
VERSION = re.compile(r"^20\d\d_[12]$")


def account_id(text: str) -> str:
    """The id as the token passport wants it: capitals and an underscore.

    >>> account_id(" 1234567-sb1 "), account_id("1234567"), account_id("tstdrv123")
    ('1234567_SB1', '1234567', 'TSTDRV123')

    :raise ValueError: when it cannot be an account id
    """
    form = (text or "").strip().upper().replace("-", "_")
    if not _FORM.match(form):
        raise ValueError(text)
    return form


def host_name(text: str) -> str:
    """The account's own host for SOAP calls: small letters and a hyphen.

    >>> host_name("1234567_SB1")
    '1234567-sb1.suitetalk.api.netsuite.com'
    """
    return f"{account_id(text).lower().replace('_', '-')}.{SERVICE_HOST}"


def base_url(text: str) -> str:
    """Where an account's services are.

    >>> base_url("1234567")
    'https://1234567.suitetalk.api.netsuite.com'
    """
    return f"https://{host_name(text)}"


def wsdl_path(version: str) -> str:
    """
    >>> wsdl_path("2025_2")
    '/wsdl/v2025_2_0/netsuite.wsdl'
    """
    return f"/wsdl/v{checked_version(version)}_0/netsuite.wsdl"


def endpoint_path(version: str) -> str:
    """
    >>> endpoint_path("2025_2")
    '/services/NetSuitePort_2025_2'
    """
    return f"/services/NetSuitePort_{checked_version(version)}"


def checked_version(version: str) -> str:
    """The version, when it can be one ("2025_2": year and release).

    :raise ValueError: otherwise
    """
    if not VERSION.match(version or ""):
        raise ValueError(version)
    return version
