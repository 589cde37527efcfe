"""A bundle: a product of Odoo's type combo whose components a contract bills."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError

from ...engine.bundle import Component, broken_rules, by_default, spread


class ProductTemplate(models.Model):
    _inherit = "product.template"

    cn285_is_bundle = fields.Boolean(
        string="Bundle of Services",
        help="Its components are billed by the contract, by the rules of this bundle: how many of "
        "a choice are taken, which require or exclude one another.",
    )
    cn285_bundle_invoice = fields.Selection(
        [("one", "One Line"), ("all", "All Components")],
        string="On Invoices",
        default="one",
        required=True,
        help="One line: the bundle with its components as text; where taxes or accounts of the "
        "components differ, one line for each of them. All components: a line each.",
    )

    @api.constrains("cn285_is_bundle", "type")
    def _check_cn285_bundle_type(self):
        for template in self:
            if template.cn285_is_bundle and template.type != "combo":
                raise ValidationError(
                    self.env._(
                        "%s: a bundle of services is a product of the type “Combo”.",
                        template.display_name,
                    )
                )

    @api.constrains("cn285_is_bundle", "combo_ids")
    def _check_cn285_bundle_goods(self):
        for template in self.filtered("cn285_is_bundle"):
            for choice in template.sudo().combo_ids.combo_item_ids:
                if choice.product_id.type != "service" and not choice.cn285_no_billing:
                    raise ValidationError(template._cn285_goods_error(choice))

    def _cn285_goods_error(self, choice):
        return self.env._(
            "%(bundle)s: %(product)s is no service. Goods are in a bundle of services without "
            "billing only; sell them beside it.",
            bundle=self.display_name,
            product=choice.product_id.display_name,
        )

    @api.constrains("cn285_template_item_id", "cn285_is_bundle")
    def _check_cn285_bundle_terms(self):
        for template in self.filtered("cn285_is_bundle"):
            # sudo: terms are checked, not told.
            item = template.sudo().cn285_template_item_id
            if item and item.billing_type not in ("fixed", "one_shot"):
                raise ValidationError(
                    self.env._("%s: a bundle is billed in periods, or once.", template.display_name)
                )
            if any(item.discount_ids.mapped("amount")):
                raise ValidationError(
                    self.env._(
                        "%s: discounts of a bundle are percentages; an amount would be taken off "
                        "each component.",
                        template.display_name,
                    )
                )

    # === WHAT MAY BE CHOSEN === #

    def _cn285_choices(self):
        """All that may be chosen in this bundle, by sudo, in the order of its slots."""
        self.ensure_one()
        # sudo: what a bundle offers is the same for all who sell or hold it.
        return self.sudo().combo_ids.combo_item_ids

    def _cn285_defaults(self):
        """What is in the bundle where nothing was chosen: ``{choice: how often}``."""
        self.ensure_one()
        choices = self._cn285_choices().filtered("product_id.active")
        taken = by_default(
            [combo._cn285_slot() for combo in self.sudo().combo_ids],
            [choice._cn285_choice() for choice in choices],
            {choice.id: choice.cn285_default_count for choice in choices},
        )
        return {choice: taken[choice.id] for choice in choices if choice.id in taken}

    def _cn285_bundle_problem(self, counts):
        """Why components do not make this bundle, in a seller's words; None where they do.

        :param counts: ``{choice: how often}``
        """
        self.ensure_one()
        bundle = self.sudo()  # sudo: see _cn285_choices
        found = broken_rules(
            [combo._cn285_slot() for combo in bundle.combo_ids],
            [choice._cn285_choice() for choice in self._cn285_choices()],
            {choice.id: count for choice, count in counts.items()},
        )
        return self._cn285_problem_text(found[0]) if found else None

    def _cn285_problem_text(self, problem):
        env, bundle = self.env, self.display_name
        slots = env["product.combo"].sudo()  # sudo: see _cn285_choices
        products = env["product.product"].sudo()
        if problem.kind in ("requires", "excludes"):
            values = {
                "bundle": bundle,
                "product": products.browse(problem.subject).display_name,
                "others": ", ".join(products.browse(sorted(problem.others)).mapped("display_name")),
            }
            if problem.kind == "requires":
                return env._("%(bundle)s: %(product)s requires %(others)s.", **values)
            return env._("%(bundle)s: %(product)s cannot stand with %(others)s.", **values)
        if problem.kind in ("too_few", "too_many"):
            slot = slots.browse(problem.subject)
            values = {"bundle": bundle, "slot": slot.name, "count": problem.count}
            if problem.kind == "too_few":
                return env._(
                    "%(bundle)s is not complete: of “%(slot)s” at least %(least)s must be chosen, "
                    "not %(count)s.",
                    **values,
                    least=slot.cn285_min,
                )
            return env._(
                "%(bundle)s: of “%(slot)s” at most %(most)s may be chosen, not %(count)s.",
                **values,
                most=slot.cn285_max,
            )
        choice = env["product.combo.item"].sudo().browse(problem.subject)
        if problem.kind == "foreign":
            return env._(
                "%(bundle)s does not offer %(product)s.",
                bundle=bundle,
                product=choice.display_name,
            )
        return env._(
            "%(bundle)s: %(product)s cannot be taken %(count)s times.",
            bundle=bundle,
            product=choice.display_name,
            count=problem.count,
        )

    # === WHAT IT COSTS === #

    def _cn285_component_prices(self, price, counts, company, pricelist, currency, day):
        """Unit prices of components, in which the price of one bundle is spread over them.

        By their stand-alone prices, to the cent, the extra price to whom it belongs. What is not
        billed, or billed by what is used, has none of it.

        :param float price: of one bundle, before its discount and without extra prices
        :param counts: ``{choice: how often}``
        :param day: on which pricelists and rates are asked
        :returns: ``{choice: price of one unit of its product}``
        """
        self.ensure_one()
        billed = [choice for choice in counts if choice._cn285_has_share() and counts[choice] > 0]
        shares = spread(
            as_decimal(round(price, 6)),
            [
                Component(
                    choice.id,
                    choice._cn285_stand_alone(counts[choice], company, pricelist, currency, day),
                    as_decimal(
                        round(choice._cn285_extra(company, currency, day) * counts[choice], 6)
                    ),
                )
                for choice in billed
            ],
            as_decimal(currency.rounding),
        )
        return {
            choice: round(float(shares[choice.id]) / (choice.cn285_quantity * counts[choice]), 6)
            if choice.id in shares
            else 0.0
            for choice in counts
        }

    def _cn285_bundle_total(self, price, counts, company, currency, day):
        """What one bundle costs with all extra prices, before its discount."""
        self.ensure_one()
        return price + sum(
            currency.round(choice._cn285_extra(company, currency, day) * count)
            for choice, count in counts.items()
            if choice._cn285_has_share()
        )

    # === THE SCREEN === #

    def get_single_product_variant(self):
        """Odoo's; it does not open its own dialog, in which one of each slot is chosen."""
        result = super().get_single_product_variant()
        if self.cn285_is_bundle and result.get("is_combo"):
            result["is_combo"] = False
        return result
