import io
import zipfile
from unittest.mock import patch

from odoo.tests import TransactionCase

from ..models.cells import CellError
from ..models.kinds import Column, Kind, columns_of

STREETS = ("rue", "street")


def read_street(reader, text):
    """A reader of a kind's own: it refuses what it does not know."""
    if text.split()[-1] not in STREETS:
        raise CellError(f"“{text}” is no street")
    return text.upper()


def complete_person(vals):
    if vals.get("email"):
        vals["comment"] = "writes mails"


def complete_new_person(vals, cells):
    vals["ref"] = f"NEW-{cells['id']}"


def waiting_person(person, key):
    return None if person.function else f"{key} waits"


def finish_people(load):
    """People are done once all their rows are in, but for those who wait."""
    people = load.env["res.partner"].browse(load.loaded["people"])
    ready = people.filtered(lambda person: person.id not in load.waiting["res.partner"])
    ready.function = "complete"


# No model of an addon of ours: what is tested here knows of none.
PEOPLE = Kind(
    "people",
    "res.partner",
    columns_of(
        "name",
        "parent_id",
        "country_id",
        street=Column("street", read_street),
        greeting=Column(None, "boolean"),
        groups="category_id",
        born=Column(None, "date"),
    ),
    fields=lambda env: ["email", "color", "street", "lang"],
    required=("name",),
    adopt=("email",),
    defaults={"color": 3},
    complete=complete_person,
    complete_new=complete_new_person,
    waiting=waiting_person,
    finish=finish_people,
)
ACCOUNTS = Kind(
    "accounts",
    "res.partner.bank",
    columns_of("acc_number", partner=Column("partner_id", owner=True)),
    required=("acc_number", "partner"),
    key=("acc_number",),
)
GROUPS = Kind(
    "groups",
    "res.partner.category",
    columns_of("name", "color", "parent_id"),
    required=("name",),
    key=("name",),
    adopt=("name",),
)


class ImportCase(TransactionCase):
    """A loader that knows three kinds of this test's own, and none of another addon.

    They are registered in the wrong order: which refers to which is found out.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(
                cls.env.registry["cn285.import.loader"],
                "_kinds",
                lambda self: [ACCOUNTS, PEOPLE, GROUPS],
            )
        )

    def _load(self, files, **options):
        return self.env["cn285.import.loader"]._load_files(
            list(files.items()), namespace="cn285_test", **options
        )

    def _loaded(self, key):
        return self.env.ref(f"cn285_test.{key}")

    def _errors(self, report):
        return [(error.file, error.line, error.reason) for error in report.errors]

    @staticmethod
    def _zip(files):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        return packed.getvalue()
