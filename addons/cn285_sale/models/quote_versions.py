"""Iterations: a quotation that was sent is not edited, a new version takes its place."""

from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_root_id = fields.Many2one(
        "sale.order",
        string="First Version",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    cn285_version = fields.Integer(string="Version", default=1, readonly=True, copy=False)
    cn285_previous_id = fields.Many2one(
        "sale.order",
        string="Version Before",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    cn285_superseded_by_id = fields.Many2one(
        "sale.order",
        string="Replaced By",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    cn285_version_ids = fields.Many2many(
        "sale.order", compute="_compute_cn285_versions", string="Versions"
    )
    cn285_comparison = fields.Html(
        string="Since the Version Before",
        compute="_compute_cn285_comparison",
        sanitize=False,
    )

    _cn285_version_uniq = models.UniqueIndex(
        "(COALESCE(cn285_root_id, id), cn285_version)", "There is such a version already."
    )
    _cn285_open_uniq = models.UniqueIndex(
        "(COALESCE(cn285_root_id, id)) WHERE state IN ('draft', 'sent')",
        "Another version of this quotation is open.",
    )

    @api.depends("cn285_root_id", "cn285_superseded_by_id")
    def _compute_cn285_versions(self):
        for order in self:
            root = order.cn285_root_id or order
            known = root._origin.id and self.search(
                ["|", ("id", "=", root._origin.id), ("cn285_root_id", "=", root._origin.id)],
                order="cn285_version",
            )
            order.cn285_version_ids = known or order.browse()

    def _cn285_current(self):
        """The version that holds now."""
        self.ensure_one()
        order = self
        while order.cn285_superseded_by_id:
            order = order.cn285_superseded_by_id
        return order

    def _cn285_is_same_customers(self, other):
        """Whether another version was offered to this one's customer: its link is not passed on."""
        self.ensure_one()
        return self.partner_id.commercial_partner_id == other.partner_id.commercial_partner_id

    def action_cn285_new_version(self):
        """Make a new version of this quotation; this one stays readable, and is replaced."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "sale":
            raise UserError(self.env._("%s was accepted: change its contract.", self.name))
        if self.cn285_superseded_by_id:
            raise UserError(
                self.env._(
                    "%(quote)s was replaced by %(current)s: make the new version of that one.",
                    quote=self.name,
                    current=self._cn285_current().name,
                )
            )
        root = self.cn285_root_id or self
        self._cn285_cancel_signatures()
        if self.state != "cancel":
            self.with_context(cn285_replaced=True)._action_cancel()
        # One version is open at a time: this one is closed before the next one is linked to it.
        self.flush_recordset()
        number = self.cn285_version + 1
        # What only the program writes is written by it; the copy is the user's own.
        new = self._cn285_copied({"name": f"{root.name}/{number}", "origin": self.origin})
        # sudo: which version a quotation is, only the program writes.
        new.sudo().write(
            {
                "cn285_root_id": root.id,
                "cn285_version": number,
                "cn285_previous_id": self.id,
            }
        )
        new.write(
            {
                "cn285_date_start": self.cn285_date_start,
                "opportunity_id": self.opportunity_id.id,
            }
        )
        self.sudo().cn285_superseded_by_id = new
        self.message_post(body=self.env._("Replaced by %s.", new.name))
        new.message_post(body=self.env._("Takes the place of %s.", self.name))
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === WHAT IS DIFFERENT === #

    def _cn285_compare(self, other):
        """What this version changes of another one.

        :returns: ``{"added", "removed", "changed", "mrr", "tcv"}``: lines as names; of changed ones
            ``(name, [(field's label, before, after)])``; ``mrr`` and ``tcv`` are differences
        """
        self.ensure_one()
        mine, theirs = self._cn285_by_line(), other._cn285_by_line()
        changed = []
        for key in [key for key in mine if key in theirs]:
            facts = self._cn285_line_facts(mine[key], theirs[key])
            if facts:
                changed.append((mine[key].name, facts))
        return {
            "added": [line.name for key, line in mine.items() if key not in theirs],
            "removed": [line.name for key, line in theirs.items() if key not in mine],
            "changed": changed,
            "mrr": self.currency_id.round(self.cn285_mrr - other.cn285_mrr),
            "tcv": self.currency_id.round(self.cn285_tcv - other.cn285_tcv),
        }

    def _cn285_by_line(self):
        """Lines by what makes them the same in two versions: their product, and which of it."""
        found, counts = {}, {}
        for line in self.order_line.filtered("product_id"):
            counts[line.product_id] = counts.get(line.product_id, 0) + 1
            found[line.product_id.id, counts[line.product_id]] = line
        return found

    @api.model
    def _cn285_line_facts(self, line, other):
        names = ("product_uom_qty", "price_unit", "discount", "trial_days")
        facts = [
            (
                line._fields[name]._description_string(self.env),
                formatLang(self.env, other[name], digits=2),
                formatLang(self.env, line[name], digits=2),
            )
            for name in names
            if line[name] != other[name]
        ]
        before, after = other._rhythm_label(), line._rhythm_label()
        if before != after:
            facts.append(
                (line._fields["cn285_rhythm"]._description_string(self.env), before, after)
            )
        before, after = (
            "; ".join(one._cn285_said_discounts()) or self.env._("none") for one in (other, line)
        )
        if before != after:
            label = line._fields["cn285_discount_ids"]._description_string(self.env)
            facts.append((label, before, after))
        return facts

    @api.depends("cn285_previous_id", "order_line", "cn285_mrr", "cn285_tcv")
    @api.depends_context("lang")
    def _compute_cn285_comparison(self):
        for order in self:
            before = order.cn285_previous_id
            order.cn285_comparison = order._cn285_comparison_html(before) if before else False

    def _cn285_comparison_html(self, before):
        found = self._cn285_compare(before)
        parts = [(self.env._("Added: %s", name)) for name in found["added"]]
        parts += [(self.env._("Removed: %s", name)) for name in found["removed"]]
        for name, facts in found["changed"]:
            told = "; ".join(f"{label}: {old} → {new}" for label, old, new in facts)
            parts.append(f"{name} · {told}")
        for label, amount in (
            (self._fields["cn285_mrr"]._description_string(self.env), found["mrr"]),
            (self._fields["cn285_tcv"]._description_string(self.env), found["tcv"]),
        ):
            sign = "+" if amount > 0 else ""
            money = formatLang(self.env, amount, currency_obj=self.currency_id)
            parts.append(f"{label}: {sign}{money}")
        items = Markup("").join(Markup("<li>%s</li>") % escape(part) for part in parts)
        return Markup("<ul class='mb-0'>%s</ul>") % items
