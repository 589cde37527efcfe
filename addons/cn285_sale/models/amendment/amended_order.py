from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY
from odoo.addons.cn285_contract.models.common import spelled
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.amendment import moved

AMENDING = ("amendment", "renewal")


class SaleOrder(models.Model):
    """A quotation that changes a running contract."""

    _inherit = "sale.order"

    cn285_date_effective = fields.Date(
        string="Takes Effect On",
        copy=False,
        help="First day of what is changed. Left empty, the day on which it is accepted, or the "
        "first day after it that the rules of the contract's template allow.",
    )
    cn285_new_term_end = fields.Date(
        string="New End of the Term", copy=False, help="The term ends later, on this day."
    )
    cn285_new_holder_id = fields.Many2one(
        "res.partner",
        string="New Holder",
        copy=False,
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
        help="Who takes over the contract.",
    )
    cn285_base_revision = fields.Integer(
        string="Made on Revision",
        readonly=True,
        copy=False,
        help="How many changes the contract had when the quotation was made.",
    )
    cn285_base_term = fields.Integer(
        string="Made in Term",
        readonly=True,
        copy=False,
        help="How often the contract had been renewed when the quotation was made.",
    )
    cn285_base_rules = fields.Json(
        string="Rules As They Were",
        readonly=True,
        copy=False,
        help="The contract's rules of term and notice when the quotation was made.",
    )
    cn285_change_ids = fields.One2many(
        "cn285.contract.change", "order_id", string="Contract Changes", readonly=True
    )

    def _cn285_amends(self):
        """Whether it changes a contract that runs."""
        self.ensure_one()
        return self.cn285_kind in AMENDING

    def _cn285_opened(self):
        """The action that opens this quotation."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model
    def _cn285_amendment_bounds(self):
        return {"cn285_date_effective": DAY, "cn285_new_term_end": DAY}

    # === A COPY, A NEW VERSION === #

    def copy(self, default=None):
        """Odoo's *Duplicate*; of what amends a contract another draft that amends it, as it is now.

        :raises AccessError: for who may not write a quotation that amends
        :raises UserError: where that contract cannot be changed by a quotation any more
        """
        amending = self.filtered(lambda order: order._cn285_amends())
        amending.check_access("write")
        made = dict(
            zip(self - amending, super(SaleOrder, self - amending).copy(default), strict=True)
        )
        made.update({order: order._cn285_copied(dict(default or {})) for order in amending})
        return self.browse([made[order].id for order in self])

    def _cn285_copied(self, values):
        """The next version of this quotation, not linked to it yet; the user's own.

        :param values: values that differ
        """
        self.ensure_one()
        if not self._cn285_amends():
            new = self.copy(values)
            self._cn285_pair_steps(new)
            return new
        own = self._cn285_added_lines()
        lines = [fields.Command.create(vals) for vals in own.copy_data()]
        # Odoo's copy is of no kind: what it is a copy of is said by the next lines.
        new = super().copy({**values, "order_line": lines})  # pylint: disable=super-method-mismatch
        # sudo: what it amends only the program writes.
        new.sudo().write(
            {"cn285_kind": self.cn285_kind, "cn285_contract_id": self.cn285_contract_id.id}
        )
        new._cn285_rebase(self)
        self._cn285_pair_steps(new)
        return new

    def _cn285_added_lines(self):
        """Lines that stand for no item of the contract, and have not become one, nor a part."""
        self.ensure_one()
        return self.order_line.filtered(
            lambda line: (
                not (
                    line.cn285_base
                    or line.cn285_item_id
                    or line._cn285_bundle_line()._cn285_is_running_bundle()
                )
            )
        )

    def _cn285_pair_steps(self, new):
        """Give a copy the steps of this quotation: of the same items, else of the same lines."""
        same = {line.cn285_item_id: line for line in new.order_line if line.cn285_base}
        pairs = {line: same.get(line.cn285_item_id) for line in self.order_line if line.cn285_base}
        mine = self._cn285_added_lines() if self._cn285_amends() else self.order_line
        theirs = new._cn285_added_lines() if self._cn285_amends() else new.order_line
        pairs.update(zip(mine, theirs, strict=False))
        new._cn285_copy_steps(self, {old: line for old, line in pairs.items() if line})

    def _cn285_rebase(self, before):
        """Make this copy of ``before`` a quotation that amends the same contract, as it is now.

        What ``before`` had changed of items is changed again; items that ended meanwhile are left
        out, new ones come in as they are.
        """
        self.ensure_one()
        # sudo: as the contract's own quotations are made, see cn285.contract._cn285_quote.
        order, old = self.sudo(), before.sudo()
        contract = old.cn285_contract_id
        reason = contract._cn285_unquotable(old.cn285_kind)
        if reason:
            raise UserError(reason)
        items = contract._cn285_all_quoted(old.cn285_kind)
        days = [(item, item._cn285_quoted_on()) for item in items]
        found = items._prices_at(days)
        prices = {item: found[item.id, day] for item, day in days}
        if old.cn285_kind == "renewal":
            prices = contract._cn285_next_prices(prices)
        wanted = {line.cn285_item_id: line for line in old.order_line if line.cn285_base}
        lines = order.env["sale.order.line"]
        fresh = lines.create(
            [
                {
                    **lines._cn285_values_of_item(item, prices[item], items),
                    "order_id": order.id,
                }
                for item in items
            ]
        )
        fresh._cn285_keep_base()
        for line in fresh:
            line._cn285_change_like(wanted.get(line.cn285_item_id))
        rules, known = contract._cn285_rules(), old.cn285_base_rules or {}
        order.write(
            {
                # Rules that were not changed are those of the contract by now.
                **{name: rules[name] for name in known if name not in old._cn285_changed_rules()},
                "cn285_base_rules": rules,
                **{name: old[name] for name in ("cn285_date_effective", "cn285_new_term_end")},
                "cn285_new_holder_id": old.cn285_new_holder_id.id,
                "cn285_base_revision": contract._cn285_revision(),
                "cn285_base_term": contract.term_number,
            }
        )

    # === STALE === #

    def _cn285_stale(self):
        """What has changed of the items that this quotation changes since it was made, in words.

        :returns: list of texts, empty where it still fits
        """
        self.ensure_one()
        # sudo: facts about items of which the quotation tells anyway.
        order = self.sudo()
        texts = order._cn285_moved_rules()
        for line in order.order_line.filtered(lambda one: one.cn285_action in ("change", "end")):
            texts += line._cn285_moved()
        return texts

    def _cn285_stale_reason(self):
        """Why a quotation that was overtaken cannot be accepted, in words; None where it can."""
        texts = self._cn285_stale()
        if not texts:
            return None
        return self.env._(
            "Contract %(contract)s has changed since %(quote)s was made: %(changes)s Make a new "
            "version of it.",
            contract=self.cn285_contract_id.sudo().name,  # sudo: the quotation names it
            quote=self.name,
            changes=" ".join(texts),
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_change_like(self, other):
        """Take over what a line of the version before had changed of the same item."""
        self.ensure_one()
        if not other or other.cn285_action not in ("change", "end") or self._cn285_bundle_line():
            return
        base, wanted = other._cn285_base_offer(), other._cn285_offer()
        vals = {}
        if wanted.product != base.product:
            vals.update(product_id=other.product_id.id, name=other.name)
        for name, mine in (("product_uom_qty", "quantity"), ("discount", "discount")):
            if getattr(wanted, mine) != getattr(base, mine):
                vals[name] = other[name]
        if wanted.rhythm != base.rhythm:
            vals.update({name: other[name] for name in other._period_fields()})
        if wanted.price != base.price or wanted.product != base.product:
            price = "cn285_bundle_price" if self._cn285_is_bundle() else "price_unit"
            vals[price] = other[price]
        self.write(vals)
        if self._cn285_is_bundle():
            self._cn285_take_like(other)

    def _cn285_moved(self):
        """What has changed of this line's item since the quotation was made, in words."""
        self.ensure_one()
        item, known = self.cn285_item_id, self.cn285_base["item"]
        now = item._cn285_facts()
        texts = []
        for name in moved(known, now, [name for name in now if name != "plans"]):
            field = item._fields[name]
            texts.append(
                self.env._(
                    "%(item)s: %(field)s, %(before)s, is %(now)s by now.",
                    item=item.name,
                    field=field._description_string(self.env),
                    before=self._cn285_fact_text(field, known.get(name)),
                    now=self._cn285_fact_text(field, now[name]),
                )
            )
        coming = item.change_ids.browse(sorted(set(now["plans"]) - set(known["plans"])))
        texts += [
            self.env._(
                "%(item)s: %(change)s is planned.", item=item.name, change=change.display_name
            )
            for change in coming
        ]
        gone = item.change_ids.browse(sorted(set(known["plans"]) - set(now["plans"]))).exists()
        texts += [
            self.env._(
                "%(item)s: %(change)s is not planned any more.",
                item=item.name,
                change=change.display_name,
            )
            for change in gone
        ]
        return texts

    def _cn285_fact_text(self, field, value):
        """A fact about an item in words."""
        if value in (None, False, ""):
            return "–"
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(value).display_name
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "float":
            return spelled(self.env, value)
        return str(value)
