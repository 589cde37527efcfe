"""WSDL and XSD files of the server, made of schema.txt for any version of the endpoint.

Standard library only. ``Schema(version)`` knows the types, gives the files, and the order in which
elements of a type have to stand.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

SOURCE = Path(__file__).with_name("schema.txt")
XSD = "http://www.w3.org/2001/XMLSchema"
PLATFORM = "urn:platform_{v}.webservices.netsuite.com"
# Faults that the real operations declare, all but getServerTime's shorter list alike.
FAULTS = (
    "InsufficientPermissionFault",
    "InvalidSessionFault",
    "InvalidCredentialsFault",
    "ExceededConcurrentRequestLimitFault",
    "ExceededRequestLimitFault",
    "ExceededUsageLimitFault",
    "ExceededRecordCountFault",
    "ExceededRequestSizeFault",
    "UnexpectedErrorFault",
)
OPERATIONS = (
    "add",
    "addList",
    "delete",
    "deleteList",
    "get",
    "getDeleted",
    "getList",
    "getServerTime",
    "search",
    "searchMoreWithId",
    "updateList",
    "upsert",
    "upsertList",
)
_USE = {True: "required", False: "optional"}
SEARCHES = ("search", "searchMoreWithId")


@dataclass
class Part:
    """One namespace of the schema."""

    key: str
    namespace: str
    file: str
    enums: dict = field(default_factory=dict)
    types: dict = field(default_factory=dict)
    roots: list = field(default_factory=list)


@dataclass(frozen=True)
class Type:
    """A complex type; elements are (name, type, optional, many, whether it is a reference)."""

    name: str
    base: str
    abstract: bool
    simple: bool
    attributes: tuple
    elements: tuple


def _logical_lines(text):
    for line in re.sub(r"\n {4}", " ", text).splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _type(line):
    head, _, body = re.match(r"type (.*?):(?=\s|$)(())(.*)", line).group(1, 2, 4)
    words = head.split()
    base = words[words.index("<") + 1] if "<" in words else ""
    attributes = tuple(
        (word[1:].rstrip("!"), words[index + 1], word.endswith("!"))
        for index, word in enumerate(words)
        if word.startswith("@")
    )
    elements = []
    for item in filter(None, (part.strip() for part in body.split(";"))):
        name, kind = item.split()
        plain = name.rstrip("?*")
        marks = name[len(plain) :]
        elements.append((plain, kind.lstrip("="), "?" in marks, "*" in marks, kind[0] == "="))
    return Type(words[0], base, "abstract" in words, "simple" in words, attributes, tuple(elements))


class Schema:
    """The types that the server speaks, in one version's namespaces."""

    def __init__(self, version="2023_2"):
        self.version = version
        self.parts = {}
        part = None
        for line in _logical_lines(SOURCE.read_text().replace("{v}", version)):
            word, _, rest = line.partition(" ")
            if line.startswith("["):
                part = Part(*line.strip("[]").split())
                self.parts[part.key] = part
            elif word == "enum":
                name, _, body = rest.partition(":")
                part.enums[name] = body.split()
            elif word == "type":
                kind = _type(line)
                part.types[kind.name] = kind
            else:
                part.roots.append(tuple(rest.split()))

    def namespace(self, key):
        """The namespace of a part, such as core."""
        return self.parts[key].namespace

    @property
    def platform(self):
        """The namespace of the WSDL itself."""
        return PLATFORM.format(v=self.version)

    def find(self, name):
        """(part, type) of a complex type by its name; names are unique among the parts."""
        for part in self.parts.values():
            if name in part.types:
                return part, part.types[name]
        raise KeyError(name)

    def elements(self, name):
        """The elements of a type in order, those of its bases first."""
        _part, kind = self.find(name)
        inherited = ()
        if kind.base and not kind.base.startswith("xsd:"):
            inherited = self.elements(kind.base.split(":")[1])
        return (*inherited, *kind.elements)

    # ------------------------------------------------------------------ files

    def files(self, address):
        """{file name: text}: netsuite.wsdl and the XSD files beside it in xsd/."""
        made = {f"xsd/{part.file}": self._xsd(part) for part in self.parts.values()}
        return {"netsuite.wsdl": self._wsdl(address), **made}

    def one_schema(self):
        """A schema that imports all the others, for a validator; file names as in `files`."""
        imports = "".join(
            f'<import namespace="{part.namespace}" schemaLocation="{part.file}"/>'
            for part in self.parts.values()
        )
        return f'<schema xmlns="{XSD}">{imports}</schema>'

    def _prefixes(self):
        return " ".join(f'xmlns:{key}="{part.namespace}"' for key, part in self.parts.items())

    def _xsd(self, part):
        imports = "".join(
            f'<import namespace="{other.namespace}" schemaLocation="{other.file}"/>'
            for other in self.parts.values()
            if other is not part
        )
        body = "".join(self._enum_xsd(*enum) for enum in part.enums.items())
        body += "".join(map(self._type_xsd, part.types.values()))
        body += "".join(f'<element name="{name}" type="{kind}"/>' for name, kind in part.roots)
        return (
            f'<schema xmlns="{XSD}" xmlns:xsd="{XSD}" {self._prefixes()}'
            f' targetNamespace="{part.namespace}" elementFormDefault="qualified"'
            f' attributeFormDefault="unqualified">{imports}{body}</schema>'
        )

    @staticmethod
    def _enum_xsd(name, values):
        listed = "".join(f"<enumeration value={quoteattr(value)}/>" for value in values)
        return (
            f'<simpleType name="{name}"><restriction base="xsd:string">{listed}'
            "</restriction></simpleType>"
        )

    @staticmethod
    def _type_xsd(kind):
        attributes = "".join(
            f'<attribute name="{name}" type="{type_}" use="{_USE[needed]}"/>'
            for name, type_, needed in kind.attributes
        )
        if kind.simple:
            return (
                f'<complexType name="{kind.name}"><simpleContent><extension base="{kind.base}">'
                f"{attributes}</extension></simpleContent></complexType>"
            )
        elements = "".join(
            (f'<element ref="{type_}"' if ref else f'<element name="{name}" type="{type_}"')
            + (' minOccurs="0"' if optional else "")
            + (' maxOccurs="unbounded"' if many else "")
            + "/>"
            for name, type_, optional, many, ref in kind.elements
        )
        body = f"<sequence>{elements}</sequence>{attributes}"
        if kind.base:
            body = (
                f'<complexContent><extension base="{kind.base}">{body}</extension></complexContent>'
            )
        abstract = ' abstract="true"' if kind.abstract else ""
        return f'<complexType name="{kind.name}"{abstract}>{body}</complexType>'

    # ------------------------------------------------------------------ WSDL

    def _wsdl(self, address):
        imports = "".join(
            f'<xsd:import namespace="{part.namespace}" schemaLocation="./xsd/{part.file}"/>'
            for part in self.parts.values()
        )
        headers = ("documentInfo", "preferences", "searchPreferences", "tokenPassport")
        parts = "".join(f'<part name="{name}" element="messages:{name}"/>' for name in headers)
        messages = f'<message name="headers">{parts}</message>'
        for name in OPERATIONS:
            for suffix, element in (("Request", name), ("Response", f"{name}Response")):
                messages += (
                    f'<message name="{name}{suffix}">'
                    f'<part name="parameters" element="messages:{element}"/></message>'
                )
        for fault in FAULTS:
            element = fault[0].lower() + fault[1:]
            messages += (
                f'<message name="{fault}"><part name="fault" element="faults:{element}"/></message>'
            )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="{self.platform}"'
            f' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="{XSD}"'
            f' {self._prefixes()} targetNamespace="{self.platform}">'
            f'<types><xsd:schema elementFormDefault="qualified">{imports}</xsd:schema></types>'
            f"{messages}{self._port_type()}{self._binding()}"
            '<service name="NetSuiteService">'
            '<port name="NetSuitePort" binding="tns:NetSuiteBinding">'
            f"<soap:address location={quoteattr(address)}/></port></service></definitions>"
        )

    @staticmethod
    def _port_type():
        faults = "".join(f'<fault name="{name}" message="tns:{name}"/>' for name in FAULTS)
        return (
            '<portType name="NetSuitePortType">'
            + "".join(
                f'<operation name="{name}">'
                f'<input name="{name}Request" message="tns:{name}Request"/>'
                f'<output name="{name}Response" message="tns:{name}Response"/>{faults}</operation>'
                for name in OPERATIONS
            )
            + "</portType>"
        )

    @staticmethod
    def _binding():
        def header(name):
            return f'<soap:header message="tns:headers" part="{name}" use="literal"/>'

        faults = "".join(
            f'<fault name="{name}"><soap:fault name="{name}" use="literal"/></fault>'
            for name in FAULTS
        )
        operations = ""
        for name in OPERATIONS:
            extra = "searchPreferences" if name in SEARCHES else "preferences"
            operations += (
                f'<operation name="{name}"><soap:operation soapAction="{name}"/>'
                f'<input name="{name}Request">{header("tokenPassport")}{header(extra)}'
                '<soap:body use="literal"/></input>'
                f'<output name="{name}Response">{header("documentInfo")}'
                f'<soap:body use="literal"/></output>{faults}</operation>'
            )
        return (
            '<binding name="NetSuiteBinding" type="tns:NetSuitePortType">'
            '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>'
            f"{operations}</binding>"
        )
