from odoo import api, models


class Contract(models.Model):
    """The way to the first bill, told where there are no contracts yet."""

    _inherit = "cn285.contract"

    @api.model
    def get_empty_list_help(self, help_message):
        """In a company without contracts: the way to the first bill, with what is done already."""
        # sudo: only whether there are any, be they others'.
        if self.sudo().search_count([("company_id", "=", self.env.company.id)], limit=1):
            return super().get_empty_list_help(help_message)
        # The client reads actions, this help with them, with all rights; what is offered is the
        # user's.
        steps = self.sudo(False)._first_steps()
        return self.env["ir.qweb"]._render("cn285_contract.first_steps", {"steps": steps})

    @api.model
    def _first_steps(self):
        """What there is to do before the first bill, in order.

        :returns: list of dicts: ``title``, ``text``, ``done``, and ``action``, the external id of
            what opens it, None where the user may not do it
        """
        company, env = self.env.company, self.env
        # sudo: only whether these exist.
        products = (
            env["product.template"]
            .sudo()
            .search_count([("sale_ok", "=", True), ("type", "=", "service")], limit=1)
        )
        journal = (
            env["account.journal"]
            .sudo()
            .search(
                [*env["account.journal"]._check_company_domain(company), ("type", "=", "sale")],
                limit=1,
            )
        )
        templates = env["cn285.contract.template"].search_count([], limit=1)
        ready = company.partner_id.street and company.partner_id.country_id and company.email
        steps = [
            (
                env._("Your company"),
                env._("Address, e-mail and accounts: they stand on invoices and notices."),
                bool(ready and journal.default_account_id),
                "base.action_res_company_form",
                "res.company",
            ),
            (
                env._("What you sell"),
                env._("A product of type service, with its price and taxes."),
                bool(products),
                "account.product_product_action_sellable",
                "product.template",
            ),
            (
                env._("A template"),
                env._("Products, term and notice period that your contracts have in common."),
                bool(templates),
                "cn285_contract.action_contract_template",
                "cn285.contract.template",
            ),
            (
                env._("The first contract"),
                env._("Choose a customer and a template, look at the preview, confirm."),
                False,
                "cn285_contract.action_contract_new",
                "cn285.contract",
            ),
            (
                env._("The first bill"),
                env._("“Bill Now” on the confirmed contract; later on a run does it every day."),
                False,
                "cn285_contract.action_billing_run",
                "cn285.billing.run",
            ),
        ]
        return [
            {
                "title": title,
                "text": text,
                "done": done,
                "action": action if env[model].has_access("create") else None,
            }
            for title, text, done, action, model in steps
        ]
