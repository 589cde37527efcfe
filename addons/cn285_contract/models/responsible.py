from markupsafe import Markup
from odoo import api, fields, models

from .common import in_language_of, in_some_language

MANAGERS = "cn285_contract.group_billing_manager"
ADMINS = "base.group_system"
TODO = "mail.mail_activity_data_todo"


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_responsible_id = fields.Many2one(
        "res.users",
        string="Responsible for Contracts",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Who is asked where a contract has no salesperson. Left empty: a billing manager of "
        "the company.",
    )

    def _cn285_responsible(self, but=None):
        """Who is asked about contracts of this company that have no salesperson; may be empty.

        Who is set, else a billing manager, else an administrator.

        Never the program's own user: nobody reads what it is asked.

        :param but: users who are not asked any more
        """
        self.ensure_one()
        # sudo: who has which right is found out for whoever asks.
        company = self.sudo()
        others = [company.env.ref(group).all_user_ids.sorted("id") for group in (MANAGERS, ADMINS)]
        for user in company.cn285_responsible_id.union(*others):
            if user._cn285_reads_for(company) and user not in (but or ()):
                return user.sudo(self.env.su)
        return self.env["res.users"]

    def _cn285_sender(self):
        """The address from which the company writes to customers; False where there is none.

        The company's own, or that of who is responsible: never the program's.
        """
        self.ensure_one()
        # sudo: the sender's address, for the customer or program that makes the company write.
        company = self.sudo()
        if company.email:
            return company.email_formatted
        responsible = company._cn285_responsible()
        return responsible.email_formatted if responsible.email else False


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_hand_over_contracts(self):
        """Contracts of a user who is deleted, and what he was asked, go to who is responsible.

        Odoo would leave the contracts to nobody, and delete the activities with the user.
        """
        # sudo: whoever may delete a user need not see contracts.
        contracts = self.env["cn285.contract"].sudo().with_context(active_test=False)
        for company, own in (
            contracts.search([("user_id", "in", self.ids)]).grouped("company_id").items()
        ):
            own.user_id = company._cn285_responsible(but=self)
        activities = self.env["mail.activity"].sudo()
        asked = activities.search(
            [("user_id", "in", self.ids), ("res_model", "in", self._cn285_asking_models())]
        )
        for activity in asked:
            record = self.env[activity.res_model].sudo().browse(activity.res_id).exists()
            # Laws are of no company.
            owned = "company_id" in record._fields
            company = (owned and record.company_id) or self.env.company
            others = company._cn285_responsible(but=self)
            if record and others:
                activity.user_id = others

    def _cn285_asking_models(self):
        """Names of our models of which users are asked something."""
        return [
            name
            for name, model in self.env.registry.items()
            if name.startswith("cn285.") and "activity_ids" in model._fields and model._auto
        ]

    def _cn285_reads_for(self, company):
        """Whether this user is somebody who reads activities of a company."""
        self.ensure_one()
        return (
            self.active
            and not self.share
            and not self._is_superuser()
            and company in self.company_ids
        )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _responsible(self):
        """Who is asked about this contract: the salesperson, else who is responsible for it all.

        :returns: a user, or none where there is nobody at all
        """
        self.ensure_one()
        # sudo: the salesperson's own facts, for whoever makes him be asked.
        salesperson = self.sudo().user_id
        if salesperson and salesperson._cn285_reads_for(self.company_id):
            return salesperson.sudo(self.env.su)
        return self.company_id._cn285_responsible()

    def _ask_responsible(self, record, words, deadline=None, note=None):
        """Ask who is responsible for this contract, in his language, to do something.

        Where there is nobody, it is noted on the record, for whoever comes.

        :param record: a record with activities: the contract itself, a change, a notice
        :param words: function from the record, as he reads it, to what is to be done
        :param note: text, also of strangers, which is shown as it was written
        """
        self.ensure_one()
        user = self._responsible()
        if not user:
            record = in_some_language(record)
            record.sudo().message_post(body=words(record))  # sudo: as below
            return
        record = in_language_of(record, user)
        text = Markup("<br>").join((note or "").splitlines())
        # sudo: an activity of somebody else, for whoever causes it.
        record.sudo().activity_schedule(TODO, deadline, words(record), text, user_id=user.id)
