"""What contracts name is not deleted under them: partners, products, journals, terms, templates.

The database refuses it by itself (``ondelete="restrict"``), in words of its own; here it is said
in a clerk's words, which record names it and what to do instead.
"""

from odoo import api, models
from odoo.exceptions import UserError

# Where more than one record of ours names something, that of the first of these models is told.
TOLD_FIRST = ("cn285.contract", "cn285.contract.item", "cn285.contract.template")
# Filters of runs that have not ended: without them, a run would bill everybody.
RUN_FILTERS = {
    "res.partner": "partner_ids",
    "cn285.contract": "contract_ids",
    "cn285.contract.template": "template_ids",
    "cn285.contract.tag": "tag_ids",
}


def refuse_if_named(records):
    """Refuse the deletion of records that stored records of ours name.

    One query for each field that may name them; only a deletion asks.

    :raises UserError: which record names which, and what to do instead
    """
    # sudo: that a record is needed is true for whoever deletes it.
    env = records.sudo().with_context(active_test=False).env
    for model, name in _naming_fields(env, records._name):
        found = env[model].search([(name, "in", records.ids)], limit=1)
        if found:
            _refuse(found, name, found[name] & records.sudo())
    filters = RUN_FILTERS.get(records._name)
    if filters:
        states = [("state", "in", ("draft", "running"))]
        run = env["cn285.billing.run"].search([(filters, "in", records.ids), *states], limit=1)
        if run:
            _refuse(run, filters, run[filters] & records.sudo())


def _naming_fields(env, model):
    """Fields of ours that hold on to records of a model: pairs of model and field name."""
    pairs = [
        (name, field.name)
        for name, cls in env.registry.items()
        if name.startswith("cn285.") and cls._auto and not cls._transient
        for field in cls._fields.values()
        if field.type == "many2one"
        and field.store
        and field.comodel_name == model
        and field.ondelete == "restrict"
    ]
    rank = {name: place for place, name in enumerate(TOLD_FIRST)}
    return sorted(pairs, key=lambda pair: (rank.get(pair[0], len(rank)), pair))


def _refuse(found, name, named):
    env = found.env
    values = {
        "record": named[:1].display_name,
        "kind": env["ir.model"]._get(found._name).name,
        "name": found.display_name,
        "field": found._fields[name]._description_string(env),
    }
    if "active" in named._fields:
        raise UserError(
            env._(
                "“%(record)s” cannot be deleted: %(kind)s “%(name)s” needs it (%(field)s). "
                "Archive it instead.",
                **values,
            )
        )
    raise UserError(
        env._("“%(record)s” cannot be deleted: %(kind)s “%(name)s” needs it (%(field)s).", **values)
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)
        self.env["cn285.contract.change"]._refuse_if_planned(self)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self.with_context(active_test=False).product_variant_ids)


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)
        self.env["cn285.contract.change"]._refuse_if_planned(self)


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)
        self.env["cn285.contract.change"]._refuse_if_planned(self)


class AccountJournal(models.Model):
    _inherit = "account.journal"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)


class AccountAccount(models.Model):
    _inherit = "account.account"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)
        self.env["cn285.contract.change"]._refuse_if_planned(self)


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_billed(self):
        """A tax that is deleted would be missing on the next invoices of running contracts."""
        # sudo: as in refuse_if_named.
        items = self.env["cn285.contract.item"].sudo().with_context(active_test=False)
        found = items.search(
            [
                ("product_id.taxes_id", "in", self.ids),
                ("state", "in", ("draft", "active", "paused", "suspended")),
            ],
            limit=1,
        )
        if found:
            tax = found.product_id.taxes_id & self.sudo()
            raise UserError(
                self.env._(
                    "Tax “%(tax)s” cannot be deleted: product “%(product)s” is billed with it in "
                    "contract %(contract)s. Give the product its other tax first.",
                    tax=tax[:1].display_name,
                    product=found.product_id.display_name,
                    contract=found.contract_id.name,
                )
            )


class ContractTemplate(models.Model):
    _inherit = "cn285.contract.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)


class ContractTag(models.Model):
    _inherit = "cn285.contract.tag"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named_by_ours(self):
        refuse_if_named(self)
