"""The demonstration's contracts of groups, resellers, syndicates, fleets, families, and abroad.

What they show is who is served and who is billed; see demo_files_contracts.py for the others.
"""

from datetime import date

#: Contracts start between these days, or from a recent one on.
FIRST, LAST = date(2024, 7, 1), date(2026, 5, 31)
RECENT = date(2025, 6, 1)


def syndicates(p):
    for name in (
        "Les Tilleuls",
        "Le Clos Fleuri",
        "Bellevue",
        "Le Parc",
        "Les Terrasses",
        "Saint-Michel",
        "Les Acacias",
        "Le Grand Large",
    ):
        lift = {
            "product": "ASC",
            "recurring_unit": "semester",
            "timing": "arrears",
            "alignment": "calendar",
            "billing_month": 1,
            "proration_basis": "30_360",
        }
        heat = {
            "product": "CHA",
            "recurring_unit": "year",
            "alignment": "calendar",
            "billing_month": 10,
            "timing": "advance",
        }
        p.contract(p.syndicate(name), p.day(FIRST, RECENT), [lift, heat], tags="Copropriété")


def fleets(p):
    """Hundreds of items on one invoice: summed by product, or by the item's name."""
    start = date(2025, 11, 1)
    fleet = p.contract(
        p.company("Transports Rhône-Alpes Express"),
        start,
        line_grouping="product",
        tags="Grand compte",
        payment_term="account.account_payment_term_45days",
    )
    for number in range(240):
        p.item(
            fleet,
            file="items-fleet",
            product="VEH",
            code=f"VEH-{number + 1:04d}",
            name=f"Véhicule {number + 1:03d}",
            price_unit=(289.0, 319.0, 405.5)[number % 3],
            alignment="calendar",
            date_start=p.day(start, date(2026, 3, 31)),
            start_condition="date",
        )
    printers = p.contract(
        p.company("Assurances Mutuelles de l'Ouest"),
        start,
        line_grouping="item_name",
        tags="Grand compte",
        sending="email",
    )
    for number in range(160):
        p.item(
            printers,
            file="items-fleet",
            product="IMP",
            code=f"IMP-{number + 1:04d}",
            name=("Copieur A3 couleur", "Copieur A4", "Traceur")[number % 3],
            price_unit=(89.0, 42.5, 131.0)[number % 3],
            alignment="calendar",
        )


def groups(p):
    """One contract serves several subsidiaries; some groups have an accounts department."""
    for number, name in enumerate(
        (
            "Groupe Armor Santé",
            "Groupe Vallée Bleue",
            "Groupe Horizon",
            "Groupe Fontenay",
            "Groupe Beaumont",
            "Groupe Delmas",
        )
    ):
        group = p.company(name)
        if number % 2:
            p.add(
                "partners",
                id=p.number("P"),
                name="Comptabilité fournisseurs",
                lang="fr_FR",
                parent=group,
                type="invoice",
                email=f"factures@groupe{number}.example",
                is_company="no",
                country="FR",
                city="Paris",
                zip="75011",
                street=f"{number + 3} rue de la République",
            )
        items = []
        for site in ("Nord", "Sud", "Est", "Ouest"):
            part = p.company(f"{name.removeprefix('Groupe ')} {site}", parent=group, type="other")
            quantity = p.random.randint(8, 260)
            items.append(
                {
                    "product": "SUP",
                    "quantity": quantity,
                    "beneficiary": part,
                    "alignment": "calendar",
                    "name": f"Assistance {site}",
                }
            )
        p.contract(
            group,
            p.day(RECENT, date(2026, 2, 1)),
            items,
            pricelist="PL-EUR",
            tags="Grand compte|Réseau",
        )


def resellers(p):
    for name in ("Distribution Télécom Sud", "Ouest Informatique Réseaux", "Alpes Numérique"):
        reseller = p.company(name)
        for _ in range(9):
            line = {"product": "TEL", "quantity": p.random.randint(1, 30), "alignment": "calendar"}
            access = {"product": "FIB", "alignment": "calendar", "price_unit": 129.0}
            p.contract(
                p.company(), p.day(RECENT, LAST), [line, access], reseller=reseller, tags="Réseau"
            )


def abroad(p):
    for country, places in (("BE", 4), ("DE", 4), ("LU", 2), ("IT", 2)):
        for place in range(places):
            item = {"product": "HEB", "alignment": "calendar", "recurring_unit": "quarter"}
            p.contract(p.foreigner(country, place), p.day(FIRST, LAST), [item])
    for place in range(4):
        items = [{"product": "HEB"}, {"product": "MNT", "recurring_unit": "year"}]
        p.contract(p.foreigner("CH", place), p.day(RECENT, LAST), items, pricelist="PL-CHF")
    for place in range(3):
        items = [{"product": "HEB"}, {"product": "LOG", "quantity": 14}]
        p.contract(p.foreigner("US", place), p.day(RECENT, LAST), items, pricelist="PL-USD")
    # Consumers: their contracts renew tacitly, and each renewal must be announced.
    for country in (*["FR"] * 8, "BE", "BE"):
        p.contract(
            p.person(country),
            p.day(RECENT, LAST),
            [{"product": "ALA", "alignment": "calendar"}],
            term_length=12,
            notice_length=0,
        )


def families(p):
    """Customers with several contracts: on one invoice, but for those that ask for their own."""
    for number in range(12):
        customer, start = p.company(), p.day(RECENT, date(2026, 1, 31))
        for product in ("SAV", "TEL", "MES"):
            item = {
                "product": product,
                "quantity": p.random.randint(1, 25),
                "alignment": "calendar",
            }
            own = "yes" if number % 3 == 0 and product == "TEL" else "no"
            p.contract(customer, start, [item], invoice_separately=own)
