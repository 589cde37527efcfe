"""The company of the demonstration: a French one, as its invoices and the law show it.

Invented, with numbers that check: no company has a SIREN that begins with 999, nor is there a bank
of the code 99999.
"""

from demo_files_people import siret, vat

NAME = "Confluence Services Numériques"
SIREN = "999285000"
# Bank 99999, branch 00285, account 00000000285, key 44.
IBAN = "FR7699999002850000000028544"
IDENTITY = {
    "street": "18 quai Perrache",
    "zip": "69002",
    "city": "Lyon",
    "phone": "+33 4 99 28 50 00",
    "email": "facturation@confluence-services.example",
    "website": "https://confluence-services.example",
    "company_registry": siret(SIREN),
    "vat": vat("FR", None, SIREN),
    "lang": "fr_FR",
}
REGISTER = {
    "cn285_legal_form": "SAS au capital de 50 000 €",
    "cn285_trade_register": "RCS Lyon 999 285 000",
}


def set_up(env):
    """Give the company its name, numbers, bank account, and what French services are billed by.

    A company that has a VAT number is left as it is.
    """
    company = env.company
    if company.vat:
        return
    _speak_french(env)
    company.partner_id.write({"name": NAME, **IDENTITY})
    if "cn285_legal_form" in company._fields:
        company.write(REGISTER)
    charts = env["account.chart.template"]
    # Services: 706, and tax that falls due as customers pay (encaissements).
    company.write(
        {
            "account_sale_tax_id": charts.ref("tva_normale_encaissement").id,
            "income_account_id": charts.ref("pcg_706").id,
        }
    )
    _open_account(env, company)
    journals = env["account.journal"].search([("company_id", "=", company.id)])
    journals.filtered(lambda journal: journal.code == "INV").code = "FAC"
    env.cr.commit()


def _speak_french(env):
    """French for what was there before it: names of countries and the like."""
    env["res.lang"]._activate_lang("fr_FR")
    if env.ref("base.be").with_context(lang="fr_FR").name != "Belgique":
        first = env["ir.module.module"].search([("name", "in", ("base", "web"))])
        first._update_translations("fr_FR")


def _open_account(env, company):
    bank = env["res.bank"].create({"name": "Banque Fictive du Rhône", "bic": "BFRHFR2LXXX"})
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    journal.set_bank_account(IBAN, bank.id)
    journal.bank_account_id.allow_out_payment = True
