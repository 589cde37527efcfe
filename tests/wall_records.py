"""A record of each of our models, that belongs to one contract: what walls are tried on."""

from datetime import date

from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS

DAY = date(2026, 1, 15)
# Values of records that generic ones would not do for.
SPECIAL = {
    "cn285.bridge.backend": {"netsuite_account": "1234567"},
    "cn285.change.approval": {"type": "price"},
    "cn285.communication.step": {"subject": "wall", "body": "wall"},
    "cn285.contract.change": {"type": "quantity", "values": {"quantity": 2}},
    "cn285.contract.item.discount": {"percent": 10.0},
    "cn285.contract.template.item.discount": {"percent": 10.0},
    "cn285.device.identifier": {"kind": "other"},
    "cn285.promotion.pass": {"percent": 10.0},
    "cn285.quote.step": {"months": 1},
    "cn285.quote.discount": {"percent": 10.0},
    "cn285.late.fee": {"kind": "interest"},
    "cn285.legal.holiday": {"month": 7, "day": 14},
    "cn285.retention.offer.template": {"kind": "pause"},
    "cn285.sepa.mandate": {"iban": "FR7630006000011234567890189"},
    "cn285.webhook.endpoint": {"url": "https://wall.example/"},
    "cn285.usage.tier": {"up_to": 0.0},
    "cn285.usage.value": {"value": "other"},
}
SAMPLES = {
    "boolean": True,
    "char": "wall",
    "date": DAY,
    "datetime": "2026-01-15 10:00:00",
    "float": 1.0,
    "html": "wall",
    "integer": 1,
    "json": {},
    "many2one_reference": 1,
    "monetary": 1.0,
    "text": "wall",
}


def our_models(env):
    """Names of our models that are stored in tables of their own, in order."""
    return sorted(
        name
        for name, model in env.registry.items()
        if name.startswith("cn285.") and not model._abstract and not model._transient
        if model._auto
    )


def parent_fields(model):
    """Fields that name the record that a model's records are parts of."""
    return [
        field
        for name, field in sorted(model._fields.items())
        if field.type == "many2one"
        and field.store
        and field.comodel_name.startswith("cn285.")
        and field.comodel_name != model._name
        and not field.related
        and (field.required or field.ondelete == "cascade")
    ]


class WallRecords:
    """Records by model: those given, and others that are made when they are asked for."""

    def __init__(self, env, **given):
        self.env = env(su=True, context={**env.context, "cn285_state_door": STATE_DOOR})
        self.made = {name.replace("_", "."): record[:1] for name, record in given.items()}

    def one(self, name):
        """The record of a model; made with the least that it needs where there is none yet."""
        if name not in self.made:
            model = self.env[name]
            needed = [
                field
                for field in model._fields.values()
                if (field.required or field in parent_fields(model))
                and field.store
                and not field.related
                and (not field.compute or not field.readonly)
                and field.name not in MAGIC_COLUMNS
            ]
            vals = model.default_get([field.name for field in needed])
            for field in needed:
                if not vals.get(field.name):
                    vals[field.name] = self._sample(field)
            # What is there already, and what its parents have made: a connection makes its kinds.
            parents = [(field.name, "=", vals[field.name]) for field in parent_fields(model)]
            there = model.search(parents, limit=1)
            if name == "cn285.bridge.map":
                vals["account_id"] = self.env["account.account"].search([], limit=1).id
            if name == "cn285.tier.path":
                product = self.env["product.product"].create({"name": "Larger"})
                vals["product_to_id"] = product.id
            if name == "cn285.quote.step":
                line = self._quoted_line()
                vals.update(line_id=line.id, order_id=line.order_id.id)
            if name == "cn285.document":
                vals["contract_id"] = self.one("cn285.contract").id
            self.made[name] = there or model.create({**vals, **SPECIAL.get(name, {})})
        return self.made[name]

    def _sample(self, field):
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type != "many2one":
            return SAMPLES.get(field.type)
        if field.comodel_name.startswith("cn285."):
            return self.one(field.comodel_name).id
        if field.comodel_name == "res.company":
            return self.env.company.id
        if field.comodel_name == "res.currency":
            return self.env.company.currency_id.id
        return (self.env[field.comodel_name].search([], limit=1) or self._of_odoo(field)).id

    def _quoted_line(self):
        """A line of a quotation of a service."""
        partner = self.env["res.partner"].search([], limit=1)
        product = self.env["product.product"].create({"name": "Quoted", "type": "service"})
        line = {"product_id": product.id, "billing_type": "fixed"}
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [(0, 0, line)]}
        )
        return order.order_line

    def _of_odoo(self, field):
        """The least of Odoo's own records that ours are about, where there is none yet."""
        partner = self.env["res.partner"].search([], limit=1)
        provider = self.env["payment.provider"].search([], limit=1)
        method = self.env["payment.method"].search([], limit=1)
        product = self.env["product.product"].search([("type", "=", "service")], limit=1)
        if field.comodel_name == "sale.order.line":
            line = {"product_id": product.id}
            order = {"partner_id": partner.id, "order_line": [Command.create(line)]}
            return self.env["sale.order"].create(order).order_line
        vals = {
            "account.move": {"move_type": "out_invoice", "partner_id": partner.id},
            "payment.token": {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": partner.id,
                "provider_ref": "wall",
            },
            "payment.transaction": {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": partner.id,
                "reference": "wall",
                "amount": 1.0,
                "currency_id": self.env.company.currency_id.id,
            },
        }
        model = self.env[field.comodel_name]
        return model.create(vals[model._name]) if model._name in vals else model
