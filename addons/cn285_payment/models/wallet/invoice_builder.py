"""Credit that lowers invoices before their tax: lines below zero, where the invoice is built."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from odoo import api, models
from odoo.addons.cn285_contract.engine.credit import credit_lines
from odoo.addons.cn285_contract.engine.money import round_money
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.fields import Command

from ...engine.wallet import Portion, plan_before_tax, running_share

ZERO = Decimal(0)
# In the context: what invoices that are looked at together plan to draw.
PLAN_KEY = "cn285_wallet_plan"
# Fields of invoice lines by which their revenue is recognised, where that is installed.
RECOGNISED = ("cn285_revrec_rule_id", "cn285_service_start", "cn285_service_end")


class WalletPlan:
    """What invoices that are prepared together draw of lots, and take back of rebates."""

    def __init__(self):
        self.payers = {}  # partner id: id of its company
        self.lots = {}  # (company, payer, currency): lots of the engine
        self.draws = {}  # InvoiceKey: {lot id: Decimal}
        self.credits = {}  # InvoiceKey: {line id: (credited of the line, of its rebate)}

    def drawn(self, key):
        """What the other invoices draw, as ``{lot id: Decimal}``."""
        totals = defaultdict(Decimal)
        for other, draws in self.draws.items():
            if other != key:
                for lot, amount in draws.items():
                    totals[lot] += amount
        return totals

    def credited(self, key, line_id):
        """What other documents take back of a line of a rebate: (without tax, with its taxes)."""
        found = [
            credits[line_id]
            for other, credits in self.credits.items()
            if other != key and line_id in credits
        ]
        return found


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    @api.model
    def _prepare_invoices(self, groups, run=None):
        """Wallets of all payers are read at once; what one invoice draws, another does not."""
        plan = self._wallet_plan()
        self._wallet_read(plan, groups)
        builder = self.with_context(**{PLAN_KEY: plan})
        return super(InvoiceBuilder, builder)._prepare_invoices(groups, run)

    @api.model
    def _prepare_groups(self, key, rows, terms, credits, credit):
        """Also lines of wallets, each behind the line that it lowers, or lowers no more."""
        groups = super()._prepare_groups(key, rows, terms, credits, credit)
        plan = self._wallet_plan()
        plan.draws.pop(key, None)
        plan.credits.pop(key, None)
        groups = self._wallet_give_back(key, groups, credit, plan)
        if credit:
            return groups
        lowered = self._wallet_lower(key, groups, plan)
        if lowered and self._is_below_zero(key, lowered):
            # Credits at a higher rate of tax than what is charged: nothing is left to lower.
            plan.draws.pop(key, None)
            return groups
        return lowered or groups

    @api.model
    def _wallet_plan(self):
        shared = self.env.context.get(PLAN_KEY)
        return shared if isinstance(shared, WalletPlan) else WalletPlan()

    @api.model
    def _wallet_read(self, plan, keys):
        """Read what the payers of these invoices hold, in a few questions for all of them."""
        # sudo: whose wallet it is, whoever bills.
        partners = self.env["res.partner"].sudo()
        new = {key.payer_id for key in keys} - plan.payers.keys()
        for partner in partners.browse(new):
            plan.payers[partner.id] = partner.commercial_partner_id.id
        wanted = {_holder(plan, key) for key in keys} - plan.lots.keys()
        found = self.env["cn285.wallet"]._of_payers(wanted)
        lots = self.env["cn285.wallet"].sudo().union(*found.values())._engine_lots()
        for holder in wanted:
            plan.lots[holder] = [
                lot for wallet in found.get(holder, ()) for lot in lots.get(wallet, ())
            ]

    # === DRAWS === #

    @api.model
    def _wallet_lower(self, key, groups, plan):
        """The groups with lines that lower them; nothing where the payer holds no such credit."""
        lots = self._wallet_lots(key, plan)
        if not any(lot.before_tax for lot in lots):
            return None
        currency = self.env["res.currency"].browse(key.currency_id)
        portions, figures, most = [], {}, ZERO
        for index, (rows, lines) in enumerate(groups):
            portion, own = self._wallet_portion(key, index, rows, lines)
            most += own["base"]
            # Credits of rows, and what was given back of rebates, are not lowered.
            if rows and portion.amount > 0 and "credit" not in rows.mapped("kind"):
                portions.append(portion)
                figures[index] = own
        unit = as_decimal(currency.rounding)
        draws = plan_before_tax(lots, portions, key.date, unit, most=max(most, ZERO))
        if not draws:
            return None
        plan.draws[key] = {draw.lot: draw.amount for draw in draws}
        made, done = defaultdict(list), defaultdict(Decimal)
        for draw in draws:
            lot = self.env["cn285.wallet.lot"].sudo().browse(draw.lot)
            for index, part in draw.parts.items():
                first = groups[index][1][0]
                own = figures[index]
                line = self._wallet_line(key, first, lot, part, own, done[index], unit)
                made[index].append(line)
                done[index] += part
        none, result = self.env["cn285.billing.schedule"], []
        for index, group in enumerate(groups):
            result.append(group)
            if made[index]:
                result.append((none, made[index]))
        return result

    @api.model
    def _wallet_lots(self, key, plan):
        """Lots of the payer of an invoice, as the engine has them, less what others draw."""
        self._wallet_read(plan, [key])
        lots = plan.lots[_holder(plan, key)]
        drawn = plan.drawn(key) if lots else {}
        return [replace(lot, rest=lot.rest - drawn.get(lot.key, ZERO)) for lot in lots]

    @api.model
    def _wallet_portion(self, key, index, rows, lines):
        """What the lines of one group charge: the engine's portion, and figures of its taxes."""
        company = self.env["res.company"].browse(key.company_id)
        currency = self.env["res.currency"].browse(key.currency_id)
        base, taxes, included = ZERO, defaultdict(Decimal), set()
        for line in lines:
            details = self._line_details(line, company, currency, "round_globally")
            given = line.get("extra_tax_data") or {}
            own = given.get(
                "manual_total_excluded_currency", details["raw_total_excluded_currency"]
            )
            base += as_decimal(currency.round(own))
            amounts = given.get("manual_tax_amounts", {})
            for tax_data in details["taxes_data"]:
                tax = tax_data["tax"]
                known = amounts.get(str(tax.id), {})
                amount = known.get("tax_amount_currency", tax_data["raw_tax_amount_currency"])
                taxes[tax.id] += as_decimal(float(amount))
                if tax_data["price_include"]:
                    included.add(tax.id)
        unit = as_decimal(currency.rounding)
        with_tax = round_money(base + sum(taxes.values(), ZERO), unit)
        # sudo: the category of what is billed, whoever bills.
        category = rows[:1].product_id.sudo().categ_id
        path = {int(part) for part in (category.parent_path or "").split("/") if part}
        portion = Portion(
            key=index,
            amount=max(base, ZERO),
            with_tax=max(with_tax, ZERO),
            usage=any(kind.startswith("usage") for kind in rows.mapped("kind")),
            categories=frozenset(path),
            taxes=frozenset(lines[0]["tax_ids"][0][2]),
        )
        return portion, {"base": base, "taxes": dict(taxes), "included": included}

    @api.model
    def _wallet_line(self, key, line, lot, part, own, before, unit):
        """Values of the line by which a lot lowers the lines of a group.

        :param part: Decimal, without tax
        :param own: figures of the group, see :meth:`_wallet_portion`
        :param before: what other lots lower of the same group
        """
        currency = self.env["res.currency"].browse(key.currency_id)
        shares = {
            tax: -_running(amount, own["base"], part, before, unit)
            for tax, amount in own["taxes"].items()
            if tax in own["included"]
        }
        price = -part + sum(shares.values(), ZERO)
        values = {
            **line,
            **self._wallet_terms(line, lot),
            "name": self._wallet_text(key, lot),
            "quantity": 1.0,
            "price_unit": float(price),
            "discount": 0.0,
            "cn285_wallet_lot_id": lot.id,
        }
        values.pop("extra_tax_data", None)
        if shares:
            taxes = self.env["account.tax"].browse(line["tax_ids"][0][2])
            values["extra_tax_data"] = taxes._cn285_given_amounts(values, currency, -part, shares)
        return values

    @api.model
    def _wallet_terms(self, line, lot):
        """Account, product and analytics of a line of a wallet.

        A rebate is of the product that it lowers, and recognised as that is; where revenue waits on
        an account of the balance sheet, so does the rebate. Advances are no revenue.
        """
        kind = lot.wallet_id.type_id
        if lot.kind == "paid":
            return {
                **{name: False for name in line if name.startswith("cn285_")},
                "account_id": kind.advance_account_id.id,
                "product_id": False,
                "product_uom_id": False,
                "analytic_distribution": False,
            }
        account = self.env["account.account"].browse(line["account_id"])
        if account.internal_group != "income":
            return {}
        return {"account_id": kind.rebate_account_id.id}

    @api.model
    def _wallet_text(self, key, lot):
        reader = self.env["res.partner"].sudo().browse(key.address_id)
        env = self.with_context(lang=reader.lang or self.env.lang).env
        kind = lot.with_env(env).sudo().wallet_id.type_id.name
        if lot.kind == "paid":
            return env._("%s: credit paid in advance", kind)
        return env._("%(wallet)s: %(reason)s", wallet=kind, reason=lot.name or env._("rebate"))

    # === WHAT IS CREDITED === #

    @api.model
    def _wallet_give_back(self, key, groups, credit, plan):
        """Behind lines that credit rows: their share of the wallet's lines, taken back.

        Half of a line of 100.00 that a rebate of 30.00 lowered is credited as 50.00 - 15.00.
        """
        none, result = self.env["cn285.billing.schedule"], []
        for rows, lines in groups:
            result.append((rows, lines))
            # sudo: what was invoiced, whoever bills.
            origin = rows.sudo().credited_id.move_line_id if rows else rows
            if len(origin) != 1 or not origin.cn285_lowering_line_ids:
                continue
            taken = self._wallet_portion(key, 0, rows, lines)[1]["base"]
            taken = taken if credit else -taken
            made = self._wallet_back_lines(key, origin, taken, credit, plan, lines[0])
            if made:
                result.append((none, made))
        return result

    @api.model
    def _wallet_back_lines(self, key, origin, taken, credit, plan, beside):
        """Values of the lines that take back what lowered a line.

        :param origin: the line that is credited
        :param Decimal taken: what is credited of it, without tax
        :param beside: values of the line that credits it
        """
        move = origin.move_id
        lines = {line.key: line for line in move._cn285_creditable_lines(reserving=False)}
        charged = sum(
            (lines[one.id].base for one in move.invoice_line_ids if one._cn285_of_row() == origin),
            ZERO,
        )
        before = sum(
            (
                lines[one.id].credited
                for one in move.invoice_line_ids
                if one._cn285_of_row() == origin
            ),
            ZERO,
        )
        before += sum((part for part, _taxes in plan.credited(key, origin.id)), ZERO)
        own = plan.credits.setdefault(key, {})
        own_before = own.get(origin.id, (ZERO, {}))[0]
        own[origin.id] = own_before + taken, {}
        unit = as_decimal(move.currency_id.rounding)
        values = []
        for wallet_line in origin.cn285_lowering_line_ids:
            rebate = lines[wallet_line.id]
            for part, taxes in plan.credited(key, wallet_line.id):
                rebate = _credited_more(rebate, part, taxes)
            if wallet_line.id in own:
                rebate = _credited_more(rebate, *own[wallet_line.id])
            upto = before + own_before + taken
            wish = running_share(rebate.base, charged, upto, rebate.credited, unit)
            for part in credit_lines([rebate], {wallet_line.id: wish}, unit):
                so_far, so_taxes = own.get(wallet_line.id, (ZERO, {}))
                own[wallet_line.id] = so_far + part.base, _summed(so_taxes, part.taxes)
                values.append(self._wallet_back_line(key, wallet_line, part, credit, beside))
        return values

    @api.model
    def _wallet_back_line(self, key, line, part, credit, beside):
        """Values of a line that takes back part of a wallet's line.

        Its revenue is given back for the days of the credit that it stands beside.
        """
        currency = self.env["res.currency"].browse(key.currency_id)
        sign = 1 if credit else -1
        taxes = line.tax_ids.flatten_taxes_hierarchy()
        inside = sum((part.taxes.get(tax.id, ZERO) for tax in taxes if tax.price_include), ZERO)
        values = {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "account_id": line.account_id.id,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "name": line.name,
            "quantity": 1.0,
            "price_unit": float(sign * (part.base + inside)),
            "discount": 0.0,
            "analytic_distribution": line.analytic_distribution or False,
            "cn285_wallet_lot_id": line.cn285_wallet_lot_id.id,
            "cn285_wallet_back_id": line.id,
        }
        if line.cn285_wallet_lot_id.kind == "granted":
            values.update({name: beside[name] for name in RECOGNISED if name in beside})
        signed = {tax.id: sign * part.taxes.get(tax.id, ZERO) for tax in taxes}
        values["extra_tax_data"] = taxes._cn285_given_amounts(
            values, currency, sign * part.base, signed
        )
        return values


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _preview_next(self, count):
        """Invoices that are looked at one after the other draw what the ones before have left."""
        shared = self.with_context(**{PLAN_KEY: WalletPlan()})
        return super(Contract, shared)._preview_next(count)


def _holder(plan, key):
    """By whom and in what a wallet is held that pays an invoice."""
    return key.company_id, plan.payers[key.payer_id], key.currency_id


def _running(amount, whole, part, before, unit):
    """The share of an amount that belongs to a part, after those of the parts before it."""
    if not whole:
        return ZERO
    until = round_money(Fraction(amount) * Fraction(before + part) / Fraction(whole), unit)
    return until - round_money(Fraction(amount) * Fraction(before) / Fraction(whole), unit)


def _credited_more(line, base, taxes):
    return type(line)(
        line.key,
        line.base,
        line.taxes,
        line.credited + base,
        _summed(line.credited_taxes, taxes),
    )


def _summed(first, second):
    return {tax: first.get(tax, ZERO) + second.get(tax, ZERO) for tax in {**first, **second}}
