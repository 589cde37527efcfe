# pylint: disable=missing-return  # Odoo's compute returns nothing
from odoo import api, models, tools
from odoo.addons.cn285_contract.models.privacy.person import Person
from odoo.tools import SQL


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        """Also what is in no field with a contact or an e-mail address: texts, data, events."""
        found = super()._get_query()
        parts = [
            SQL(
                "SELECT %s, unnest(%s::int[]), TRUE",
                self.env["ir.model"]._get_id(model),
                list(ids),
            )
            for model, ids in self._cn285_found().items()
        ]
        if not parts:
            return found
        return SQL(
            """SELECT DISTINCT ON (res_model_id, res_id) res_model_id, res_id, is_active
                 FROM (%s UNION ALL %s) AS found""",
            found,
            SQL(" UNION ALL ").join(parts),
        )

    def _cn285_found(self):
        """Ids of what our list of places finds, by model; contacts and users Odoo finds itself."""
        # sudo: a look-up goes over all companies, as Odoo's own does.
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        partners = partners.search(
            [
                "|",
                ("email_normalized", "=", tools.email_normalize(self.email.strip())),
                ("name", "=ilike", self.name.strip()),
            ]
        )
        person = Person(partners, [self.name.strip(), self.email.strip()])
        result = {}
        for place in person.env["cn285.personal.data"]._places():
            if place.model in self._get_query_models_blacklist() and place.model != "mail.message":
                continue
            ids = place.sample(person)
            if ids:
                result.setdefault(place.model, set()).update(ids)
        return result


class PrivacyLookupWizardLine(models.TransientModel):
    _inherit = "privacy.lookup.wizard.line"

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        """Of usage events one stands for all of its metric and item."""
        events = self.filtered(lambda line: line.res_model == "cn285.usage.event")
        super(PrivacyLookupWizardLine, self - events)._compute_res_name()
        for line in events:
            event = self.env[line.res_model].sudo().browse(line.res_id)
            names = (event.metric_id.display_name, event.item_id.name or event.contract_id.name)
            line.res_name = " · ".join(filter(None, names)) or event.display_name
