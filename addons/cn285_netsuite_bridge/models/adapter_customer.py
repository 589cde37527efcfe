from odoo import fields, models
from odoo.addons.cn285_bridge.engine.steps import Prepared, Refused
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError

from ..engine import customer as customers
from ..engine.records import Ref

_TEXTS = ("email", "phone", "vat", "street", "street2", "city", "zip")


class NetsuiteCustomer(models.AbstractModel):
    """Customers, both ways: companies and individuals."""

    _name = "cn285.netsuite.customer"
    _description = "NetSuite Customers"
    _inherit = ["cn285.netsuite.adapter"]

    _bridge_model = "res.partner"
    _bridge_sequence = 20
    _bridge_directions = ("both", "in", "out")
    _netsuite_search = "customer"
    _netsuite_types = ("customer",)

    # ------------------------------------------------------------------ which ones

    def _concerned(self, kind, records):
        """Customers and what is bound; contacts and addresses of a company are not customers."""
        company = kind.company_id
        records = records.filtered(
            lambda partner: (
                partner.commercial_partner_id == partner
                and partner.company_id in (company, company.browse())
            )
        )
        bound = self.env["cn285.bridge.binding"]._of(kind, records.ids)
        return records.filtered(lambda partner: partner.customer_rank or partner.id in bound)

    def _all_here(self, kind):
        partners = self.env["res.partner"].search(
            [
                ("customer_rank", ">", 0),
                ("company_id", "in", (False, kind.company_id.id)),
            ]
        )
        return self._concerned(kind, partners)

    # ------------------------------------------------------------------ out

    def _prepare(self, kind, records, bindings):
        book = self._book(kind)
        steps = []
        for record in records:
            try:
                steps.append(self._prepared(kind, book, record, bindings[record.id]))
            except UserError as error:
                steps.append(Refused(record.id, str(error)))
        return steps

    def _prepared(self, kind, book, record, binding):
        shared = self._shared(record, book)
        if not shared["name"]:
            raise UserError(self.env._("The customer has no name."))
        subsidiary = book.there("company", kind.company_id)
        try:
            values = customers.to_netsuite(
                shared, subsidiary, binding.netsuite_address or "", binding.base_values or None
            )
        except LookupError as error:
            raise UserError(
                self.env._("NetSuite does not know the country %s.", error.args[0])
            ) from error
        return Prepared(record.id, shared, values)

    def _made_there(self, binding):
        return binding.netsuite_made_there

    # ------------------------------------------------------------------ shared words

    def _values_here(self, kind, records):
        book = self._book(kind)
        return {record.id: self._shared(record, book, strict=False) for record in records}

    def _shared(self, record, book, strict=True):
        """What a partner says.

        :param bool strict: terms and currency must have a counterpart
        :raise UserError: saying which mapping is missing
        """
        record = record.with_env(self.env)
        terms = record.property_payment_term_id
        currency = record.cn285_netsuite_currency_id or self.env.company.currency_id
        find = book.there if strict else book.knows_there
        shared = {
            "name": (record.name or "").strip(),
            "is_company": record.is_company,
            "country": record.country_id.code or "",
            "terms": (find("term", terms) if terms else "") or "",
            "currency": find("currency", currency) or "",
            "inactive": not record.active,
        }
        shared.update({name: (record[name] or "").strip() for name in _TEXTS})
        return {name: shared[name] for name in customers.SHARED}

    def _values_there(self, kind, incoming):
        return customers.from_netsuite(self._records(incoming))

    def _label(self, name):
        labels = {
            "country": self.env._("Country"),
            "currency": self.env._("Currency"),
            "inactive": self.env._("Inactive"),
            "terms": self.env._("Payment Terms"),
        }
        field = self.env["res.partner"]._fields.get(name)
        return labels.get(name) or (field._description_string(self.env) if field else name)

    # ------------------------------------------------------------------ in

    def _receive(self, kind, incoming, binding):
        record = self._records(incoming)
        partner = self.env["res.partner"].browse(binding.res_id).exists() if binding else None
        if partner:
            binding._merge_in(incoming)
            return binding, False
        theirs = customers.from_netsuite(record)
        same = self._same_customer(kind, theirs)
        if same:
            binding = self.env["cn285.bridge.binding"]._need(kind, same.ids)[same.id]
            binding.netsuite_made_there = True
            binding._merge_in(incoming)
            return binding, False
        if theirs["inactive"]:
            return binding, self.env._("Inactive there, and never known here.")
        partner = self._write_here(kind, self.env["res.partner"], theirs, incoming)
        binding = binding or self.env["cn285.bridge.binding"]._need(kind, partner.ids)[partner.id]
        binding.write(
            {
                "res_id": partner.id,
                "their_version": incoming.version,
                "netsuite_made_there": not record.external_id
                or record.external_id != binding.own_id,
            }
        )
        self._met(binding, incoming)
        binding._sent(theirs, incoming.external_id)
        return binding, False

    def _same_customer(self, kind, theirs):
        """The partner that a customer made there is already: the same VAT number, or the same name
        and e-mail; one that is bound already, or two that could be it, are not taken."""
        domain = fields.Domain("vat", "=ilike", theirs["vat"] or "-")
        if theirs["email"]:
            domain |= fields.Domain(
                [("name", "=ilike", theirs["name"]), ("email", "=ilike", theirs["email"])]
            )
        domain &= fields.Domain(
            [
                ("parent_id", "=", False),
                ("company_id", "in", (False, kind.company_id.id)),
                ("is_company", "=", theirs["is_company"]),
            ]
        )
        found = self.env["res.partner"].search(domain, limit=10)
        bound = self.env["cn285.bridge.binding"]._of(kind, found.ids)
        found = found.filtered(
            lambda partner: partner.id not in bound or not bound[partner.id].external_id
        )
        return found if len(found) == 1 else None

    def _met(self, binding, incoming):
        """The address that stands for the customer, so that ours changes that one."""
        line = customers.default_address(self._records(incoming)) or {}
        address = line.get("internalId") or False
        if binding.netsuite_address != address:
            binding.netsuite_address = address

    def _write_here(self, kind, record, values, incoming):
        """Write (or make) the partner.

        :raise UserError: unknown currency or terms, or what the partner's own checks say
        """
        book = self._book(kind)
        vals = {name: values[name] or False for name in _TEXTS if name in values}
        if "name" in values:
            vals["name"] = values["name"]
        if "is_company" in values:
            vals["is_company"] = values["is_company"]
        if "inactive" in values:
            vals["active"] = not values["inactive"]
        if "country" in values:
            country = self.env["res.country"].search([("code", "=", values["country"] or "-")])
            vals["country_id"] = country.id
        if values.get("terms") or ("terms" in values and record):
            term = values["terms"] and book.here("term", values["terms"])
            vals["property_payment_term_id"] = term.id if term else False
        if values.get("currency"):
            currency = book.here("currency", values["currency"])
            own = currency == kind.company_id.currency_id
            vals["cn285_netsuite_currency_id"] = False if own else currency.id
        model = self.env["res.partner"].with_context(cn285_bridge_incoming=STATE_DOOR)
        if not record:
            return model.create({**vals, "customer_rank": 1})
        model.browse(record.id).write(vals)
        return record

    def _receive_gone(self, kind, gone, binding):
        """Deleted, or merged into another customer: its invoices tell which.

        A merge moves the transactions to the customer that stays. If that one is not known here
        yet, the partner is bound to it; if it is, both partners stand for one customer there, which
        somebody has to merge here too.
        """
        master = self._merged_into(kind, binding)
        if not master:
            return self.env._(
                "Deleted in NetSuite. Archive the customer here, or send it again by Resynchronise."
            )
        known = self.env["cn285.bridge.binding"]._by_external(kind, [master])
        if known:
            binding.netsuite_merged_into = master
            return self.env._(
                "Merged in NetSuite into %(other)s. Merge the two here as well (Contacts, select"
                " both, Merge).",
                other=known.record_name or master,
            )
        binding.write(
            {
                "external_id": master,
                "netsuite_made_there": True,
                "base_values": False,
                "sent_checksum": False,
                "netsuite_address": False,
            }
        )
        return False

    def _merged_into(self, kind, binding):
        """NetSuite's id of the customer that has this one's invoices now, or None."""
        invoices = kind.backend_id.kind_ids.filtered(lambda found: found.code == "invoice")
        moves = self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", binding.res_id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("company_id", "=", kind.company_id.id),
            ],
            order="id desc",
            limit=20,
        )
        bound = [
            found
            for found in self.env["cn285.bridge.binding"]._of(invoices, moves.ids).values()
            if found.external_id
        ]
        if not bound:
            return None
        refs = [Ref(found.external_id, type="invoice") for found in bound]
        for record in kind.backend_id._netsuite_transport().get(refs):
            entity = record and record.values.get("entity")
            if entity and entity.internal_id != binding.external_id:
                return entity.internal_id
        return None
