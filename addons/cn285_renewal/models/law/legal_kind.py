from odoo import api, fields, models

from ...engine.legal_kind import legal_kind

LEGAL_KINDS = [
    ("consumer", "Consumer"),
    ("non_professional", "Non-Professional"),
    ("professional", "Professional"),
]


class ResPartner(models.Model):
    """What a customer is to the laws that protect some of them."""

    _inherit = "res.partner"

    cn285_legal_kind = fields.Selection(
        LEGAL_KINDS,
        string="Protection by Consumer Law",
        compute="_compute_cn285_legal_kind",
        store=True,
        readonly=False,
        help="Consumer: a person who does not act professionally. Non-professional: a legal person "
        "that does not act professionally, such as a homeowners' association. By default a person "
        "without a VAT number is a consumer, a company named as the law's non-professionals are is "
        "one, everybody else a professional. What you choose stays, whatever is edited later.",
    )
    cn285_kind_by_hand = fields.Boolean(
        string="Protection Set by Hand",
        help="Somebody chose it: it does not follow the VAT number any more. Choose the usual one "
        "on the form, or empty the field, and it does again.",
    )

    cn285_kind_before = fields.Selection(
        LEGAL_KINDS,
        string="Protection Before Joining a Company",
        readonly=True,
        copy=False,
        help="What was set by hand for who belongs to a company by now, and is again on leaving.",
    )

    @api.depends("is_company", "parent_id", "vat", "name", "country_id", "cn285_kind_by_hand")
    def _compute_cn285_legal_kind(self):
        """The usual kind, except where somebody chose another."""
        for partner in self:
            if not (partner.cn285_kind_by_hand and partner.cn285_legal_kind):
                partner.cn285_legal_kind = partner._cn285_usual_kind()

    def _cn285_usual_kind(self):
        """The kind of who is no more than the address book tells; of a contact, its company's."""
        self.ensure_one()
        # On a form, who is edited is a copy of who is kept: both are the same customer.
        home = self.commercial_partner_id
        if home._origin != self._origin and home.cn285_legal_kind:
            return home.cn285_legal_kind
        law = self.env["cn285.law"]._of(self, self.env.company)
        return legal_kind(
            bool(self.is_company or self.parent_id),
            bool(self.vat),
            self.name or "",
            (law.non_professional_names or "").splitlines(),
        )

    @api.onchange("cn285_legal_kind")
    def _onchange_cn285_legal_kind(self):
        """On the form, the usual kind is none that somebody set."""
        kind = self.cn285_legal_kind
        self.cn285_kind_by_hand = bool(kind) and kind != self._cn285_usual_kind()

    # === SET BY HAND === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._cn285_new_kind(vals) for vals in vals_list])

    @api.model
    def _cn285_new_kind(self, vals):
        """Values of a new customer; a kind that nobody set, as of who is duplicated, is its own."""
        vals = self._cn285_with_hand(vals)
        if not vals.get("cn285_kind_by_hand", True):
            vals.pop("cn285_legal_kind", None)
        return vals

    def write(self, vals):
        vals = self._cn285_with_hand(vals)
        if not {"parent_id", "is_company"} & vals.keys():
            return super().write(vals)
        for kind, partners in self._cn285_chosen().grouped("cn285_legal_kind").items():
            super(ResPartner, partners).write({"cn285_kind_before": kind})
        result = super().write(vals)
        self._cn285_give_back()
        return result

    def _cn285_chosen(self):
        """Who is a customer in its own right, with a kind that somebody chose."""
        return self.filtered(
            lambda partner: partner.cn285_kind_by_hand and partner.commercial_partner_id == partner
        )

    def _cn285_give_back(self):
        """Who left a company is again what was chosen before, unless somebody chose since."""
        left = self.filtered(
            lambda partner: partner.cn285_kind_before and partner.commercial_partner_id == partner
        )
        for kind, partners in left.grouped("cn285_kind_before").items():
            followed = partners.filtered(lambda partner: not partner.cn285_kind_by_hand)
            followed.write({"cn285_legal_kind": kind, "cn285_kind_by_hand": True})
            partners.write({"cn285_kind_before": False})

    @api.model
    def _cn285_with_hand(self, vals):
        """Values of who names the kind, with the note that it was named; empty, it is not."""
        if "cn285_legal_kind" not in vals:
            return vals
        vals = {"cn285_kind_by_hand": bool(vals["cn285_legal_kind"]), **vals}
        if not vals["cn285_legal_kind"]:
            del vals["cn285_legal_kind"]  # worked out anew
        return vals

    def _convert_fields_to_values(self, field_names):
        """What contacts take over from their company nobody has set by hand for them."""
        values = super()._convert_fields_to_values(field_names)
        if "cn285_legal_kind" in values:
            values["cn285_kind_by_hand"] = False
        return values

    @api.model
    def _commercial_fields(self):
        return [*super()._commercial_fields(), "cn285_legal_kind"]

    def _cn285_is_professional(self):
        return self.commercial_partner_id.cn285_legal_kind == "professional"


class PartnerMerge(models.TransientModel):
    """Customers that are merged keep the protection that somebody chose for one of them."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """What was chosen for who stays counts, else what was chosen for one of the others.

        Odoo takes over the note that it was chosen, but not the kind, which is computed.
        """
        chosen = (dst_partner | src_partners).filtered("cn285_kind_by_hand")[:1]
        kind = chosen.cn285_legal_kind
        result = super()._update_values(src_partners, dst_partner)
        if kind:
            dst_partner.write({"cn285_legal_kind": kind})
        return result
