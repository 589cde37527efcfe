from odoo import fields, models


class ImportRecord(models.Model):
    """What was loaded: which record, by which load it was made, and what its row said.

    The loader alone writes here, by :class:`KnownRows`; nobody reads it but the superuser.
    """

    _name = "cn285.import.record"
    _description = "Loaded Record"
    _log_access = False

    namespace = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="model", required=True, readonly=True, index=False
    )
    digest = fields.Char(readonly=True, help="Of the row; empty where it is always compared.")
    stamp = fields.Datetime(readonly=True, help="When its record was written on last, by then.")
    load_id = fields.Many2one(
        "cn285.import.load",
        string="Made by Load",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    _record_uniq = models.UniqueIndex("(model, res_id, namespace)")
