from odoo import api, fields, models
from odoo.addons.portal.utils import validate_thread_with_hash_pid, validate_thread_with_token
from odoo.exceptions import AccessError


class Contract(models.Model):
    """What the customer sees of a contract in the portal."""

    _inherit = "cn285.contract"
    _portal_fields = frozenset(
        {
            "name",
            "client_ref",
            "company_id",
            "currency_id",
            "partner_id",
            "user_id",
            "state",
            "date_start",
            "date_end",
            "next_billing_date",
            "note",
            "item_ids",
            "schedule_ids",
            "access_url",
        }
    )

    access_token = fields.Char(readonly=True)
    portal_document_ids = fields.Many2many(
        "ir.attachment",
        "cn285_contract_portal_document_rel",
        "contract_id",
        "attachment_id",
        string="Documents for the Customer",
        copy=False,
        help="The customer finds these documents in the portal.",
    )

    @api.constrains("portal_document_ids")
    def _check_portal_documents(self):
        """Refuse files of other records; those that were just uploaded become this contract's.

        The portal hands these documents out to whoever opens the contract's page, so that a link
        to any file of the database would be a way to read it.
        """
        for contract in self:
            # sudo: whose file it is; nothing else of it is read.
            foreign = contract.portal_document_ids.sudo() - contract.sudo()._portal_documents()
            fresh = foreign.filtered(
                lambda document, contract=contract: (
                    not document.res_id
                    and not document.res_field
                    and document.res_model in (False, contract._name)
                    and document.create_uid == self.env.user
                )
            )
            fresh.write({"res_model": contract._name, "res_id": contract.id})
            if foreign - fresh:
                raise AccessError(
                    self.env._(
                        "Contract %s: documents for the customer are files of this contract; "
                        "upload them here.",
                        contract.name,
                    )
                )

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):
        """The contract whose messages are asked for; none where the link's key is wrong.

        The contract's page asks with the key of its link even for who is logged in, and the portal
        then compares the key with the field, which customers may not read.
        """
        thread = super()._get_thread_with_access(
            thread_id, hash=hash, pid=pid, token=token, **kwargs
        )
        if not thread or not self.env.user.share or not (token or hash):
            return thread
        # sudo: only for who has the key, to whom the portal gives the same without a login.
        thread_sudo = thread.sudo()
        if validate_thread_with_hash_pid(thread_sudo, hash, pid) or validate_thread_with_token(
            thread_sudo, token
        ):
            return thread_sudo
        return self.browse()

    def _portal_documents(self):
        """The documents that the customer sees: files of this contract, and of no other record."""
        self.ensure_one()
        return self.portal_document_ids.filtered(
            lambda document: (
                document.res_model == self._name
                and document.res_id == self.id
                and not document.res_field
            )
        )

    def _portal_shows_prices(self):
        """Whether the customer may see prices and invoices: not where a reseller is billed."""
        self.ensure_one()
        payer, customer = self.payer_id, self.partner_id
        return payer.commercial_partner_id == customer.commercial_partner_id

    def _prices_with_tax(self):
        """Hook: whether the customer reads all prices with tax, as consumers do by law.

        Default: prices exclude tax, as they do between professionals.
        """
        self.ensure_one()
        return False

    def _portal_item_records(self):
        """Items that the customer sees: all but those that were cancelled, in their order."""
        self.ensure_one()
        return self.item_ids.filtered(lambda item: item.state != "cancelled")

    def _portal_items(self, offset=0, limit=None):
        """Items that the customer sees, each with its price, its rhythm and its next invoice date.

        Prices are with tax where :meth:`_prices_with_tax` says so.

        :param offset: how many to leave out
        :param limit: how many at most; None: all

        :returns: list of ``{"item": record, "price": float or None, "rhythm": text,
            "next_date": date or None}``, in the contract's order, without cancelled items
        """
        items = self._portal_item_records()[offset:]
        items = items if limit is None else items[:limit]
        rows = self.env["cn285.billing.schedule"]._read_group(
            [("item_id", "in", items.ids), ("state", "in", ("planned", "waiting"))],
            ["item_id"],
            ["billing_date:min"],
        )
        next_dates = {item.id: day for item, day in rows}
        priced = items.filtered(lambda item: item.billing_type in ("fixed", "one_shot"))
        prices = priced._unit_prices()
        if self._prices_with_tax():
            known = priced.filtered(lambda item: item.id in prices)
            with_tax = known._amounts_with_tax({item: prices[item.id] for item in known})
            prices = {item.id: price for item, price in with_tax.items()}
        return [
            {
                "item": item,
                "price": prices.get(item.id),
                "rhythm": item._rhythm_label(),
                "next_date": next_dates.get(item.id),
            }
            for item in items
        ]


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"
    _portal_fields = frozenset(
        {
            "contract_id",
            "company_id",
            "currency_id",
            "product_id",
            "name",
            "code",
            "beneficiary_id",
            "quantity",
            "price_unit",
            "discount",
            "billing_type",
            "recurring_interval",
            "recurring_unit",
            "date_start",
            "date_end",
            "state",
            "sequence",
        }
    )
