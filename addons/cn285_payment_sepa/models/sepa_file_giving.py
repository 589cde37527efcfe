from odoo import api, models
from odoo.addons.cn285_contract.models.common import in_language_of, in_some_language
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.mandate import soonest_debit

TODO = "mail.mail_activity_data_todo"


class SepaFile(models.Model):
    """Files on their way to the bank: given, forgotten, or made anew.

    A debit that no bank knows of is not paid. So its day alone settles nothing: its file was given
    to the bank, as somebody or the bank itself says. One that was forgotten is either given late,
    the same file, or withdrawn: then a new one orders the same debits, with the same end-to-end
    references, on a day that the bank can keep. Never both.
    """

    _inherit = "cn285.sepa.file"

    def action_download(self):
        """The file, for who carries it to the bank."""
        self.ensure_one()
        self.check_access("read")
        self._need_manager()
        if self.state == "withdrawn":
            raise UserError(
                self.env._(
                    "%s was withdrawn: given to the bank now, it would debit twice.", self.name
                )
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "self",
        }

    @api.model
    def _soon(self, name):
        """Have a scheduled action of this addon run soon, where it is there."""
        action = self.env.ref(f"cn285_payment_sepa.{name}", raise_if_not_found=False)
        if action:
            # sudo: what it does follows from what was done.
            action.sudo()._trigger()

    def _need_manager(self):
        if not self.env.user.has_group("cn285_contract.group_billing_manager"):
            raise UserError(self.env._("Files to the bank are for billing managers."))

    def action_sent(self):
        """It was given to the bank, today."""
        for file in self:
            file.check_access("write")
            if file.state == "made":
                file._given(file.company_id._cn285_today())

    def action_make_anew(self):
        """It never left and never will: what it orders is ordered by the next file.

        :raises UserError: where it left, or the bank told of it; nothing is done then
        """
        self._need_manager()
        for file in self:
            file.check_access("write")
            # sudo: debits are the program's; who may give files to the bank was asked.
            file.sudo()._withdraw()
        self._soon("cron_make_files")

    def _given(self, day):
        """The bank has it since a day; its debits settle on theirs, or later where that is past.

        Given after the bank's cut-off, the same file is executed on the next day that the bank can
        keep: that is when its debits are taken for paid.
        """
        # sudo: debits, and what others are asked, are the program's; who may say so was asked.
        for file in self.sudo():
            file._write_inside({"state": "sent", "sent_on": day})
            file._no_more_asked()
            soonest = soonest_debit(day, file.provider_id.cn285_lead_days)
            late = self.env["cn285.sepa.debit"].sudo()
            late = late.search(
                [
                    ("file_id", "=", file.id),
                    ("state", "=", "ordered"),
                    ("file_on", "<", day),
                    ("debit_on", "<", soonest),
                ]
            )
            late._write_inside({"paid_on": soonest})

    def _told_by_bank(self):
        """The bank told of these files: it has them, whatever was marked, since its cut-off."""
        for file in self.filtered(lambda file: file.state == "made"):
            today = file.company_id._cn285_today()
            file._given(min(file.order_by or today, today))

    def _withdraw(self):
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        if self.state != "made":
            raise UserError(
                self.env._(
                    "%s was given to the bank, or is of no use any more: it is not made anew.",
                    self.name,
                )
            )
        orders = self._orders()
        if set(orders.mapped("state")) - {"ordered"}:
            raise UserError(
                self.env._("%s: some of its orders are paid or refused already.", self.name)
            )
        self._write_inside({"state": "withdrawn"})
        self._no_more_asked()
        orders._wait_again()
        self._message_log(
            body=self.env._("Withdrawn by %s: it was not given to the bank.", self.env.user.name)
        )

    def _take_up_again(self):
        """The bank has withdrawn files all the same: what still waits was ordered by them.

        :returns: those of which something was taken up; of others another file ordered it meanwhile
        """
        taken = self.browse()
        for file in self.filtered(lambda file: file.state == "withdrawn"):
            kinds = {"debit": "cn285.sepa.debit", "transfer": "cn285.sepa.transfer"}
            waiting = self.env[kinds[file.kind]].search(
                [("withdrawn_file_id", "=", file.id), ("state", "=", "waiting")]
            )
            if not waiting:
                continue
            waiting._write_inside({"state": "ordered", "file_id": file.id})
            waiting._ordered_after_all()
            file._write_inside({"state": "made"})
            file._told_by_bank()
            file._message_log(body=self.env._("The bank has it all the same."))
            taken |= file
        return taken

    # === FORGOTTEN === #

    @api.model
    def _ask_for_forgotten(self, company):
        """Ask, once a file, for those whose first day has come and that nobody gave to the bank."""
        forgotten = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "made"),
                ("first_day", "<=", company._cn285_today()),
                "|",
                ("kind", "=", "transfer"),
                ("provider_id.cn285_settle_given", "=", True),
            ]
        )
        for file in forgotten.filtered(lambda file: not file.activity_ids):
            file._ask_to_give(company._cn285_responsible())

    def _ask_to_give(self, user):
        self.ensure_one()
        if not user:
            file = in_some_language(self)
            file.message_post(body=file._forgotten_words())
            return
        file = in_language_of(self, user)
        file.activity_schedule(TODO, summary=file._forgotten_words(), user_id=user.id)

    def _forgotten_words(self):
        return self.env._(
            "%(file)s was to be given to the bank by %(day)s: its %(count)s debits or transfers "
            "are not made. Was it given? Mark it. If not, make it anew.",
            file=self.name,
            day=format_date(self.env, self.order_by),
            count=self.order_count,
        )

    def _no_more_asked(self):
        self.activity_ids.unlink()


class SepaDebit(models.Model):
    _inherit = "cn285.sepa.debit"

    def _wait_again(self):
        """Their file never left: they wait for the next one, by the same references."""
        for debit in self:
            debit._tell_again()
        for file, own in self.grouped("file_id").items():
            own._write_inside({"withdrawn_file_id": file.id})
        self._write_inside({"state": "waiting", "file_id": False, "paid_on": False})

    def _ordered_after_all(self):
        """What their mandates were to tell was told by that file."""
        self.mandate_id._write_inside({"account_changed": False, "former_reference": False})


class SepaTransfer(models.Model):
    _inherit = "cn285.sepa.transfer"

    def _wait_again(self):
        """Their file never left: what was booked is not, and they wait for the next one."""
        for file, own in self.grouped("file_id").items():
            own._write_inside({"withdrawn_file_id": file.id})
        for transfer in self:
            transfer._unbook()
        self._write_inside({"state": "waiting", "file_id": False, "payment_id": False})

    def _ordered_after_all(self):
        self._book()

    def _unbook(self):
        payment = self.payment_id
        if payment and payment.state != "canceled":
            payment.action_draft()
            payment.action_cancel()
