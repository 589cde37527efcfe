"""What all other views point to: companies, currencies, customers, products, days."""

from ..engine.catalogue import Column, View
from .parts import CONTRACT, company, currency, link, names

# A customer is seen by the companies that have a contract or an invoice with him. Those of one
# company only, by that one.
_CUSTOMER_WALL = """{p.company_id} IN {allowed} OR {p.company_id} IS NULL AND (
    {p.id} IN (SELECT unnest(ARRAY[{k.partner_id}, {k.payer_id}, {k.reseller_id},
                                   {q.commercial_partner_id}])
                 FROM {k} JOIN {q} ON {q.id} = {k.partner_id} WHERE {k.company_id} IN {allowed})
    OR {p.id} IN (SELECT {i.beneficiary_id} FROM {i} WHERE {i.company_id} IN {allowed})
    OR {p.id} IN (SELECT unnest(ARRAY[{m.partner_id}, {m.commercial_partner_id}])
                    FROM {m} WHERE {m.company_id} IN {allowed}))"""

VIEWS = (
    View(
        "company",
        CONTRACT,
        "The companies that the role may see",
        "Les sociétés que le rôle peut voir",
        {"comp": "res_company", "cur": "res_currency"},
        (
            Column("company_id", "key", "{comp.id}", "Key of the company", "Clé de la société"),
            Column("name", "text", "{comp.name}", "Name", "Nom"),
            currency(),
            Column(
                "time_zone",
                "text",
                "COALESCE({comp.cn285_tz}, 'UTC')",
                "Time zone of its days",
                "Fuseau horaire de ses jours",
            ),
        ),
        "JOIN {cur} ON {cur.id} = {comp.currency_id}",
        wall="{comp.id} IN {allowed}",
    ),
    View(
        "currency_rate",
        CONTRACT,
        "Rates of currencies by day, as Odoo keeps them",
        "Taux de change par jour, tels qu'Odoo les tient",
        {"r": "res_currency_rate", "cur": "res_currency"},
        (
            Column("currency_rate_id", "key", "{r.id}", "Key of the rate", "Clé du taux"),
            currency(),
            Column("date", "date", "{r.name}", "From this day on", "À partir de ce jour"),
            Column(
                "rate",
                "number",
                "{r.rate}",
                "Units of the currency for one of the company's",
                "Unités de la devise pour une unité de celle de la société",
            ),
            Column(
                "company_id",
                "key",
                "{r.company_id}",
                "Company whose rate it is; empty: of all",
                "Société à laquelle appartient le taux ; vide : toutes",
            ),
        ),
        "JOIN {cur} ON {cur.id} = {r.currency_id}",
        wall="{r.company_id} IS NULL OR {r.company_id} IN {allowed}",
    ),
    View(
        "customer",
        CONTRACT,
        "Customers with contracts or invoices of the companies that the role may see: who they "
        "are, and not how they are reached",
        "Clients ayant des contrats ou des factures des sociétés que le rôle peut voir : qui ils "
        "sont, et non comment les joindre",
        {
            "p": "res_partner",
            "land": "res_country",
            "q": "res_partner",
            "k": "cn285_contract",
            "i": "cn285_contract_item",
            "m": "account_move",
        },
        (
            Column("customer_id", "key", "{p.id}", "Key of the customer", "Clé du client"),
            Column("name", "text", "{p.name}", "Name", "Nom"),
            Column("reference", "text", "{p.ref}", "Reference", "Référence"),
            Column(
                "is_company",
                "flag",
                "{p.is_company}",
                "Whether it is a company or a person",
                "Entreprise, ou particulier",
            ),
            Column(
                "country_code",
                "text",
                "{land.code}",
                "Country (ISO 3166-1)",
                "Pays (ISO 3166-1)",
            ),
            link(
                "commercial_customer_id",
                "{p.commercial_partner_id}",
                "The company that this one belongs to, or itself",
                "L'entreprise dont il dépend, ou lui-même",
                "customer",
            ),
            Column("active", "flag", "{p.active}", "Not archived", "Non archivé"),
        ),
        "LEFT JOIN {land} ON {land.id} = {p.country_id}",
        wall=_CUSTOMER_WALL,
    ),
    View(
        "product",
        CONTRACT,
        "Products of the companies that the role may see, and of all",
        "Produits des sociétés que le rôle peut voir, et ceux de toutes",
        {"v": "product_product", "t": "product_template", "c": "product_category"},
        (
            Column("product_id", "key", "{v.id}", "Key of the product", "Clé du produit"),
            Column("reference", "text", "{v.default_code}", "Reference", "Référence"),
            *names("{t.name}"),
            Column(
                "category",
                "text",
                "{c.complete_name}",
                "Category with those above it",
                "Catégorie avec celles dont elle dépend",
            ),
            Column("active", "flag", "{v.active}", "Not archived", "Non archivé"),
            Column(
                "company_id",
                "key",
                "{t.company_id}",
                "Company whose product it is; empty: of all",
                "Société à laquelle appartient le produit ; vide : toutes",
            ),
        ),
        "JOIN {t} ON {t.id} = {v.product_tmpl_id} LEFT JOIN {c} ON {c.id} = {t.categ_id}",
        wall="{t.company_id} IS NULL OR {t.company_id} IN {allowed}",
    ),
    View(
        "contract_template",
        CONTRACT,
        "What contracts begin with",
        "Modèles dont partent les contrats",
        {"t": "cn285_contract_template"},
        (
            Column("template_id", "key", "{t.id}", "Key of the template", "Clé du modèle"),
            *names("{t.name}"),
            Column("code", "text", "{t.code}", "Short name", "Nom court"),
            company("t"),
        ),
        wall="{t.company_id} IS NULL OR {t.company_id} IN {allowed}",
    ),
    View(
        "change_reason",
        CONTRACT,
        "Reasons of contract changes",
        "Motifs des modifications de contrat",
        {"r": "cn285_change_reason"},
        (
            Column("reason_id", "key", "{r.id}", "Key of the reason", "Clé du motif"),
            *names("{r.name}"),
            Column("code", "text", "{r.code}", "Short name", "Nom court"),
        ),
        wall="TRUE",
    ),
    View(
        "calendar",
        CONTRACT,
        "Days from 2000 to 2049, for months in which nothing happened",
        "Jours de 2000 à 2049, pour les mois où rien ne s'est passé",
        {},
        (
            Column("date", "date", "given.day", "The day", "Le jour"),
            Column("year", "count", "EXTRACT(year FROM given.day)", "Year", "Année"),
            Column("quarter", "count", "EXTRACT(quarter FROM given.day)", "Quarter", "Trimestre"),
            Column("month", "count", "EXTRACT(month FROM given.day)", "Month", "Mois"),
            Column(
                "month_start",
                "date",
                "date_trunc('month', given.day)",
                "First day of its month",
                "Premier jour de son mois",
            ),
            Column(
                "month_end",
                "date",
                "date_trunc('month', given.day) + INTERVAL '1 month - 1 day'",
                "Last day of its month",
                "Dernier jour de son mois",
            ),
            Column("iso_week", "count", "EXTRACT(week FROM given.day)", "ISO week", "Semaine ISO"),
            Column(
                "weekday",
                "count",
                "EXTRACT(isodow FROM given.day)",
                "Day of the week: 1 is Monday",
                "Jour de la semaine : 1 est lundi",
            ),
        ),
        rows="SELECT generate_series(date '2000-01-01', date '2049-12-31', interval '1 day')"
        "::timestamp AS day",
    ),
    View(
        "freshness",
        CONTRACT,
        "How far the replica is: a beat a minute",
        "Où en est le réplica : un battement par minute",
        {"b": "cn285_replica_beat"},
        (
            Column(
                "beat_at",
                "time",
                "{b.beaten_at}",
                "All changes committed before this moment are here",
                "Toutes les modifications validées avant ce moment sont présentes",
            ),
        ),
        wall="TRUE",
    ),
)
