from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..engine.recognition import month_end

# Where the French chart keeps them: the first account whose code begins with one of these.
_USUAL_ACCOUNTS = {
    "cn285_deferred_account_id": ("487",),
    "cn285_unbilled_account_id": ("4181", "418"),
    "cn285_credit_due_account_id": ("4198",),
    "cn285_unbilled_tax_account_id": ("44587",),
}
# Code of the journal that a company gets.
_JOURNAL = "RVREC"


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_deferral = fields.Selection(
        [
            ("invoice", "On the Invoice"),
            ("month_end", "At the Month's End, Reversed on the Next Day"),
        ],
        string="Deferral",
        default="invoice",
        required=True,
        help="On the invoice: lines whose service lies ahead are posted to the deferred revenue "
        "account, and each month releases its share. At the month's end: lines are posted to "
        "revenue, and what lies ahead is deferred at the end of each month and taken back on the "
        "next day.",
    )
    cn285_revrec_detail = fields.Selection(
        [("synthesis", "Synthesis"), ("detail", "Detail")],
        string="Entries",
        default="synthesis",
        required=True,
        help="Synthesis: one journal item per account, analytic account and currency. "
        "Detail: journal items for each schedule.",
    )
    cn285_revrec_accrue = fields.Boolean(
        string="Accrue Unbilled Services",
        default=True,
        help="At the end of a month, book what was rendered and not invoiced, with its taxes, and "
        "take it back on the next day.",
    )
    cn285_revrec_journal_id = fields.Many2one(
        "account.journal",
        string="Recognition Journal",
        domain="[('type', '=', 'general'), ('company_id', '=', id)]",
    )
    cn285_deferred_account_id = fields.Many2one(
        "account.account", string="Deferred Revenue Account", ondelete="restrict"
    )
    cn285_unbilled_account_id = fields.Many2one(
        "account.account",
        string="Unbilled Services Account",
        ondelete="restrict",
        help="Services rendered and not yet invoiced, including taxes (French chart: 4181).",
    )
    cn285_credit_due_account_id = fields.Many2one(
        "account.account",
        string="Credits to Be Issued",
        ondelete="restrict",
        help="Credits that customers have a right to and that are not issued at a month's end, "
        "including taxes (French chart: 4198). Empty: they are deducted from unbilled services.",
    )
    cn285_unbilled_tax_account_id = fields.Many2one(
        "account.account",
        string="Tax on Unbilled Services",
        ondelete="restrict",
        help="Taxes of services not yet invoiced (French chart: 44587).",
    )
    cn285_revrec_rule_id = fields.Many2one(
        "cn285.revrec.rule",
        string="Usual Recognition Rule",
        help="For products that have no rule, nor does their category. "
        "Empty: their revenue stays as it is invoiced.",
    )
    cn285_revrec_usage_rule_id = fields.Many2one(
        "cn285.revrec.rule", string="Usual Rule for Usage", help="The same, for usage."
    )
    cn285_revrec_from = fields.Date(
        string="Recognise From",
        help="Invoices dated earlier are left alone: their revenue was recognised elsewhere.",
    )
    # Counts the runs: writing it makes two runs of a company wait for each other.
    cn285_revrec_runs = fields.Integer(readonly=True)

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_revrec_from": DAY}

    def _cn285_books_lang(self):
        """The language in which the books are kept: the company's, whoever writes in them."""
        self.ensure_one()
        return self.partner_id.lang or self.env.user.lang or "en_US"

    def _cn285_revrec_setup(self):
        """Give the company a recognition journal and the accounts that its chart is known to have.

        What is set already stays. Charts without these accounts leave them empty; a run then asks.
        """
        self.ensure_one()
        accounts = self.env["account.account"].with_company(self)
        for name, codes in _USUAL_ACCOUNTS.items():
            for code in codes:
                if not self[name]:
                    self[name] = accounts.search(
                        [*accounts._check_company_domain(self), ("code", "=like", f"{code}%")],
                        order="code",
                        limit=1,
                    )
        if not self.cn285_revrec_journal_id:
            journals = self.env["account.journal"].with_company(self)
            own = [("company_id", "=", self.id), ("type", "=", "general"), ("code", "=", _JOURNAL)]
            self.cn285_revrec_journal_id = journals.search(own, limit=1) or self._make_journal()

    def _make_journal(self):
        """Make the recognition journal, with its name in the languages that files may be in."""
        names = self._journal_names()
        journal = self.env["account.journal"].create(
            {
                "name": names["en_US"],
                "code": _JOURNAL,
                "type": "general",
                "company_id": self.id,
                "show_on_dashboard": False,
            }
        )
        journal.update_field_translations("name", names)
        return journal

    def _journal_names(self):
        """The journal's name in every language of the database: files are in the company's."""
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        return {
            lang: self.with_context(lang=lang).env._("Revenue Recognition")
            for lang in dict.fromkeys(("en_US", *langs))
        }

    def _cn285_revrec_forget(self):
        """Let go of accounts and journal: the chart that they belong to is replaced."""
        companies = self.search([("id", "child_of", self.ids)])
        companies.write(dict.fromkeys((*_USUAL_ACCOUNTS, "cn285_revrec_journal_id"), False))

    def _cn285_remove_empty_journal(self):
        """Remove the companies' journals of :meth:`_cn285_revrec_setup` that have no entry."""
        journals = self.cn285_revrec_journal_id.filtered(lambda journal: journal.code == _JOURNAL)
        used = self.env["account.move"].search([("journal_id", "in", journals.ids)]).journal_id
        (journals - used).unlink()

    def _cn285_closed_until(self):
        """Last day of the last month that a run closed; None where none was run."""
        self.ensure_one()
        # sudo: whoever posts an invoice need not read the runs that close its month.
        [(last_run,)] = (
            self.env["cn285.revrec.run"]
            .sudo()
            ._read_group([("company_id", "=", self.id), ("state", "=", "done")], [], ["date:max"])
        )
        return last_run or None

    def _cn285_first_open_month(self):
        """Last day of the first month in which revenue may still be recognised.

        A month is closed when a lock date covers its last day, or a run recognised it.
        """
        self.ensure_one()
        last_run = self._cn285_closed_until()
        journal = self.cn285_revrec_journal_id
        locks = [last_run] if last_run else []
        locks.append(self._get_user_fiscal_lock_date(journal, ignore_exceptions=True))
        return month_end(max(locks) + timedelta(days=1))

    def _cn285_next_month_to_run(self):
        """Last day of the month to close next: the first open one; without any run, last month."""
        self.ensure_one()
        first_open = self._cn285_first_open_month()
        done = self.env["cn285.revrec.run"].search_count(
            [("company_id", "=", self.id), ("state", "=", "done")], limit=1
        )
        return first_open if done else max(first_open, self._cn285_last_month_end())

    def _cn285_last_month_end(self):
        return self._cn285_today().replace(day=1) - timedelta(days=1)

    def _cn285_lock_revrec(self):
        """Let no other process recognise revenue of this company until the transaction ends.

        One that began earlier and waits here fails afterwards with PostgreSQL's serialization
        error, because what it has read is stale; whoever calls tries it again from the start.
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE res_company SET cn285_revrec_runs = COALESCE(cn285_revrec_runs, 0) + 1
                    WHERE id = %s RETURNING id""",
                self.id,
            )
        )
        self.invalidate_recordset(["cn285_revrec_runs"], flush=False)

    def write(self, vals):
        result = super().write(vals)
        if {"cn285_revrec_rule_id", "cn285_revrec_usage_rule_id"} & vals.keys():
            self._check_cn285_rules()
        return result

    def _check_cn285_rules(self):
        for company in self:
            rules = company.cn285_revrec_rule_id | company.cn285_revrec_usage_rule_id
            if foreign := rules.filtered(lambda rule, own=company: rule.company_id != own):
                raise ValidationError(
                    self.env._(
                        "Rule “%(rule)s” belongs to %(owner)s and cannot be the usual one of "
                        "%(company)s.",
                        rule=foreign[0].name,
                        owner=foreign[0].company_id.name,
                        company=company.name,
                    )
                )

    def _cn285_revrec_journal(self):
        """The journal of the company's recognition entries, made where none is set.

        :raises UserError: where the company has no chart of accounts, and so no journal
        """
        self.ensure_one()
        if not self.cn285_revrec_journal_id and self.chart_template:
            # sudo: who recognises revenue may not make journals; the usual one is made, once.
            self.sudo()._cn285_revrec_setup()
        if not self.cn285_revrec_journal_id:
            raise UserError(
                self.env._(
                    "%s has no journal for revenue recognition: choose one in the settings.",
                    self.name,
                )
            )
        return self.cn285_revrec_journal_id
