"""Generated customer invoices, and their comparison row by row, for the differential test."""

import random
from copy import deepcopy
from datetime import date, timedelta

from odoo.fields import Command

# What two invoices that are the same may differ in.
OWN_MOVE_COLUMNS = {
    "id",
    "name",
    "sequence_number",
    "payment_reference",
    "access_token",
    "cn285_ordinary_reason",
}
OWN_LINE_COLUMNS = {"id", "move_id", "move_name"}
TIMES = {"create_date", "write_date"}


class Portfolio:
    """Master data of one company, and invoices drawn from it at random."""

    def __init__(self, env, seed):
        self.env = env(su=True)
        self.company = env.company
        self.random = random.Random(seed)
        self.tag = seed
        self._make_taxes()
        self._make_products()
        self._make_terms()
        self._make_partners()
        self._make_currencies()
        self._make_analytic()

    # ------------------------------------------------------------------ master data

    def _tax(self, name, amount, amount_type="percent", **values):
        return self.env["account.tax"].create(
            {
                "name": f"{name} {self.tag}",
                "amount": amount,
                "amount_type": amount_type,
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "country_id": self.company.account_fiscal_country_id.id,
                **values,
            }
        )

    def _repartition(self, shares, account):
        tags = self.env["account.account.tag"].create(
            [
                {
                    "name": f"tag {self.tag} {number} {self.random.random()}",
                    "applicability": "taxes",
                    "country_id": self.company.account_fiscal_country_id.id,
                }
                for number in range(len(shares) + 1)
            ]
        )
        base = Command.create({"repartition_type": "base", "tag_ids": [Command.set(tags[0].ids)]})
        return [
            base,
            *(
                Command.create(
                    {
                        "repartition_type": "tax",
                        "factor_percent": share,
                        "account_id": account.id,
                        "tag_ids": [Command.set(tag.ids)],
                    }
                )
                for share, tag in zip(shares, tags[1:], strict=True)
            ),
        ]

    def _account(self, code, name, account_type, **values):
        return self.env["account.account"].create(
            {
                "code": f"{code}{self.tag}",
                "name": name,
                "account_type": account_type,
                "company_ids": [Command.set(self.company.ids)],
                **values,
            }
        )

    def _make_taxes(self):
        self.vat_account = self._account("4457", "VAT", "liability_current")
        transition = self._account("4458", "VAT due later", "liability_current", reconcile=True)
        self.own_receivable = self._account(
            "4116", "Own receivable", "asset_receivable", reconcile=True
        )
        self.revenue = self._account("7069", "Revenue", "income")

        def split(*shares):
            return {
                "invoice_repartition_line_ids": self._repartition(shares, self.vat_account),
                "refund_repartition_line_ids": self._repartition(shares, self.vat_account),
            }

        self.taxes = {
            "plain": self._tax("VAT 20", 20.0, **split(100)),
            "included": self._tax(
                "VAT 20 incl", 20.0, price_include_override="tax_included", **split(100)
            ),
            "reduced": self._tax("VAT 5.5", 5.5, **split(100)),
            "first": self._tax("Duty 10", 10.0, include_base_amount=True, sequence=1, **split(100)),
            "fixed": self._tax(
                "Eco", 1.37, "fixed", include_base_amount=True, sequence=1, **split(100)
            ),
            "division": self._tax("Division 8", 8.0, "division", **split(100)),
            "shared": self._tax("Shared 7", 7.0, analytic=True, **split(60, 40)),
            "reverse": self._tax("Reverse 21", 21.0, **split(100, -100)),
            "cash": self._tax(
                "Cash 20",
                20.0,
                tax_exigibility="on_payment",
                cash_basis_transition_account_id=transition.id,
                **split(100),
            ),
        }
        children = self._tax("Child 3", 3.0, type_tax_use="none", **split(100)) + self._tax(
            "Child 4", 4.0, type_tax_use="none", **split(100)
        )
        self.taxes["group"] = self._tax(
            "Group 7", 0.0, "group", children_tax_ids=[Command.set(children.ids)]
        )
        self.tax_sets = [
            [self.taxes[name].id for name in names]
            for names in (
                ("plain",),
                ("plain",),
                ("included",),
                ("plain", "reduced"),
                ("first", "plain"),
                ("fixed", "plain"),
                ("division",),
                ("shared",),
                ("reverse",),
                ("cash",),
                ("group",),
                (),
            )
        ]

    def _make_products(self):
        names = ("plain", "included", "reduced", "shared")
        self.products = self.env["product.product"].create(
            [
                {
                    "name": f"Service {name}",
                    "type": "service",
                    "description_sale": "Sold by the month",
                    "company_id": self.company.id,
                    "taxes_id": [Command.set(self.taxes[name].ids)],
                }
                for name in names
            ]
        )
        self.products[1].property_account_income_id = self.revenue

    def _make_terms(self):
        def line(value, amount, days, delay="days_after"):
            return Command.create(
                {"value": value, "value_amount": amount, "nb_days": days, "delay_type": delay}
            )

        def term(name, *lines, **values):
            return self.env["account.payment.term"].create(
                {
                    "name": f"{name} {self.tag}",
                    "company_id": self.company.id,
                    "line_ids": list(lines),
                    **values,
                }
            )

        early = {"early_discount": True, "discount_percentage": 3.0, "discount_days": 8}
        whole = line("percent", 100.0, 30)
        self.terms = (
            term("30 days", whole)
            + term("30/70", line("percent", 30.0, 0), line("percent", 70.0, 45))
            + term("End of month", line("percent", 100.0, 10, "days_after_end_of_month"))
            + term(
                "Thirds",
                line("percent", 33.33, 30),
                line("percent", 33.33, 30),
                line("percent", 33.34, 60, "days_after_end_of_next_month"),
            )
            + term("Fee first", line("fixed", 5.0, 0), line("percent", 100.0, 30))
            + term("Early excluded", whole, early_pay_discount_computation="excluded", **early)
            + term("Early included", whole, early_pay_discount_computation="included", **early)
        )
        self.mixed_term = term("Early", whole, early_pay_discount_computation="mixed", **early)

    def _make_partners(self):
        env = self.env
        country = {code: env.ref(f"base.{code}") for code in ("fr", "be", "us")}
        self.salesperson = env["res.users"].create(
            {"name": f"Seller {self.tag}", "login": f"seller{self.tag}@example.com"}
        )
        values = [
            {"name": "Dupont SA", "is_company": True, "country_id": country["fr"].id},
            {"name": "Brasserie", "country_id": country["be"].id, "vat": "BE0477472701"},
            {"name": "Liberty Inc", "country_id": country["us"].id},
            {"name": "Nowhere"},
            {
                "name": "Own account",
                "country_id": country["fr"].id,
                "property_account_receivable_id": self.own_receivable.id,
                "property_payment_term_id": self.terms[1].id,
                "user_id": self.salesperson.id,
            },
        ]
        partners = env["res.partner"].create(values)
        self.partners = partners + env["res.partner"].create(
            [
                {"name": "Compta", "parent_id": partners[0].id, "type": "invoice"},
                {
                    "name": "Entrepôt",
                    "parent_id": partners[0].id,
                    "type": "delivery",
                    "country_id": country["be"].id,
                },
                {"name": "Filiale\tSud \\ Est\n", "parent_id": partners[4].id, "type": "contact"},
            ]
        )
        mapped = env["account.fiscal.position"].create(
            {
                "name": f"Mapped {self.tag}",
                "company_id": self.company.id,
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": self.revenue.id,
                            "account_dest_id": self._account("7079", "Exports", "income").id,
                        }
                    )
                ],
            }
        )
        self.taxes["reverse"].fiscal_position_ids = mapped
        self.taxes["reverse"].original_tax_ids = self.taxes["plain"]
        self.position = mapped

    def _make_currencies(self):
        self.currencies = self.company.currency_id
        for name, rate in (("USD", 1.0873), ("JPY", 161.337), ("CHF", 0.94121)):
            currency = self.env.ref(f"base.{name}")
            if currency == self.company.currency_id:
                continue
            currency.active = True
            self.env["res.currency.rate"].create(
                [
                    {
                        "currency_id": currency.id,
                        "company_id": self.company.id,
                        "name": day,
                        "rate": rate * factor,
                    }
                    for day, factor in (("2025-01-01", 1.0), ("2026-03-10", 1.0311))
                ]
            )
            self.currencies += currency

    def _make_analytic(self):
        plan = self.env["account.analytic.plan"].create({"name": f"Plan {self.tag}"})
        self.analytic = self.env["account.analytic.account"].create(
            [
                {"name": f"{name} {self.tag}", "plan_id": plan.id, "company_id": self.company.id}
                for name in ("North", "South")
            ]
        )

    # ------------------------------------------------------------------ invoices

    def invoices(self, count, with_oddities=True):
        """Return ``count`` dictionaries for `account.move.create`."""
        made = [self._invoice() for _number in range(count)]
        if with_oddities:
            made += self._oddities()
            self.random.shuffle(made)
        return made

    def _invoice(self):
        draw = self.random
        day = date(2026, 1, 1) + timedelta(days=draw.choice((0, 17, 30, 58, 70, 100)))
        vals = {
            "move_type": "out_invoice",
            "company_id": self.company.id,
            "partner_id": draw.choice(self.partners).id,
            "invoice_date": draw.choice((day, day.isoformat())),
            "currency_id": draw.choice((self.company.currency_id, *self.currencies)).id,
        }
        if draw.random() < 0.6:
            vals["invoice_payment_term_id"] = draw.choice(self.terms).id
        elif draw.random() < 0.3:
            vals["invoice_payment_term_id"] = False
        if draw.random() < 0.2:
            vals["fiscal_position_id"] = draw.choice((False, self.position.id))
        if draw.random() < 0.3:
            vals["partner_shipping_id"] = draw.choice(self.partners).id
        if draw.random() < 0.4:
            vals["ref"] = draw.choice(("PO 4711", "Bon \\N°7\ttab", False))
        if draw.random() < 0.5:
            vals["invoice_origin"] = "CT/00012, CT/00013"
        if draw.random() < 0.3:
            vals["narration"] = draw.choice(("<p>Merci\n<b>beaucoup</b></p>", "", False))
        if draw.random() < 0.3:
            vals["invoice_user_id"] = draw.choice((self.salesperson.id, False))
        if draw.random() < 0.2:
            vals["delivery_date"] = day
        if draw.random() < 0.5:
            vals["cn285_sums_lines"] = True
        vals["journal_id"] = self.journal.id
        vals["invoice_line_ids"] = self._lines()
        return vals

    @property
    def journal(self):
        return self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "sale")], limit=1
        )

    def _lines(self):
        draw = self.random
        cash = draw.random() < 0.1
        commands = []
        for number in range(draw.choice((1, 2, 3, 3, 5))):
            if draw.random() < 0.12:
                kind = draw.choice(("line_section", "line_subsection", "line_note"))
                commands.append(Command.create({"display_type": kind, "name": f"Part {number}"}))
            commands.append(Command.create(self._line(number, cash)))
        if draw.random() < 0.25:
            line = self._line(99, cash)
            line.update(quantity=1, price_unit=-draw.uniform(0.01, 2.0))
            commands.append(Command.create(line))
        return commands

    def _line(self, number, cash):
        draw = self.random
        product = draw.choice(self.products)
        price = draw.choice(
            (
                float(draw.randrange(1, 900)),
                draw.randrange(1, 99999) / 100,
                draw.randrange(1, 9999999) / 1000000,
                draw.uniform(3.0, 2000.0),
            )
        )
        line = {
            "product_id": product.id,
            "name": f"{product.name}\n{number}. du 01/01 au 31/01 \\ {draw.randrange(9)}",
            "quantity": draw.choice((1, 1.0, 2, 7.5, 0.333, 12.345678, 30)),
            "price_unit": price,
        }
        if cash:
            line["tax_ids"] = [Command.set(self.taxes["cash"].ids)]
        elif draw.random() < 0.8:
            line["tax_ids"] = [Command.set(draw.choice(self.tax_sets))]
        if number == 0:
            line.update(quantity=max(line["quantity"], 1), price_unit=price + 10.0)
        elif draw.random() < 0.3:
            line["discount"] = draw.choice((10, 33.333, 100.0, 0.5))
        if draw.random() < 0.15:
            line["account_id"] = self.revenue.id
        if draw.random() < 0.1:
            line.pop("product_id")
            line["account_id"] = self.revenue.id
            line.setdefault("tax_ids", [Command.set(self.taxes["plain"].ids)])
        if draw.random() < 0.1:
            line["product_uom_id"] = self.env.ref("uom.product_uom_dozen").id
        if draw.random() < 0.2:
            north, south = self.analytic.ids
            line["analytic_distribution"] = draw.choice(
                ({str(north): 100}, {str(north): 60.125, str(south): 39.875}, False)
            )
        if draw.random() < 0.2:
            line["sequence"] = draw.randrange(1, 200)
        if draw.random() < 0.2:
            line["extra_tax_data"] = self._given_amounts(line, product)
        return line

    def _given_amounts(self, line, product):
        """Amounts that are given rather than computed, a cent beside what the line comes to."""
        taxes = self.env["account.tax"].browse(line.get("tax_ids", [(6, 0, [])])[0][2])
        if not taxes or any(taxes.mapped("has_negative_factor")):
            return False
        amount = round(line["quantity"] * line["price_unit"] * (100 - line.get("discount", 0)), 0)
        return {
            "currency_id": self.company.currency_id.id,
            "price_unit": line["price_unit"],
            "quantity": line["quantity"],
            "discount": line.get("discount", 0.0),
            "rate": 1.0,
            "manual_total_excluded_currency": amount / 100 + 0.01,
            "manual_tax_amounts": {
                str(tax.id): {"tax_amount_currency": round(amount / 500) / 100}
                for tax in taxes.flatten_taxes_hierarchy()
            },
        }

    def is_odd(self, vals):
        """Tell whether the writer must leave this invoice to Odoo."""
        return (
            vals["move_type"] != "out_invoice"
            or "invoice_cash_rounding_id" in vals
            or vals.get("invoice_payment_term_id") == self.mixed_term.id
            or all(not command[2].get("price_unit") for command in vals["invoice_line_ids"])
        )

    def _oddities(self):
        """Invoices that Odoo's own way has to take."""
        base = self._invoice()
        line = self._line(0, False)
        base["invoice_line_ids"] = [Command.create(line)]
        base["invoice_payment_term_id"] = self.terms[0].id
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.revenue.id,
                "loss_account_id": self.revenue.id,
            }
        )
        refund = {**deepcopy(base), "move_type": "out_refund"}
        zero = deepcopy(base)
        zero["invoice_line_ids"] = [Command.create({**line, "price_unit": 0.0})]
        return [
            refund,
            zero,
            {**deepcopy(base), "invoice_payment_term_id": self.mixed_term.id},
            {**deepcopy(base), "invoice_cash_rounding_id": rounding.id},
        ]


