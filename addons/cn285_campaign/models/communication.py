from odoo import api, fields, models
from odoo.addons.cn285_renewal.engine.letter_text import fill_words
from odoo.exceptions import AccessError, UserError
from odoo.tools import consteq, format_date, hmac

from .channels import paragraphs_html

STATES = [
    ("planned", "Planned"),
    ("done", "Done"),
    ("skipped", "Left Out"),
    ("failed", "Failed"),
    ("cancelled", "Given Up"),
]


class Communication(models.Model):
    """That a step is, or was, carried out for a record and a date: once, whoever does it."""

    _name = "cn285.communication"
    _description = "Communication with a Customer"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "date_planned desc, id desc"
    _rec_name = "contract_id"

    step_id = fields.Many2one(
        "cn285.communication.step", required=True, readonly=True, index=True, ondelete="restrict"
    )
    plan_id = fields.Many2one(related="step_id.plan_id", store=True, index=True)
    company_id = fields.Many2one(related="step_id.company_id", store=True, index=True)
    channel = fields.Selection(related="step_id.channel", string="By", store=True)
    purpose = fields.Selection(related="step_id.plan_id.purpose", store=True)
    contract_id = fields.Many2one(
        "cn285.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    item_id = fields.Many2one(
        "cn285.contract.item", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="To whom it is written.",
    )
    anchor = fields.Date(
        string="Date", required=True, readonly=True, help="The date that it is about."
    )
    date_due = fields.Date(string="Due On", required=True, readonly=True, help="By its step.")
    date_planned = fields.Date(
        string="Planned For",
        required=True,
        readonly=True,
        index=True,
        help="Later than due, where limits or a legal notice are in the way.",
    )
    state = fields.Selection(
        STATES,
        string="Status",
        default="planned",
        required=True,
        readonly=True,
        index=True,
        group_expand=True,
    )
    reason = fields.Char(readonly=True, help="Why it is late, was left out, failed or given up.")
    done_on = fields.Date(readonly=True, help="By the company's clock.")
    tells = fields.Boolean(
        readonly=True, help="The customer was told: it counts for how often he is."
    )
    subject = fields.Char(readonly=True)
    body = fields.Text(string="Text", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, ondelete="set null", index="btree_not_null"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", string="Letter", readonly=True, ondelete="set null", index="btree_not_null"
    )
    offer_id = fields.Many2one(
        "cn285.retention.offer", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _once = models.UniqueIndex(
        "(step_id, contract_id, COALESCE(item_id, 0), anchor)",
        "This step is planned, or was carried out, for this record and date.",
    )
    _due_idx = models.Index("(company_id, date_planned) WHERE state = 'planned'")
    _told_idx = models.Index("(partner_id, done_on) WHERE tells")

    # === STATES === #

    def _update_state(self, allowed, target, **values):
        """The one door between states: those in ``allowed`` go to ``target``.

        :raises UserError: naming the first one that is in another state; none is moved then
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for one in self:
            if one.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(communication)s is “%(state)s” and cannot become “%(target)s”.",
                        communication=f"{one.contract_id.name} · {one.step_id.name}",
                        state=labels[one.state],
                        target=labels[target],
                    )
                )
        # sudo: history is written by the program alone; callers have checked who asks.
        self.sudo()._write_inside({"state": target, **values})

    def _check_may_decide(self):
        """Staff decides about contracts that it may write.

        :raises AccessError: for anybody else
        """
        self.check_access("read")
        self.contract_id.check_access("write")
        if not self.env.user.has_group("cn285_contract.group_contract_user_own"):
            raise AccessError(self.env._("Only users of contracts decide what customers are told."))

    def action_skip(self):
        """Leave out what is planned: this customer is not told this time."""
        self._check_may_decide()
        self._update_state(
            ("planned", "failed"),
            "skipped",
            reason=self.env._("%s left it out.", self.env.user.name),
        )
        return True

    def action_retry(self):
        """Plan again what failed, once its reason is done away with."""
        self._check_may_decide()
        for company, members in self.grouped("company_id").items():
            today = company._cn285_today()
            members._update_state(("failed",), "planned", reason=False, date_planned=today)
        return True

    # === WORDS === #

    def _localised(self):
        """This one in the language of its reader."""
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.company_id.partner_id.lang)

    def _words(self):
        """What stands for placeholders, in the language of the context."""
        self.ensure_one()
        offer = self.offer_id
        return {
            "customer": self.partner_id.name or "",
            "contract": self.contract_id.name,
            "date": format_date(self.env, self.anchor),
            "company": self.company_id.name,
            "offer": offer.words or "",
            "until": format_date(self.env, offer.date_expiry) if offer else "",
        }

    def _filled(self, text):
        return fill_words(text or "", self._words())

    def _mail_subject(self):
        """The step's subject, for the usual e-mail."""
        return self._filled(self.step_id.with_env(self.env).subject)

    def _mail_body(self):
        """The step's text, for the usual e-mail, as HTML."""
        return paragraphs_html(self._filled(self.step_id.with_env(self.env).body))

    def _link(self):
        """The address of the contract's page, or of the offer's."""
        self.ensure_one()
        path = self.offer_id._portal_path() if self.offer_id else self.contract_id.get_portal_url()
        return self.get_base_url() + path

    # === NO MORE MARKETING === #

    def _refusal_key(self):
        self.ensure_one()
        # su: the database's secret; what is signed is this record and its reader.
        signed = (self.id, self.partner_id.id)
        return hmac(self.env(su=True), "cn285-marketing-refusal", signed)

    def _refusal_path(self):
        """The address, without a login, at which the reader says that he wants no marketing."""
        return f"/contracts/marketing/{self.id}/{self._refusal_key()}"

    def _refusal_footer(self):
        reader = self._localised()
        return reader.env["ir.qweb"]._render(
            "cn285_campaign.mail_refusal", {"url": self.get_base_url() + self._refusal_path()}
        )

    @api.model
    def _found_by_key(self, number, key):
        """The communication of a refusal's address, with sudo; none where the key is wrong."""
        one = self.sudo().browse(number).exists()  # sudo: shown to who has the key alone
        return one if one and _alike(one._refusal_key(), key) else self.browse()

    def action_view_contract(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }


def _alike(known, given):
    return given.isascii() and consteq(known, given)
