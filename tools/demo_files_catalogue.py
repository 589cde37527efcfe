"""What the demonstration sells: products, price lists, templates. See make_demo_files.py."""

from datetime import date

PRODUCTS = {
    # code: (name, price of the price list in EUR)
    "SUP": ("Assistance informatique, par poste", 29.00),
    "SAV": ("Sauvegarde externalisée, par To", 18.50),
    "HEB": ("Hébergement d'applications", 245.00),
    "NDD": ("Nom de domaine", 24.00),
    "MES": ("Messagerie professionnelle, par boîte", 6.90),
    "LOG": ("Licence logiciel de gestion, par utilisateur", 42.00),
    "MNT": ("Maintenance logiciel", 1490.00),
    "INS": ("Mise en service", 690.00),
    "FOR": ("Formation, par jour", 980.00),
    "NET": ("Nettoyage de locaux", 385.00),
    "ASC": ("Contrat d'entretien ascenseur", 742.00),
    "CHA": ("Entretien chaufferie", 1180.00),
    "VEH": ("Location véhicule de service", 319.00),
    "IMP": ("Location copieur", 64.00),
    "PAG": ("Pages imprimées", 0.01),
    "TEL": ("Ligne de téléphonie", 19.90),
    "FIB": ("Accès fibre dédié", 149.00),
    "VER": ("Location de vêtements de travail", 8.40),
    "ALA": ("Télésurveillance", 39.00),
    "GAR": ("Extension de garantie", 0.00),
    "API": ("Appels d'API", 0.002),
    "CON": ("Conseil, forfait", 1250.00),
}
# Sold, not served: other taxes, another account.
GOODS = {"TON": ("Toner pour copieur, par cartouche", 79.00)}
TEMPLATES = {
    # code: (name, cells of the template, items)
    "ESS": (
        "Bureau Essentiel",
        {"payment_term": "account.account_payment_term_immediate"},
        [
            {"product": "SUP", "quantity": 5},
            {"product": "MES", "quantity": 5},
            {"product": "INS", "billing_type": "one_shot", "price_unit": 290.0},
        ],
    ),
    "PRO": (
        "Bureau Pro",
        {"payment_term": "account.account_payment_term_30days"},
        [
            {"product": "SUP", "quantity": 12, "trial_days": 30},
            {"product": "SAV", "quantity": 2, "alignment": "calendar"},
            {"product": "LOG", "quantity": 12, "discounted": True},
            {"product": "INS", "billing_type": "one_shot"},
        ],
    ),
    "CLE": (
        "Clé en main",
        {"payment_term": "account.account_payment_term_end_following_month"},
        [
            {"product": "HEB", "alignment": "calendar", "recurring_unit": "quarter"},
            {"product": "NDD", "quantity": 2, "recurring_unit": "year"},
            {"product": "MNT", "recurring_unit": "year", "timing": "advance"},
            {"product": "GAR", "billing_type": "none"},
        ],
    ),
}


def build(p):
    """Add the catalogue to the files."""
    _catalogue(p)
    _templates(p)


def _catalogue(p):
    for name in ("Grand compte", "Réseau", "Collectivité", "Copropriété", "Pilote"):
        p.add("tags", id=f"T-{name}", name=name)
    for code, name in (("LYO", "Agence de Lyon"), ("PAR", "Agence de Paris")):
        p.add(
            "analytic_accounts",
            id=f"A-{code}",
            code=code,
            name=name,
            plan="analytic.analytic_plan_projects",
        )
    for code, (name, price) in PRODUCTS.items():
        p.add("products", id=code, code=code, name=name, price=price, taxes="20 %")
    for code, (name, price) in GOODS.items():
        p.add(
            "products", id=code, code=code, name=name, price=price, taxes="20 %",
            type="consu", income_account="707000",
        )  # fmt: skip
    for key, name, currency in (
        ("PL-EUR", "Tarif négocié", "EUR"),
        ("PL-CHF", "Tarif Suisse", "CHF"),
        ("PL-USD", "US price list", "USD"),
    ):
        p.add("pricelists", id=key, name=name, currency=currency)
    for key, code, price in (
        ("PL-EUR", "SUP", "26.50"),
        ("PL-EUR", "LOG", "37.80"),
        ("PL-EUR", "MNT", "1340.00"),
        ("PL-CHF", "HEB", "262.00"),
        ("PL-CHF", "SUP", "31.00"),
        ("PL-CHF", "MNT", "1590.00"),
        ("PL-USD", "HEB", "279.00"),
        ("PL-USD", "LOG", "48.00"),
    ):
        p.add("prices", pricelist=key, product=code, price=price)
    for quantity, price in ((50, "24.00"), (200, "21.50")):
        p.add("prices", pricelist="PL-EUR", product="SUP", price=price, min_quantity=quantity)
    # A new year's price, which items that follow the pricelist take over by themselves.
    p.add(
        "prices",
        pricelist="PL-EUR",
        product="HEB",
        price="238.00",
        date_start="2025-01-01",
        date_end="2025-12-31",
    )
    p.add("prices", pricelist="PL-EUR", product="HEB", price="249.00", date_start="2026-01-01")
    for month in range(24):
        day = date(2024 + (month + 6) // 12, (month + 6) % 12 + 1, 1)
        p.add("rates", currency="CHF", date=day, rate=f"{0.9680 - month * 0.0012:.4f}")
        p.add("rates", currency="USD", date=day, rate=f"{1.0720 + month * 0.0034:.4f}")


def _templates(p):
    for code, (name, cells, items) in TEMPLATES.items():
        p.add("templates", id=f"M-{code}", code=code, name=name, **cells)
        for position, terms in enumerate(items, start=1):
            item, terms = f"M-{code}-{position}", dict(terms)
            discounted = terms.pop("discounted", False)
            p.add("template_items", id=item, template=code, sequence=position, **terms)
            if discounted:
                p.add(
                    "template_discounts",
                    item=item,
                    name="Offre de lancement",
                    month_from=1,
                    month_count=3,
                    percent=50,
                )
