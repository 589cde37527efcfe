"""Are requests and answers valid by a schema: the server's own, or NetSuite's own?"""

from io import BytesIO
from pathlib import Path

from lxml import etree

from .wsdl import Schema

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
WSDL_XSD = "{http://www.w3.org/2001/XMLSchema}"


def problems(exchanges, wsdl):
    """What is wrong, as text; empty when everything is valid.

    :param list exchanges: (request, answer) envelopes as bytes
    :param wsdl: path of a WSDL whose XSD files lie beside it; None: the server's own schema
    """
    validator = _from_wsdl(Path(wsdl)) if wsdl else _own()
    found = []
    for pair in exchanges:
        for envelope in pair:
            root = etree.parse(BytesIO(envelope)).getroot()
            for part in _parts(root):
                if not validator.validate(part):
                    found.append(f"{etree.QName(part).localname}: {validator.error_log.last_error}")
    return found


def _parts(envelope):
    """What the schema speaks of: headers, the body's element, a fault's detail."""
    header = envelope.find(f"{SOAP}Header")
    yield from () if header is None else header
    for element in envelope.find(f"{SOAP}Body"):
        if element.tag == f"{SOAP}Fault":
            yield from element.find("detail")
        else:
            yield element


def _from_wsdl(path):
    """A validator of the schema that a WSDL imports."""
    schema = etree.parse(str(path)).find(f".//{WSDL_XSD}schema")
    for element in schema.iter(f"{WSDL_XSD}import"):
        location = (path.parent / element.get("schemaLocation")).resolve()
        element.set("schemaLocation", location.as_uri())
    return etree.XMLSchema(etree.fromstring(etree.tostring(schema)))


def _own():
    schema = Schema("2023_2")
    files = schema.files("http://localhost/")

    class Files(etree.Resolver):
        def resolve(self, address, _public_id, context):
            return self.resolve_string(files[f"xsd/{address.rpartition('/')[2]}"], context)

    parser = etree.XMLParser()
    parser.resolvers.add(Files())
    return etree.XMLSchema(etree.fromstring(schema.one_schema(), parser))
