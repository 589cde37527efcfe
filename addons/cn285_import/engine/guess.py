"""Which of our columns a column of somebody's file is, by its name: in English and in French."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

# Below, two names are not alike.
_ALIKE = 0.86
# What columns of exports are called in France and elsewhere, and which of ours may be meant: the
# first that the kind has.
_USUAL = """
id: identifiant
partner or customer or ref: code client, customer no, customer number, numero client, n client
partner or customer: client
partner: customer
partner or account: account
contract: contrat
contract or number: numero de contrat, contract no
product: article, produit
product or code: code article, code produit, sku
name: nom, raison sociale, libelle, designation, company name, intitule, label
quantity: quantite, qte, qty
price_unit or price: prix, prix unitaire, prix ht, pu ht, unit price
amount or price_unit: montant, montant ht
discount or percent: remise
date_start: date de debut, debut, start, start date
date_end: date de fin, fin, end, end date
due_date: date d echeance, echeance
billed_until: facture jusqu au, billed through, paid until
date_concluded or signed_on: date de signature, signature date
recurring_unit: periodicite, billing frequency
street: adresse, rue, address
street2: complement
zip: code postal, cp, postal code, zip code
city: ville
country: pays
phone: telephone, tel
email: courriel, mail, e mail
website: site web
company_registry: siret, siren
vat: n tva, numero de tva, vat number, tva intracommunautaire
vat or taxes: tva
currency: devise
lang: langue
state: statut, etat, status
comment or note: commentaire
salesperson: commercial
number: numero
number or billed_ref: numero de facture, invoice number
serial: numero de serie, serial number
reference: rum, reference unique de mandat
term_length: duree
"""


def _usual() -> dict[str, tuple[str, ...]]:
    """The table above by name: ``{name: columns, the first that a kind has is meant}``."""
    found = {}
    for line in _USUAL.strip().splitlines():
        columns, names = line.split(": ")
        found |= dict.fromkeys(names.split(", "), tuple(columns.split(" or ")))
    return found


USUAL = _usual()


def plain(text: str) -> str:
    """Return a name without accents, capitals and signs.

    >>> plain("N° de Téléphone"), plain("date_start")
    ('n de telephone', 'date start')
    """
    text = unicodedata.normalize("NFD", text.replace("°", " ").casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", text))


def guess(headers: Iterable[str], columns: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return which column each header is, where one can be told: each column once.

    What is certain goes first: our own name, then a column's label, then a usual name, and last a
    name that is much alike.

    :param columns: for each of our columns its labels, in any language

    >>> guess(["Client", "Prix unitaire HT", "Début"],
    ...       {"partner": ["Customer"], "price_unit": ["Unit Price"], "date_start": ["Start"]})
    {'Client': 'partner', 'Début': 'date_start', 'Prix unitaire HT': 'price_unit'}
    """
    named: dict[str, str] = {}
    labels: dict[str, str] = {}
    for column, some in columns.items():
        named.setdefault(plain(column), column)
        for label in some:
            labels.setdefault(plain(label), column)
    usual = {
        text: column
        for text, choices in USUAL.items()
        if (column := next((choice for choice in choices if choice in columns), None))
    }
    steps = (
        named.get,
        lambda text: named.get(text.removesuffix(" id")),
        labels.get,
        usual.get,
        lambda text: _alike(text, usual | labels | named),
    )
    found: dict[str, str] = {}
    left = [header for header in headers if plain(header)]
    for step in steps:
        for header in list(left):
            column = step(plain(header))
            if column and column not in found.values():
                found[header] = column
                left.remove(header)
    return found


def _alike(text: str, names: Mapping[str, str]) -> str | None:
    """The column whose name is alike, or begins the text: ``prix unitaire ht``."""
    close = difflib.get_close_matches(text, list(names), n=1, cutoff=_ALIKE)
    if close:
        return names[close[0]]
    begins = [name for name in names if len(name) > 4 and text.startswith(f"{name} ")]
    return names[max(begins, key=len)] if begins else None
