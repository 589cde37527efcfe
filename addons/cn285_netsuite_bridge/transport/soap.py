"""NetSuite over SuiteTalk SOAP, by zeep."""

import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urljoin

import requests
from odoo.addons.cn285_bridge.engine.chunks import chunks
from odoo.addons.cn285_bridge.engine.errors import Meaning
from odoo.addons.cn285_bridge.engine.masking import mask
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault, XMLSyntaxError
from zeep.exceptions import TransportError as ZeepTransportError

from ..engine import limits
from ..engine.account import endpoint_path
from ..engine.faults import fault_meaning, http_meaning
from ..engine.records import Deleted, Outcome, Page, Ref
from ..engine.signature import new_nonce, sign
from .base import Exchange, Transport, TransportError
from .soap_client import SoapSettings, Wire, client, fault_parts, plain, text
from .values import Values

KEPT_CHARACTERS = 20_000
# What a search of a kind asks for: (namespace, search type, basic type, enum values of `type`).
SEARCHES = {
    "item": ("accounting", "ItemSearch", "ItemSearchBasic", ["_service", "_nonInventoryItem"]),
    "customer": ("relationships", "CustomerSearch", "CustomerSearchBasic", None),
    "invoice": ("sales", "TransactionSearch", "TransactionSearchBasic", ["_invoice"]),
    "creditMemo": ("sales", "TransactionSearch", "TransactionSearchBasic", ["_creditMemo"]),
    "journalEntry": ("sales", "TransactionSearch", "TransactionSearchBasic", ["_journal"]),
}
# Sublists that are wanted besides the fields of the body.
WITH_LISTS = ("item", "customer")


