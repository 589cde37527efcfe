import hashlib
from decimal import Decimal
from io import BytesIO

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import free_memory
from odoo.tools import split_every

from ..engine import order_xml
from ..engine.mandate import Scheme
from ..engine.orders import (
    Address,
    Debit,
    Mandate,
    OrderFile,
    Party,
    lots_of_debits,
    lots_of_transfers,
)

# Orders that are read together: what was read of them is forgotten before the next.
CHUNK = 2_000


class SepaFile(models.Model):
    """Debits or transfers ordered from a bank in one file; written again, it is the same.

    ``made``: somebody gives it to the bank. ``sent``: it was given. ``rejected`` by the bank as a
    whole. ``withdrawn``: it never left, and what it ordered is ordered by another.
    """

    _name = "cn285.sepa.file"
    _description = "SEPA File"
    _inherit = ["cn285.editable", "cn285.guarded", "mail.thread", "mail.activity.mixin"]
    _is_history = True
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Message Reference", required=True, readonly=True)
    kind = fields.Selection(
        [("debit", "Debits"), ("transfer", "Transfers")],
        default="debit",
        required=True,
        readonly=True,
    )
    provider_id = fields.Many2one(
        "payment.provider", string="Ordered By", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    made_at = fields.Datetime(required=True, readonly=True)
    form = fields.Char(string="Format", required=True, readonly=True)
    # What it says of us, as it was on that day.
    creditor = fields.Char(readonly=True)
    creditor_identifier = fields.Char(readonly=True)
    iban = fields.Char(string="IBAN", readonly=True)
    bic = fields.Char(string="BIC", readonly=True)
    debit_ids = fields.One2many("cn285.sepa.debit", "file_id", string="Debits", readonly=True)
    transfer_ids = fields.One2many(
        "cn285.sepa.transfer", "file_id", string="Transfers", readonly=True
    )
    order_count = fields.Integer(string="Number of Orders", readonly=True)
    total = fields.Float(digits=(16, 2), readonly=True)
    digest = fields.Char(readonly=True, help="SHA-256 of the file.")
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("made", "Made"),
            ("sent", "Given to the Bank"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        default="made",
        required=True,
        readonly=True,
        tracking=True,
    )
    sent_on = fields.Date(string="Given to the Bank On", readonly=True)
    order_by = fields.Date(
        string="To Be Given By", readonly=True, help="The bank's cut-off of its first day."
    )
    first_day = fields.Date(readonly=True, help="The first day on which money is to move.")

    _name_uniq = models.Constraint("unique(name)", "There is another file of this reference.")

    @api.model
    def _party(self, name, iban, bic, partner):
        address = None
        if partner and partner.country_id and partner.city:
            address = Address(
                country=partner.country_id.code,
                town=partner.city,
                street=partner.street or "",
                postcode=partner.zip or "",
            )
        return Party(name=name or "", iban=iban or "", bic=bic or "", address=address)

    def _content(self):
        """The file, from what was kept of its debits: the same bytes each time.

        :raises SepaError: where the bank would refuse it
        """
        self.ensure_one()
        return self._written(self._lots())

    def _written(self, lots):
        stream = BytesIO()
        order = OrderFile(
            reference=self.name,
            made=self.made_at,
            holder=self._party(self.creditor, self.iban, self.bic, self.company_id.partner_id),
            lots=lots,
            creditor_identifier=self.creditor_identifier or "",
        )
        if self.kind == "debit":
            order_xml.write_direct_debits(stream, order, self.form)
        else:
            order_xml.write_transfers(stream, order, self.form)
        return stream.getvalue()

    def _lots(self):
        self.ensure_one()
        rows, orders = self._orders(), []
        for ids in split_every(CHUNK, rows.ids):
            orders += [row._as_order() for row in rows.browse(ids)]
            free_memory(self.env)
        make = lots_of_debits if self.kind == "debit" else lots_of_transfers
        return make(self.name, orders)

    def _orders(self):
        """The rows of the file, of either kind."""
        self.ensure_one()
        return self.debit_ids if self.kind == "debit" else self.transfer_ids

    def _keep_content(self):
        """Write the file and keep it; its rows learn in which lot they are."""
        self.ensure_one()
        lots = self._lots()
        content = self._written(lots)
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self.name}.xml",
                "raw": content,
                "mimetype": "application/xml",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self._write_inside(
            {
                "attachment_id": attachment.id,
                "digest": hashlib.sha256(content).hexdigest(),
                "order_count": sum(len(lot.orders) for lot in lots),
                "total": float(sum(lot.total for lot in lots)),
                "order_by": self._to_be_given_by(min(lot.day for lot in lots)),
                "first_day": min(lot.day for lot in lots),
            }
        )
        rows = self._orders()
        found = rows.search_fetch([("file_id", "=", self.id)], ["reference"])
        by_reference = {row.reference: row.id for row in found}
        free_memory(self.env)
        for lot in lots:
            ids = [by_reference[order.reference] for order in lot.orders]
            for part in split_every(CHUNK, ids):
                rows.browse(part)._write_inside({"lot": lot.reference})
                free_memory(self.env)

    def _to_be_given_by(self, first):
        """By when the file is to be given: the cut-off of the first day on which money moves."""
        if self.kind == "transfer":
            return first
        [(day,)] = self.env["cn285.sepa.debit"]._read_group(
            [("file_id", "=", self.id)], [], ["file_on:min"]
        )
        return day


class SepaDebit(models.Model):
    _inherit = "cn285.sepa.debit"

    def _as_order(self):
        """As the engine orders it."""
        self.ensure_one()
        mandate = self.mandate_id
        files = self.env["cn285.sepa.file"]
        partner = mandate.partner_id
        where = partner if partner.city and partner.country_id else partner.commercial_partner_id
        return Debit(
            reference=self.reference,
            amount=Decimal(repr(self.amount)).quantize(Decimal("0.01")),
            day=self.debit_on,
            debtor=files._party(self.holder, self.iban, self.bic, where),
            mandate=Mandate(
                reference=mandate.reference,
                signed=mandate.signed_on,
                scheme=Scheme(mandate.scheme),
                one_off=mandate.one_off,
                account_changed=self.account_changed,
                former_reference=self.former_reference or "",
            ),
            text=self.text or "",
        )
