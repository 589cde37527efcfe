"""Signatures that a program asks for: by which provider, and who signs in which order."""

from odoo import api, models

from ..routers.asking import Asked, Side, asked_of

#: In the context of whoever sends for signature: an ``Asked``, which no remote call can make.
KEY = "cn285_asked"


def _asked(env):
    asked = env.context.get(KEY)
    return asked if isinstance(asked, Asked) else None


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _api_start(self, call, body, tried=False):
        """A contract whose signature is asked for is a draft until all have signed."""
        signature = getattr(body, "signature", None)
        if signature is None or signature.mode == "none":
            return super()._api_start(call, body, tried)
        asked = asked_of(call, self, signature, "/signature")
        if not tried:
            self._api_send(asked)
        return None

    def _api_send(self, asked):
        """Send these drafts for a signature that was asked for."""
        return self.with_context(**{KEY: asked}).action_send_for_signature()

    def _api_sign_side(self):
        """Who may sign it, and what rule asks for it: see ``asking.asked_of``."""
        self.ensure_one()
        return Side(self._sign_rule(), self.company_id, self.partner_id | self.payer_id)

    def _api_signatures(self):
        # sudo: that it is being signed, and how far, is told with the contract; nothing else is.
        found = (
            self.env["cn285.sign.request"]
            .sudo()
            .search([("contract_id", "in", self.ids), ("change_id", "=", False)], order="id")
        )
        return {**super()._api_signatures(), **{one.contract_id.id: one for one in found}}

    def _usual_sign_rule(self):
        rule, asked = super()._usual_sign_rule(), _asked(self.env)
        if asked:
            rule.provider_id = asked.provider
        return rule


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    def _api_start(self, call, body, tried=False):
        """A change whose signature is asked for is a draft until all have signed."""
        signature = getattr(body, "signature", None)
        if signature is None or signature.mode == "none":
            return super()._api_start(call, body, tried)
        asked = asked_of(call, self, signature, "/signature")
        if not tried:
            self._api_send(asked)
        return None

    def _api_sign_side(self):
        """As the contract's; the rule is that of the change."""
        return self.contract_id._api_sign_side()._replace(rule=self._sign_rule())

    def _api_signatures(self):
        """``{id: its last signature request}``, as the contract's."""
        # sudo: as the contract's.
        requests = self.env["cn285.sign.request"].sudo()
        found = requests.search([("change_id", "in", self.ids)], order="id")
        return {one.change_id.id: one for one in found}

    def _api_send(self, asked):
        """Send these drafts for a signature that was asked for."""
        return self.with_context(**{KEY: asked}).action_send_for_signature()


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    @api.model
    def _signers_of(self, customer, rule):
        asked = _asked(self.env)
        if asked and asked.signers is not None:
            return asked.signers
        return super()._signers_of(customer, rule)
