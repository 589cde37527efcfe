"""From a quotation to its contract: the values, and the contract in memory that figures are of."""

from odoo import fields, models
from odoo.tools.misc import clean_context


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_contract_vals(self):
        """Values of the contract that this quotation becomes, its items included.

        The same values make the contract in memory of which first invoice and recurring revenue
        are told, and the one that is kept: what was shown is what is billed.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        start = self.cn285_date_start or company._cn285_today()
        return {
            **self._cn285_template_vals(),
            **self._cn285_as_values(self._term_rule_fields()),
            "partner_id": self.partner_id.id,
            "partner_invoice_id": self.partner_invoice_id.id,
            "company_id": company.id,
            "template_id": self.cn285_template_id.id,
            "currency_id": (self.currency_id or company.currency_id).id,
            "pricelist_id": self.pricelist_id.id,
            "fiscal_position_id": self._cn285_own_fiscal_position().id,
            "payment_term_id": self.payment_term_id.id,
            "user_id": self.user_id.id,
            "client_ref": self.client_order_ref,
            "date_start": start,
            "item_ids": [
                fields.Command.create(line._cn285_item_vals(start)) for line in self._cn285_lines()
            ],
        }

    def _cn285_template_vals(self):
        """What the contract takes over from its template."""
        # sudo: journals and accounts of a template are not a seller's to read.
        template = self.cn285_template_id.sudo()
        if not template:
            return {}
        vals = {}
        for name in template._contract_fields():
            field = template._fields[name]
            chosen = field.type in ("boolean", "integer", "float", "selection")
            if chosen or template[name]:
                vals[name] = field.convert_to_write(template[name], template)
        return vals

    def _cn285_as_values(self, names):
        return {name: self._fields[name].convert_to_write(self[name], self) for name in names}

    def _cn285_own_fiscal_position(self):
        """The fiscal position where another one was chosen than the customer's own.

        Else the contract leaves it open, and follows its customer.
        """
        position = self.fiscal_position_id
        usual = self.env["account.fiscal.position"].with_company(self.company_id)
        own = usual._get_fiscal_position(self.partner_id, self.partner_shipping_id)
        return position.browse() if position == own else position

    def _cn285_imagined_contract(self, date_end=False):
        """The contract that accepting this quotation today would make, in memory; nothing is kept.

        :param date_end: a last day, to look at the days up to it
        """
        self.ensure_one()
        vals = self._cn285_contract_vals()
        vals["item_ids"] = [
            fields.Command.create(line._cn285_ramped(command[2]))
            for line, command in zip(self._cn285_lines(), vals["item_ids"], strict=True)
        ]
        return self.env["cn285.contract"].new({**vals, "date_end": date_end})

    def _cn285_make_contract(self, anew=False):
        """The contract of this quotation, made as a draft where there is none yet.

        :param anew: a draft that is there is made anew: it says what the quotation offers now
        :returns: the contract, by sudo
        """
        self.ensure_one()
        # sudo: a contract follows from what was accepted; sellers and customers make none. Nor do
        # they choose what it has besides, by defaults of their context.
        order = self.sudo().with_context(clean_context(self.env.context))  # pylint: disable=context-overridden
        order = order.with_company(self.company_id)
        contract = order.cn285_contract_id
        if not contract:
            return order._cn285_make_contracts()
        if anew and contract.order_id == order and contract.state == "draft":
            # Drafted for a signature that came to nothing.
            contract.item_ids.unlink()
            contract.write(order._cn285_draft_vals())
            order._cn285_link_items(contract)
        return contract

    def _cn285_make_contracts(self):
        """The contracts of quotations that have none yet, as drafts, made together.

        :returns: the contracts, in the order of the quotations
        """
        vals_list = [{**order._cn285_draft_vals(), "order_id": order.id} for order in self]
        contracts = self.env["cn285.contract"].create(vals_list)
        for order, contract in zip(self, contracts, strict=True):
            order.cn285_contract_id = contract
            order._cn285_link_items(contract)
        return contracts

    def _cn285_draft_vals(self):
        """Values of the contract as a draft: signed or paid first, it starts when accepted."""
        vals = self._cn285_contract_vals()
        if self.state != "sale" and not self.cn285_date_start:
            vals["date_start"] = False
        return vals

    def _cn285_link_items(self, contract):
        """Each line knows the item that it became."""
        lines = self._cn285_lines()
        for line, item in zip(lines, contract.item_ids.sorted("id"), strict=True):
            line.cn285_item_id = item
        lines._cn285_link_bundles()