# ---------------------------------------------------------------------- comparison


def read_invoice(env, move):
    """Return all that the database knows of ``move`` in a form that compares."""
    env.flush_all()
    cr = env.cr
    cr.execute("SELECT * FROM account_move WHERE id = %s", [move.id])
    header = cr.dictfetchone()
    cr.execute("SELECT * FROM account_move_line WHERE move_id = %s ORDER BY id", [move.id])
    lines = cr.dictfetchall()
    number = header["name"]
    result = {"header": _comparable(header, OWN_MOVE_COLUMNS)}
    result["header"]["payment_reference"] = header["payment_reference"] == number
    result["items"] = [_comparable(line, OWN_LINE_COLUMNS) for line in lines]
    for item, line in zip(result["items"], lines, strict=True):
        item["move_name"] = line["move_name"] == number
        item["name"] = (line["name"] or "").replace(number, "#") if line["name"] else line["name"]
    line_ids = tuple(line["id"] for line in lines)
    order = {line_id: index for index, line_id in enumerate(line_ids)}
    for model, own_ids in (("account.move", (move.id,)), ("account.move.line", line_ids)):
        for name, fld in sorted(env[model]._fields.items()):
            if fld.type == "many2many" and fld.store:
                cr.execute(
                    f'SELECT "{fld.column1}", "{fld.column2}" FROM "{fld.relation}" '
                    f'WHERE "{fld.column1}" IN %s',
                    [own_ids],
                )
                rows = cr.fetchall()
                result[f"{model}.{name}"] = sorted((order.get(own, 0), oth) for own, oth in rows)
    result["analytic"] = _analytic(cr, line_ids, order, number)
    result["chatter"] = _chatter(cr, move.id)
    result["referring"] = _referring(cr, move.id, line_ids)
    result["totals"] = env["account.move"].browse(move.id).tax_totals
    return result


