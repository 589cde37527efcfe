"""Answers of the server as XML, in the namespaces and the order of the schema."""

import re
from copy import deepcopy
from datetime import datetime

from lxml import etree

from .store import XSI, Record

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DELETED_PAGE = 1000
_VERSION = re.compile(r"_20\d\d_\d\.")


class Fault(Exception):
    """A SOAP fault: the whole call failed."""

    def __init__(self, name, code, message):
        super().__init__(message)
        self.name = name
        self.code = code


def parse_time(text):
    """An xsd:dateTime as an aware datetime."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Answer:
    """Builds the answers in one version's namespaces."""

    def __init__(self, schema):
        self.schema = schema
        self._spaces = {key: part.namespace for key, part in schema.parts.items()}

    # ------------------------------------------------------------------ names

    @staticmethod
    def type_name(element):
        """The type of an element by its xsi:type."""
        return element.get(f"{{{XSI}}}type", "").rpartition(":")[2]

    @staticmethod
    def record_type(type_):
        """The name of a record type as references have it."""
        return type_[0].lower() + type_[1:]

    def reference(self, element):
        """(type, internal id, external id) of a RecordRef."""
        type_ = element.get("type", "")
        return type_[0].upper() + type_[1:], element.get("internalId"), element.get("externalId")

    def _element(self, key, name, text=None, **attributes):
        made = etree.Element(f"{{{self._spaces[key]}}}{name}", attributes)
        made.text = text
        return made

    def _with(self, parent, *children):
        parent.extend(item for item in children if item is not None)
        return parent

    # ------------------------------------------------------------------ envelopes

    def envelope(self, body):
        """A SOAP envelope around an answer, as bytes."""
        root = etree.Element(
            f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP, "xsi": XSI, **self._spaces}
        )
        header = etree.SubElement(root, f"{{{SOAP}}}Header")
        info = self._with(
            self._element("messages", "documentInfo"),
            self._element("messages", "nsId", "WEBSERVICES"),
        )
        header.append(info)
        etree.SubElement(root, f"{{{SOAP}}}Body").append(body)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def fault(self, fault):
        """A SOAP fault, as bytes."""
        root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP, **self._spaces})
        body = etree.SubElement(etree.SubElement(root, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
        etree.SubElement(body, "faultcode").text = "soapenv:Server.userException"
        etree.SubElement(body, "faultstring").text = str(fault)
        name = fault.name[0].lower() + fault.name[1:]
        detail = self._with(
            self._element("faults", name),
            self._element("faults", "code", fault.code),
            self._element("faults", "message", str(fault)),
        )
        etree.SubElement(body, "detail").append(detail)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    # ------------------------------------------------------------------ parts of answers

    def _status(self, code=None, message=None):
        status = self._element("core", "status", isSuccess="false" if code else "true")
        if code:
            detail = self._with(
                self._element("core", "statusDetail", type="ERROR"),
                self._element("core", "code", code),
                self._element("core", "message", message),
            )
            status.append(detail)
        return status

    def _ref(self, name, type_, internal_id, external_id, space="messages"):
        attributes = {"internalId": internal_id, "type": self.record_type(type_)}
        if external_id:
            attributes["externalId"] = external_id
        made = self._element(space, name, **attributes)
        made.set(f"{{{XSI}}}type", "core:RecordRef")
        return made

    def written(self, record):
        """writeResponse of a record that was written or deleted."""
        ref = self._ref("baseRef", record.type, record.internal_id, record.external_id)
        return self._with(self._element("messages", "writeResponse"), self._status(), ref)

    def refused(self, code, message, element):
        """writeResponse of a record that was not."""
        response = self._with(
            self._element("messages", "writeResponse"), self._status(code, message)
        )
        if element.get("externalId"):
            type_ = self.type_name(element)
            if type_ and type_ != "RecordRef":
                ref = self._element("messages", "baseRef", externalId=element.get("externalId"))
                ref.set("type", self.record_type(type_))
                ref.set(f"{{{XSI}}}type", "core:RecordRef")
                response.append(ref)
        return response

    def found(self, record):
        """readResponse of a record, or of one that does not exist."""
        response = self._element("messages", "readResponse")
        if record is None:
            message = "That record does not exist."
            return self._with(response, self._status("RCRD_DSNT_EXIST", message))
        return self._with(response, self._status(), self.record("messages", record))

    def one(self, name, response):
        """The answer of a call about one record."""
        return self._with(self._element("messages", name), response)

    def many(self, name, responses, listed="writeResponseList"):
        """The answer of a list call."""
        inner = self._with(self._element("messages", listed), self._status(), *responses)
        return self._with(self._element("messages", name), inner)

    def server_time(self, moment):
        result = self._with(
            self._element("core", "getServerTimeResult"),
            self._status(),
            self._element("core", "serverTime", moment.isoformat()),
        )
        return self._with(self._element("messages", "getServerTimeResponse"), result)

    def page(self, name, search_id, found, size, index):
        """One page of a search."""
        pages = -(-len(found) // size)
        result = self._with(
            self._element("core", "searchResult"),
            self._status(),
            self._element("core", "totalRecords", str(len(found))),
            self._element("core", "pageSize", str(size)),
            self._element("core", "totalPages", str(pages)),
            self._element("core", "pageIndex", str(index)),
            self._element("core", "searchId", search_id),
        )
        listed = self._element("core", "recordList")
        for record in found[(index - 1) * size : index * size]:
            listed.append(self.record("core", record))
        return self._with(self._element("messages", name), self._with(result, listed))

    def deleted(self, found, index):
        """One page of deleted records."""
        result = self._with(
            self._element("core", "getDeletedResult"),
            self._status(),
            self._element("core", "totalRecords", str(len(found))),
            self._element("core", "pageSize", str(DELETED_PAGE)),
            self._element("core", "totalPages", str(-(-len(found) // DELETED_PAGE))),
            self._element("core", "pageIndex", str(index)),
        )
        listed = self._element("core", "deletedRecordList")
        for moment, record in found[(index - 1) * DELETED_PAGE : index * DELETED_PAGE]:
            ref = self._ref("record", record.type, record.internal_id, record.external_id, "core")
            listed.append(
                self._with(
                    self._element("core", "deletedRecord"),
                    self._element("core", "deletedDate", moment.isoformat()),
                    ref,
                )
            )
        return self._with(
            self._element("messages", "getDeletedResponse"), self._with(result, listed)
        )

    # ------------------------------------------------------------------ records

    def record(self, space, record: Record):
        """A record with its fields in the schema's order."""
        part, _type = self.schema.find(record.type)
        made = self._element(space, "record", internalId=record.internal_id)
        if record.external_id:
            made.set("externalId", record.external_id)
        made.set(f"{{{XSI}}}type", f"{part.key}:{record.type}")
        times = {
            "createdDate": record.created,
            "dateCreated": record.created,
            "lastModifiedDate": record.modified,
        }
        for name, _kind, _optional, _many, _ref in self.schema.elements(record.type):
            value = times.get(name) or record.fields.get(name)
            if isinstance(value, datetime):
                made.append(self._element(part.key, name, value.isoformat()))
            elif isinstance(value, str):
                made.append(self._element(part.key, name, value))
            elif value:
                made.extend(self._in_order(item) for item in value)
        return made

    def _in_order(self, element):
        """A copy of what came in, in this version's namespaces."""
        copy = deepcopy(element)
        for item in copy.iter():
            item.tag = _VERSION.sub(f"_{self.schema.version}.", item.tag)
            type_ = self.type_name(item)
            if type_:
                item.set(f"{{{XSI}}}type", f"{self.schema.find(type_)[0].key}:{type_}")
        copy.attrib.pop("replaceAll", None)
        return copy
