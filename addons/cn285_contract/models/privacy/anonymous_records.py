"""How Odoo's own records are made anonymous."""

from odoo import models
from odoo.exceptions import UserError

# Of a contact: what is emptied. Country and language stay: they single nobody out.
EMPTIED = (
    "email", "phone", "street", "street2", "zip", "city", "state_id", "vat", "ref", "comment",
    "website", "function", "barcode", "company_name", "company_registry", "image_1920",
    "partner_latitude", "partner_longitude", "date_localization", "category_id", "parent_id",
    "siret", "mobile", "title",
)  # fmt: skip


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_cn285_anonymise(self):
        """The dialog that makes this person anonymous."""
        self.ensure_one()
        self.env["cn285.personal.data"]._check_administrator(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_contract.action_partner_anonymise"
        )
        action["context"] = {"default_partner_id": self.id}
        return action

    def _cn285_anonymise(self, person):
        """Leave of contacts a number, the country, the language."""
        quiet = self.with_context(tracking_disable=True, mail_notrack=True)
        for partner in quiet:
            vals = {
                name: False
                for name in EMPTIED
                if name in partner._fields
                and partner._fields[name].store
                and partner[name]
                and not (name == "parent_id" and partner.parent_id in person.partners)
            }
            partner.write({**vals, "name": self.env._("Anonymised %s", partner.id)})
        # With the context of archiving: Odoo looks for users that are active.
        quiet.filtered("active").with_context(active_test=True).write({"active": False})


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _cn285_anonymise(self, person):
        """Accounts go, and those that something names keep no holder and no number."""
        for account in self:
            try:
                with self.env.cr.savepoint():
                    account.unlink()
            except Exception:  # whatever names the account: mandates, payments
                account.with_context(tracking_disable=True).write(
                    {
                        "acc_number": f"ANON{account.id}",
                        "acc_holder_name": False,
                        "active": False,
                    }
                )


class ResUsers(models.Model):
    _inherit = "res.users"

    def _cn285_anonymise(self, _person):
        """Accounts of the portal are closed, as Odoo closes them; without their login."""
        for user in self:
            user.api_key_ids._remove()
            user.with_context(no_reset_password=True).write(
                {
                    "active": False,
                    "login": f"__anonymised_{user.id}",
                    "password": "",
                    "signature": False,
                }
            )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_keep_files(self):
        """Keep the files of invoices as they are: later ones would not name the customer.

        :raises UserError: naming the invoice whose file cannot be made
        """
        invoices = self.filtered(lambda move: move.is_sale_document() and move.state == "posted")
        for move in invoices.filtered(lambda move: not move.invoice_pdf_report_id):
            try:
                with self.env.cr.savepoint():
                    content, kind = self.env["ir.actions.report"]._render(
                        "account.account_invoices", move.ids
                    )
            except Exception as error:  # whatever keeps a document from being drawn
                raise UserError(
                    self.env._(
                        "%(invoice)s has no file yet, and none could be made: print it first. "
                        "(%(reason)s)",
                        invoice=move.name,
                        reason=error,
                    )
                ) from error
            self.env["ir.attachment"].create(
                {
                    "name": move._get_invoice_report_filename(),
                    "raw": content,
                    "mimetype": "application/pdf" if kind == "pdf" else "text/html",
                    "res_model": "account.move",
                    "res_id": move.id,
                    "res_field": "invoice_pdf_report_file",
                }
            )
            move.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])
