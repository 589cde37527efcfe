from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..engine import fec


class RevrecReportWizard(models.TransientModel):
    """The FEC of the journals of sales and of recognition.

    Odoo's own export makes it where the French accounting is installed. What that one has not is
    here: the choice of journals, the file without opening balances, and a button (its own hands
    over to a module that is not in Odoo Community).
    """

    _inherit = "cn285.revrec.report.wizard"

    def action_fec(self):
        """Save the entries of the chosen journals in the FEC layout."""
        self._check_days()
        return self._download(self._fec().encode(), "txt")

    def _fec_journals(self):
        """The journals chosen; by default, those of sales and of revenue recognition."""
        if self.journal_ids:
            return self.journal_ids
        sales = self.env["account.journal"].search(
            [("company_id", "=", self.company_id.id), ("type", "=", "sale")]
        )
        rules = self.env["cn285.revrec.rule"].search([("company_id", "=", self.company_id.id)])
        return sales | rules.journal_id | self.company_id.cn285_revrec_journal_id

    def _fec(self):
        """The posted items of the journals and days as a file of 18 columns.

        Names of journals and accounts are in the company's language, whoever saves the file.
        """
        self.ensure_one()
        self = self.with_context(lang=self.company_id._cn285_books_lang())
        if "l10n_fr.fec.export.wizard" in self.env:
            return fec.harmless(self._fec_of_odoo())
        return fec.harmless(fec.text(self._fec_rows()))

    def _fec_of_odoo(self):
        """The file of Odoo's own export, which locks nothing here and opens with no balances."""
        # sudo: the export is for accountants. Here it reads what the users of this wizard may read
        # anyway, the entries of its company; the other journals are only told apart from these.
        env = self.with_context(allowed_company_ids=self.company_id.ids).sudo().env
        journals = env["account.journal"].with_context(active_test=False)
        every = journals.search([("company_id", "parent_of", self.company_id.id)])
        export = env["l10n_fr.fec.export.wizard"].create(
            {
                "date_from": self.date_from,
                "date_to": self.date_to,
                "test_file": True,
                "excluded_journal_ids": (every - self._fec_journals()).ids,
            }
        )
        return fec.of_odoo(export.generate_fec()["file_content"].decode())

    def _fec_rows(self):
        """The rows of the file where Odoo has no export of its own."""
        lang = self.company_id._cn285_books_lang()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT journal.code, COALESCE(journal.name->>%(lang)s, journal.name->>'en_US'),
                          move.name, move.date,
                          COALESCE(account.code_store->>%(company)s,
                                   (SELECT min(code.value) FROM
                                    jsonb_each_text(account.code_store) code)),
                          COALESCE(account.name->>%(lang)s, account.name->>'en_US'),
                          CASE WHEN %(has_partner)s
                               THEN COALESCE(NULLIF(partner.ref, ''), partner.id::text) END,
                          CASE WHEN %(has_partner)s THEN partner.name END,
                          COALESCE(NULLIF(move.ref, ''), move.name),
                          COALESCE(move.invoice_date, move.date),
                          COALESCE(NULLIF(trim(line.name), ''), move.name),
                          line.debit::text, line.credit::text,
                          matched.id::text, matched.create_date::date, move.date,
                          CASE WHEN line.currency_id != line.company_currency_id
                               THEN line.amount_currency::text END,
                          CASE WHEN line.currency_id != line.company_currency_id
                               THEN currency.name END
                     FROM account_move_line line
                     JOIN account_move move ON move.id = line.move_id
                     JOIN account_journal journal ON journal.id = move.journal_id
                     JOIN account_account account ON account.id = line.account_id
                     JOIN res_currency currency ON currency.id = line.currency_id
                LEFT JOIN res_partner partner ON partner.id = line.partner_id
                LEFT JOIN account_full_reconcile matched ON matched.id = line.full_reconcile_id
                    WHERE move.state = 'posted' AND line.balance != 0
                      AND move.company_id = %(company_id)s AND move.journal_id = ANY(%(journals)s)
                      AND move.date BETWEEN %(first)s AND %(last)s
                 ORDER BY move.date, move.name, line.id""",
                lang=lang,
                company=str(self.company_id.root_id.id),
                company_id=self.company_id.id,
                has_partner=SQL(
                    "account.account_type IN ('asset_receivable', 'liability_payable')"
                ),
                journals=self._fec_journals().ids,
                first=self.date_from,
                last=self.date_to,
            )
        )
        amounts = (11, 12, 16)
        return [
            [
                Decimal(value) if index in amounts and value is not None else value
                for index, value in enumerate(row)
            ]
            for row in rows
        ]
