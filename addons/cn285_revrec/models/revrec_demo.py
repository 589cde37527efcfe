from datetime import timedelta

from odoo import api, models

from ..engine.recognition import month_end


class RevrecDemo(models.AbstractModel):
    """Recognises what is billed, month after month, and says how deferred revenue moved."""

    _name = "cn285.revrec.demo"
    _description = "Recognition of Billed Months"

    @api.model
    def _recognise(self, until=None, progress=None):
        """Recognise every month from the first invoice to the last complete month.

        A company that has no usual rule gets two, by day and as consumed; accounts and journal are
        those of its chart. Months that were recognised are left as they are, so calling it again
        changes nothing. Each month is committed (not inside a test).

        :param until: last day to look at (default: the company's last complete month)
        :param progress: called as ``progress(what, done, total)``
        :returns: dict of ``months`` (newly recognised), ``first`` and ``last`` (days), ``opening``,
            ``billed``, ``credited``, ``recognised``, ``closing`` (company currency) and
            ``differences`` (texts; empty where everything ties out to the ledger); empty when there
            is nothing to recognise
        """
        company = self.env.company
        self._set_up(company)
        months = self._months(company, until)
        if not months:
            return {}
        runs = self.env["cn285.revrec.run"]
        done = set(
            runs.search([("company_id", "=", company.id), ("state", "=", "done")]).mapped("date")
        )
        first_open = company._cn285_first_open_month()
        fresh = [month for month in months if month not in done and month >= first_open]
        for number, month in enumerate(fresh, start=1):
            runs.create({"date": month, "company_id": company.id}).action_post()
            if progress:
                progress("months recognised", number, len(fresh))
        return {"months": len(fresh), **self._figures(company, months[0], months[-1])}

    @api.model
    def _set_up(self, company):
        company._cn285_revrec_setup()
        if company.cn285_revrec_rule_id:
            return
        names = self._rule_names()
        rules = self.env["cn285.revrec.rule"].create(
            [{"name": name["en_US"], "method": method} for method, name in names.items()]
        )
        for rule in rules:
            rule.update_field_translations("name", names[rule.method])
        company.cn285_revrec_rule_id, company.cn285_revrec_usage_rule_id = rules

    @api.model
    def _rule_names(self):
        """The names of the rules by method, each in every language of the database."""
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        readers = {lang: self.with_context(lang=lang) for lang in dict.fromkeys(("en_US", *langs))}
        return {
            "daily": {lang: one.env._("Straight line by day") for lang, one in readers.items()},
            "usage": {lang: one.env._("As consumed") for lang, one in readers.items()},
        }

    @api.model
    def _months(self, company, until):
        """Last days of the months from the first invoice to the last complete month."""
        [(first, last)] = self.env["account.move"]._read_group(
            [
                ("company_id", "=", company.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ],
            [],
            ["date:min", "date:max"],
        )
        if not first:
            return []
        end = min(until or last, company._cn285_last_month_end())
        months, month = [], month_end(first)
        while month <= end:
            months.append(month)
            month = month_end(month + timedelta(days=1))
        return months

    @api.model
    def _figures(self, company, first, last):
        """Deferred revenue from the first month to the last, and whether it ties out."""
        start = first.replace(day=1)
        report = (
            self.env["cn285.revrec.rollforward"]
            .with_company(company)
            .with_context(
                allowed_company_ids=company.ids, cn285_date_from=start, cn285_date_to=last
            )
        )
        names = ("opening", "billed", "credited", "recognised", "closing")
        [values] = report._read_group([], [], [f"{name}:sum" for name in names])
        differences = self.env["cn285.revrec.tieout"]._differences(company, last)
        return {
            "first": start,
            "last": last,
            **{name: value or 0.0 for name, value in zip(names, values, strict=True)},
            "differences": [
                self.env._(
                    "%(account)s: %(ledger)s in the ledger, %(scheduled)s by the schedules",
                    account=row.account_id.display_name,
                    ledger=row.ledger,
                    scheduled=row.scheduled,
                )
                for row in differences
            ],
        }
