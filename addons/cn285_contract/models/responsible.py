from markupsafe import Markup
from odoo import fields, models

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

    def _cn285_responsible(self):
        """Who is asked about contracts of this company that have no salesperson; may be empty.

        Who is set, else a billing manager, else an administrator.

        Never the program's own user: nobody reads what it is asked.
        """
        self.ensure_one()
        # sudo: who has which right is found out for whoever asks.
        company = self.sudo()
        others = [company.env.ref(group).all_user_ids.sorted("id") for group in (MANAGERS, ADMINS)]
        for user in company.cn285_responsible_id.union(*others):
            if user._cn285_reads_for(company):
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

    def _ask_responsible(self, record, summary, deadline=None, note=None):
        """Ask who is responsible for this contract to do something about a record.

        Where there is nobody, it is noted on the record, for whoever comes.

        :param record: a record with activities: the contract itself, a change, a notice
        :param note: text, also of strangers, which is shown as it was written
        """
        self.ensure_one()
        user = self._responsible()
        if not user:
            record.sudo().message_post(body=summary)  # sudo: as below
            return
        text = Markup("<br>").join((note or "").splitlines())
        # sudo: an activity of somebody else, for whoever causes it.
        record.sudo().activity_schedule(TODO, deadline, summary, text, user_id=user.id)