def _comparable(row, own):
    return {key: value for key, value in row.items() if key not in own | TIMES}


def _analytic(cr, line_ids, order, number):
    cr.execute(
        "SELECT * FROM account_analytic_line WHERE move_line_id IN %s ORDER BY id", [line_ids]
    )
    rows = [_comparable(row, {"id"}) for row in cr.dictfetchall()]
    for row in rows:
        row["move_line_id"] = order[row["move_line_id"]]
        row["ref"] = (row["ref"] or "").replace(number, "#")
    return rows


def _referring(cr, move_id, line_ids):
    """Return {table.column: rows} of all that refers to the invoice or its items."""
    cr.execute(
        """SELECT own.relname, attribute.attname, target.relname
             FROM pg_constraint
             JOIN pg_class own ON own.oid = pg_constraint.conrelid
             JOIN pg_class target ON target.oid = pg_constraint.confrelid
             JOIN pg_attribute attribute
               ON attribute.attrelid = own.oid AND attribute.attnum = ANY (pg_constraint.conkey)
            WHERE contype = 'f' AND target.relname IN ('account_move', 'account_move_line')"""
    )
    rows = cr.fetchall()
    counts = [
        f"""SELECT '{table}.{column}', count(*) FROM "{table}" WHERE "{column}" IN %s"""
        for table, column, _target in rows
    ]
    ids = [(move_id,) if target == "account_move" else line_ids for *_names, target in rows]
    cr.execute(" UNION ALL ".join(counts), ids)
    return dict(cr.fetchall())