class SoapTransport(Transport):
    """SuiteTalk. An object is used by one thread; the WSDL is shared by all of a process."""

    upsert_size = limits.UPSERT_LIST

    def __init__(
        self, settings: SoapSettings, on_exchange: Callable[[Exchange], None] = lambda _call: None
    ):
        self._settings = settings
        self._on_exchange = on_exchange
        self._wire = Wire()
        self._session = requests.Session()
        self._loaded = None

    # ------------------------------------------------------------------ interface

    def check(self):
        found = self._call("getServerTime", 1)
        return found.body.getServerTimeResult.serverTime

    def search_modified(self, kind, since, subsidiary=""):
        space, search, basic, types = SEARCHES[kind]
        values = self._values
        criteria = {}
        if since:
            criteria["lastModifiedDate"] = values.type("core", "SearchDateField")(
                operator="onOrAfter", searchValue=since
            )
        if types:
            criteria["type"] = values.type("core", "SearchEnumMultiSelectField")(
                operator="anyOf", searchValue=types
            )
        if subsidiary and kind == "customer":
            criteria["subsidiary"] = values.type("core", "SearchMultiSelectField")(
                operator="anyOf", searchValue=[values.ref(Ref(subsidiary))]
            )
        record = values.type(space, search)(basic=values.type("common", basic)(**criteria))
        preferences = values.element("messages", "searchPreferences")(
            bodyFieldsOnly=kind not in WITH_LISTS,
            pageSize=limits.page_size(self._settings.page_size),
        )
        result = self._search("search", preferences, searchRecord=record)
        yield self._page(result)
        for index in range(2, (result.totalPages or 0) + 1):
            more = self._search(
                "searchMoreWithId", preferences, searchId=result.searchId, pageIndex=index
            )
            yield self._page(more)

    def get(self, refs):
        found = []
        for piece in chunks(refs, limits.GET_LIST):
            answer = self._call(
                "getList", len(piece), baseRef=[self._values.ref(ref) for ref in piece]
            )
            found += [self._read(item) for item in answer.body.readResponseList.readResponse]
        return found

    def upsert(self, records):
        return self._in_order(
            records,
            lambda record: "updateList" if record.internal_id else "upsertList",
            limits.UPSERT_LIST,
        )

    def add(self, records):
        return self._in_order(records, lambda _record: "addList", limits.ADD_LIST)

    def delete(self, refs):
        outcomes = []
        for piece in chunks(refs, limits.DELETE_LIST):
            answer = self._call(
                "deleteList", len(piece), baseRef=[self._values.ref(ref) for ref in piece]
            )
            outcomes += self._outcomes(answer)
        return outcomes

    def get_deleted(self, types, since):
        values, found, index, pages = self._values, [], 1, 1
        wanted = values.type("core", "GetDeletedFilter")(
            deletedDate=values.type("core", "SearchDateField")(
                operator="onOrAfter", searchValue=since
            ),
            type=values.type("core", "SearchEnumMultiSelectField")(
                operator="anyOf", searchValue=list(types)
            ),
        )
        while index <= pages:
            answer = self._call("getDeleted", 1, getDeletedFilter=wanted, pageIndex=index)
            result = answer.body.getDeletedResult
            self._check_status(result.status)
            pages = result.totalPages or 0
            listed = result.deletedRecordList
            found += [
                Deleted(
                    type=item.record.type or "",
                    internal_id=item.record.internalId or "",
                    external_id=item.record.externalId or "",
                    deleted=item.deletedDate,
                )
                for item in (listed.deletedRecord if listed else [])
            ]
            index += 1
        return found

    # ------------------------------------------------------------------ lists

    def _in_order(self, records, operation_of, size):
        """Write records by the operation that each needs; outcomes in the order of the records."""
        outcomes = [None] * len(records)
        by_operation = {}
        for position, record in enumerate(records):
            by_operation.setdefault(operation_of(record), []).append(position)
        for operation, positions in by_operation.items():
            for piece in chunks(positions, size):
                made = self._made([records[position] for position in piece])
                answer = self._call(operation, len(piece), record=made)
                for position, outcome in zip(piece, self._outcomes(answer), strict=True):
                    outcomes[position] = outcome
        return outcomes

    def _made(self, records):
        """Objects of the WSDL's types; values that do not fit them are refused like any others."""
        try:
            return [self._values.record(record) for record in records]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TransportError(plain(error), Meaning.REFUSE, type(error).__name__) from error

    def _outcomes(self, answer):
        return [self._outcome(item) for item in answer.body.writeResponseList.writeResponse]

    @staticmethod
    def _outcome(response):
        if response.status.isSuccess:
            ref = response.baseRef
            return Outcome(True, ref.internalId or "", ref.externalId or "")
        code, message = _details(response.status)
        return Outcome(False, code=code, message=message)

    def _read(self, response):
        if response.status.isSuccess:
            return self._values.parse_record(response.record)
        code, message = _details(response.status)
        if code == "RCRD_DSNT_EXIST":
            return None
        raise TransportError(message, fault_meaning(code), code)

    def _search(self, operation, preferences, **arguments):
        answer = self._call(operation, 1, preferences, **arguments)
        self._check_status(answer.body.searchResult.status)
        return answer.body.searchResult

    def _page(self, result):
        listed = result.recordList
        records = [self._values.parse_record(item) for item in (listed.record if listed else [])]
        return Page(
            records=tuple(records),
            index=result.pageIndex or 1,
            pages=result.totalPages or 0,
            total=result.totalRecords or 0,
        )

    @staticmethod
    def _check_status(status):
        if not status.isSuccess:
            code, message = _details(status)
            raise TransportError(message, fault_meaning(code), code)

    # ------------------------------------------------------------------ one call

    @property
    def _values(self) -> Values:
        return self._service[1]

    @property
    def _service(self):
        """(zeep's service, Values), loaded at the first call."""
        if self._loaded is None:
            settings = self._settings
            loaded = self._guarded(
                "wsdl", partial(client, settings, self._session, self._wire), 0, time.monotonic()
            )
            binding = f"{{urn:platform_{settings.version}.webservices.netsuite.com}}NetSuiteBinding"
            service = loaded.create_service(
                binding, urljoin(settings.base_url, endpoint_path(settings.version))
            )
            self._loaded = (service, Values(loaded, settings.version, settings.zone))
        return self._loaded

    def _passport(self):
        values = self._values
        passport = sign(self._settings.credentials, new_nonce(), int(time.time()))
        return values.element("messages", "tokenPassport")(
            account=passport.account,
            consumerKey=passport.consumer_key,
            token=passport.token,
            nonce=passport.nonce,
            timestamp=passport.timestamp,
            signature={"_value_1": passport.signature, "algorithm": passport.algorithm},
        )

    def _call(self, operation, size, preferences=None, **arguments):
        """Make one call, signed anew; its answer, or TransportError."""
        service, _values = self._service
        headers = {"tokenPassport": self._passport()}
        if preferences is not None:
            headers["searchPreferences"] = preferences
        self._wire.sent = self._wire.received = None
        work = partial(getattr(service, operation), _soapheaders=headers, **arguments)
        since = time.monotonic()
        answer = self._guarded(operation, work, size, since)
        failed = _failed_records(answer)
        self._log(operation, size, since, "partial" if failed else "ok", message=failed)
        return answer

    def _guarded(self, operation, work, size, since):
        """What ``work`` returns; every failure becomes a TransportError, and is logged."""
        try:
            return work()
        except Fault as fault:
            name, code, message = fault_parts(fault)
            error = TransportError(message, fault_meaning(code, name), code)
        except ZeepTransportError as failure:
            status = failure.status_code or 0
            error = TransportError(f"HTTP {status}", http_meaning(status), str(status))
        except requests.HTTPError as failure:
            status = failure.response.status_code
            error = TransportError(f"HTTP {status}", http_meaning(status), str(status))
        except requests.RequestException as failure:
            error = TransportError(plain(failure), Meaning.RETRY, type(failure).__name__)
        except XMLSyntaxError as failure:
            error = TransportError(plain(failure), Meaning.RETRY, "XMLSyntaxError")
        except ZeepError as failure:
            error = TransportError(plain(failure), Meaning.REFUSE, type(failure).__name__)
        self._log(operation, size, since, "failed", error.code, str(error))
        raise error

    def _log(self, operation, size, since, outcome, code="", message=""):
        keys = self._settings.credentials
        secrets = (keys.consumer_secret, keys.token_secret, keys.consumer_key, keys.token)
        texts = [
            mask(text(part), secrets=secrets)[:KEPT_CHARACTERS]
            for part in (self._wire.sent, self._wire.received)
        ]
        self._on_exchange(
            Exchange(
                operation=operation,
                records=size,
                milliseconds=round((time.monotonic() - since) * 1000),
                outcome=outcome,
                code=code,
                message=mask(message, secrets=secrets),
                request=texts[0],
                answer=texts[1],
            )
        )


def _details(status):
    """(code, message) of a status that is no success."""
    details = status.statusDetail or []
    errors = [item for item in details if item.type != "WARN"] or details
    if not errors:
        return "UNEXPECTED_ERROR", ""
    return errors[0].code or "", "; ".join(item.message or "" for item in errors)


def _failed_records(answer) -> str:
    """How many records of a list call failed, in words; empty when none did."""
    listed = getattr(getattr(answer, "body", None), "writeResponseList", None)
    if listed is None:
        return ""
    failed = [item for item in listed.writeResponse if not item.status.isSuccess]
    return f"{len(failed)}/{len(listed.writeResponse)}" if failed else ""
