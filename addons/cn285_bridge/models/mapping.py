from odoo import api, fields, models
from odoo.exceptions import UserError

MODELS = {
    "account": "account.account",
    "tax": "account.tax",
    "term": "account.payment.term",
    "company": "res.company",
    "currency": "res.currency",
    "pricelist": "product.pricelist",
}


class BridgeMap(models.Model):
    """What a record of the company's configuration is called at the other end."""

    _name = "cn285.bridge.map"
    _description = "Bridge Mapping"
    _inherit = ["cn285.guarded"]
    _order = "backend_id, kind, external_id"
    _rec_name = "external_id"

    backend_id = fields.Many2one(
        "cn285.bridge.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("account", "Account"),
            ("tax", "Tax"),
            ("tax_schedule", "Tax Schedule"),
            ("term", "Payment Terms"),
            ("company", "Subsidiary"),
            ("currency", "Currency"),
            ("pricelist", "Price Level"),
        ],
        required=True,
    )
    external_id = fields.Char(
        string="ID There", required=True, help="The record's internal id in the other system."
    )
    external_name = fields.Char(string="Name There")
    account_id = fields.Many2one("account.account")
    tax_id = fields.Many2one("account.tax")
    term_id = fields.Many2one("account.payment.term", string="Payment Terms")
    mapped_company_id = fields.Many2one("res.company", string="Company Here")
    currency_id = fields.Many2one("res.currency")
    pricelist_id = fields.Many2one("product.pricelist")
    record_name = fields.Char(string="Record Here", compute="_compute_record_name")

    _external_uniq = models.UniqueIndex(
        "(backend_id, kind, external_id, coalesce(account_id, tax_id, term_id, 0))",
        "This mapping exists already.",
    )

    def _field(self, kind):
        """Name of the field that holds the record here."""
        names = {"company": "mapped_company_id", "tax_schedule": "tax_id"}
        return names.get(kind, f"{kind}_id")

    @api.depends(
        "kind",
        "account_id",
        "tax_id",
        "term_id",
        "mapped_company_id",
        "currency_id",
        "pricelist_id",
    )
    def _compute_record_name(self):
        for line in self:
            record = line[self._field(line.kind)] if line.kind else False
            line.record_name = record.display_name if record else False

    @api.constrains("kind", "account_id", "tax_id", "term_id", "mapped_company_id", "currency_id")
    def _check_record(self):
        for line in self:
            if not line[self._field(line.kind)]:
                raise UserError(
                    self.env._("Choose what %(id)s stands for here.", id=line.external_id)
                )

    @api.model
    def _book(self, backend):
        """All mappings of a backend, read once: see :class:`Book`."""
        return Book(self.search([("backend_id", "=", backend.id)]))


class Book:
    """Mappings of one backend, to look up either way.

    A record here has one name there; several names there may mean one record here.
    """

    def __init__(self, lines):
        self.env = lines.env
        self._there, self._here = {}, {}
        for line in lines:
            record = line[line._field(line.kind)]
            self._there.setdefault((line.kind, record.id), line.external_id)
            self._here.setdefault((line.kind, line.external_id), record)

    def there(self, kind, record):
        """Id there of a record here.

        :raise UserError: saying what to map, when there is none
        """
        found = self._there.get((kind, record.id))
        if not found:
            raise UserError(
                self.env._(
                    "%(kind)s %(record)s has no counterpart: add it under Mappings of the bridge.",
                    kind=self._label(kind),
                    record=_name(record),
                )
            )
        return found

    def here(self, kind, external_id, name=""):
        """Record here of an id there.

        :raise UserError: saying what to map, when there is none
        """
        found = self._here.get((kind, external_id))
        if not found:
            raise UserError(
                self.env._(
                    "%(kind)s %(id)s %(name)s of the other system is not known here: add it under"
                    " Mappings of the bridge.",
                    kind=self._label(kind),
                    id=external_id,
                    name=f"({name})" if name else "",
                )
            )
        return found

    def knows_here(self, kind, external_id):
        """The record here of an id there, or None."""
        return self._here.get((kind, external_id))

    def knows_there(self, kind, record):
        """The id there of a record here, or None."""
        return self._there.get((kind, record.id))

    def _label(self, kind):
        """The kind of mapping in words."""
        field = self.env["cn285.bridge.map"]._fields["kind"]
        return dict(field._description_selection(self.env))[kind]


def _name(record):
    """A record's name with its code, where it has one."""
    code = record.code if "code" in record._fields else ""
    return f"{code} {record.name}" if code else record.display_name