def _chatter(cr, move_id):
    cr.execute(
        "SELECT * FROM mail_message WHERE model = 'account.move' AND res_id = %s ORDER BY id",
        [move_id],
    )
    messages = [
        _comparable(row, {"id", "res_id", "message_id", "parent_id", "date"})
        for row in cr.dictfetchall()
    ]
    cr.execute(
        """SELECT follower.partner_id, array_agg(subtype.mail_message_subtype_id ORDER BY 1)
             FROM mail_followers follower
             JOIN mail_followers_mail_message_subtype_rel subtype
               ON subtype.mail_followers_id = follower.id
            WHERE follower.res_model = 'account.move' AND follower.res_id = %s
         GROUP BY follower.id ORDER BY 1""",
        [move_id],
    )
    followers = cr.fetchall()
    cr.execute(
        """SELECT field_id, old_value_char, new_value_char, old_value_integer, new_value_integer
             FROM mail_tracking_value tracked
             JOIN mail_message message ON message.id = tracked.mail_message_id
            WHERE message.model = 'account.move' AND message.res_id = %s ORDER BY 1""",
        [move_id],
    )
    tracked = cr.fetchall()
    cr.execute(
        """SELECT res_partner_id, notification_type, notification_status
             FROM mail_notification sent JOIN mail_message message ON message.id = mail_message_id
            WHERE message.model = 'account.move' AND message.res_id = %s ORDER BY 1, 2""",
        [move_id],
    )
    return {
        "messages": messages,
        "followers": followers,
        "tracked": tracked,
        "notified": cr.fetchall(),
    }


def differences(left, right, path=""):
    """Yield readable lines for all that differs between two results of `read_invoice`."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys(), key=str):
            yield from differences(left.get(key), right.get(key), f"{path}.{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif left != right or type(left) is not type(right):
        yield f"{path}: {left!r} != {right!r}"
