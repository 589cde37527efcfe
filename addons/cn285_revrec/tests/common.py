from datetime import date

from odoo.addons.cn285_contract.tests.common import ContractCase

from ..engine.recognition import month_end


class RevrecCase(ContractCase):
    """A French company that recognises revenue; see :class:`ContractCase`.

    Accounts are those of the French chart: 487, 4181, 44587, 706. Amounts of accounts are read from
    the general ledger, debit minus credit.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._cn285_revrec_setup()
        cls.company.cn285_deferral = "invoice"
        cls.daily = cls._create_rule("By day")
        cls.usage_rule = cls._create_rule("As consumed", method="usage")
        cls.subscription.cn285_revrec_rule_id = cls.daily
        cls.accounts = {
            code: cls.env["account.account"].search(
                [
                    *cls.env["account.account"]._check_company_domain(cls.company),
                    ("code", "=like", f"{code}%"),
                ],
                order="code",
                limit=1,
            )
            for code in ("411", "44571", "44587", "4181", "487", "706")
        }
        cls.subscription.property_account_income_id = cls.accounts["706"]
        cls.setup_fee.property_account_income_id = cls.accounts["706"]

    @classmethod
    def _create_rule(cls, name, **values):
        return cls.env["cn285.revrec.rule"].create({"name": name, "method": "daily", **values})

    @classmethod
    def _create_invoice(cls, day, lines, move_type="out_invoice", **values):
        """A posted invoice; ``lines``: ``(amount, first day, last day)`` and values besides."""
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.customer.id,
                "invoice_date": day,
                "invoice_line_ids": [(0, 0, cls._line_vals(*line)) for line in lines],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _line_vals(cls, amount, start=None, end=None, values=None):
        return {
            "product_id": cls.subscription.id,
            "name": "API access",
            "price_unit": amount,
            "cn285_service_start": start,
            "cn285_service_end": end,
            **(values or {}),
        }

    @classmethod
    def _run(cls, month, **values):
        """Recognise a month, given as "2026-01"; returns the run."""
        first = date.fromisoformat(f"{month}-01")
        run = cls.env["cn285.revrec.run"].create({"date": month_end(first), **values})
        run.action_post()
        return run

    @classmethod
    def _run_months(cls, first, last):
        """Recognise all months from one to another."""
        year, month = map(int, first.split("-"))
        runs = cls.env["cn285.revrec.run"]
        while f"{year}-{month:02}" <= last:
            runs |= cls._run(f"{year}-{month:02}")
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return runs

    def _balance(self, code, day, since=None):
        """Balance of an account at the end of a day, debit minus credit, as text."""
        domain = [
            ("account_id.code", "=like", f"{code}%"),
            ("company_id", "=", self.company.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", day),
        ]
        if since:
            domain.append(("date", ">=", since))
        [(total,)] = self.env["account.move.line"]._read_group(domain, [], ["balance:sum"])
        return self._cents((total or 0.0) + 0.0)

    def _items(self, moves):
        """Journal items as ``{code: debit minus credit}``, in cents."""
        return {
            account.code[: 5 if account.code.startswith("445") else 4].rstrip("0"): self._cents(
                total
            )
            for account, total in self.env["account.move.line"]._read_group(
                [("move_id", "in", moves.ids)], ["account_id"], ["balance:sum"]
            )
        }

    def _months(self, schedule):
        """The schedule's lines as texts ``month amount``."""
        return [
            f"{line.period:%Y-%m} {self._cents(line.amount)}"
            for line in schedule.line_ids.sorted("period")
        ]

    def assertTiesOut(self, day):
        """Assert that no account differs from the schedules at the end of a day."""
        report = self.env["cn285.revrec.tieout"]
        self.assertEqual(
            [
                (row.account_id.code, row.kind, row.ledger, row.scheduled)
                for row in report._differences(self.company, day)
            ],
            [],
        )

    def _sums(self, model, first, last, names):
        report = self.env[model].with_context(cn285_date_from=first, cn285_date_to=last)
        [values] = report._read_group([], [], [f"{name}:sum" for name in names])
        return {
            name: self._cents((value or 0.0) + 0.0)
            for name, value in zip(names, values, strict=True)
        }

    def _rollforward(self, first, last):
        names = ("opening", "billed", "credited", "recognised", "closing")
        return self._sums("cn285.revrec.rollforward", first, last, names)

    def _unbilled(self, first, last):
        names = ("opening", "recognised", "billed", "closing")
        return self._sums("cn285.revrec.unbilled", first, last, names)
