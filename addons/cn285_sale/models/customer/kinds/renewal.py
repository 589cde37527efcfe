from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_date

from .base import CustomerKind

_lt = LazyTranslate(__name__)


class Renewal(CustomerKind):
    """The contract renews at the end of its term, or ends with it: the other of the two."""

    name = "renewal"
    label = _lt("Renewal on or off")
    words = _lt("Whether the contract goes on after its term")
    icon = "fa-refresh"
    change_type = "auto_renewal"
    on = "contract"
    asks_day = False

    def is_possible(self, asked):
        contract = asked.contract
        return bool(contract.term_end) and contract.renewal_mode == "tacit"

    def values(self, asked, given):
        contract, env = asked.contract, asked.env
        if contract.auto_renew and not contract._portal_may_refuse():
            last = contract.last_day_to_refuse
            if last and last < contract.company_id._cn285_today():
                raise UserError(
                    env._("The renewal could be refused until %s.", format_date(env, last))
                )
            raise UserError(env._("The end of this contract is planned already."))
        return {"auto_renew": not contract.auto_renew}

    def told(self, asked, values):
        env = asked.env
        words = {True: env._("on"), False: env._("off")}
        after = values["auto_renew"]
        return [(env._("Renewal"), words[not after], words[after])]
