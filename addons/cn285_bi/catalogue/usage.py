"""What was used, and what it came to."""

from ..engine.catalogue import Column, View
from .parts import USAGE, company, currency, link, local_day, names

VIEWS = (
    View(
        "usage_metric",
        USAGE,
        "What of usage is counted, and how",
        "Compteurs : ce qui est compté de la consommation, et comment",
        {"m": "cn285_usage_metric"},
        (
            Column("metric_id", "key", "{m.id}", "Key of the metric", "Clé du compteur"),
            Column("code", "text", "{m.code}", "Code", "Code"),
            *names("{m.name}"),
            Column("unit", "text", "{m.unit}", "Unit", "Unité"),
            Column(
                "aggregation",
                "text",
                "{m.aggregation}",
                "How events are put together",
                "Mode d'agrégation des évènements",
            ),
            company("m"),
        ),
        wall="{m.company_id} IS NULL OR {m.company_id} IN {allowed}",
    ),
    View(
        "usage_rating",
        USAGE,
        "What usage came to: a calculator's result for a period of an item",
        "Valorisation de la consommation : le résultat d'un calculateur pour une période",
        {
            "r": "cn285_usage_rating",
            "comp": "res_company",
            "cur": "res_currency",
            "i": "cn285_contract_item",
        },
        (
            Column("rating_id", "key", "{r.id}", "Key of the rating", "Clé de la valorisation"),
            company("r"),
            link(
                "billing_id",
                "{r.schedule_id}",
                "Row that bills it",
                "Échéance qui la facture",
                "billing",
            ),
            link("item_id", "{r.item_id}", "Item", "Élément", "contract_item"),
            link("contract_id", "{i.contract_id}", "Contract", "Contrat", "contract"),
            link(
                "beneficiary_id",
                "{r.beneficiary_id}",
                "Beneficiary rated by itself",
                "Bénéficiaire valorisé à part",
                "customer",
            ),
            Column(
                "calculator_id",
                "key",
                "{r.calculator_id}",
                "Calculator, by number only",
                "Calculateur, par son numéro seulement",
            ),
            Column(
                "period_start",
                "date",
                "{r.period_start}",
                "First day of the period",
                "Premier jour de la période",
            ),
            Column("quantity", "number", "{r.quantity}", "Units used", "Unités consommées"),
            Column("event_count", "count", "{r.event_count}", "Events", "Évènements"),
            Column("amount", "money", "{r.amount}", "Amount excluding tax", "Montant hors taxes"),
            currency(),
            Column(
                "rated_at",
                "time",
                "{r.rated_at} AT TIME ZONE 'UTC'",
                "When it was rated",
                "Date et heure de valorisation",
            ),
            Column(
                "rated_on",
                "date",
                local_day("{r.rated_at}"),
                "The day on which it was rated, by the company's time zone",
                "Jour de valorisation, dans le fuseau horaire de la société",
            ),
        ),
        "JOIN {comp} ON {comp.id} = {r.company_id} JOIN {cur} ON {cur.id} = {r.currency_id} "
        "JOIN {i} ON {i.id} = {r.item_id}",
    ),
    View(
        "usage_event",
        USAGE,
        "Events of usage as they arrived; a reversal is an event of its own with the opposite "
        "quantity, so sums are right. Only where events are asked for",
        "Évènements de consommation tels qu'ils sont arrivés ; une annulation est un évènement de "
        "quantité opposée, les sommes sont donc justes. Seulement si les évènements sont demandés",
        {"e": "cn285_usage_event", "comp": "res_company"},
        (
            Column("event_id", "key", "{e.id}", "Number of the event", "Numéro de l'évènement"),
            company("e"),
            link("metric_id", "{e.metric_id}", "Metric", "Compteur", "usage_metric"),
            link("contract_id", "{e.contract_id}", "Contract", "Contrat", "contract"),
            link("item_id", "{e.item_id}", "Item", "Élément", "contract_item"),
            link("beneficiary_id", "{e.beneficiary_id}", "Beneficiary", "Bénéficiaire", "customer"),
            Column("kind", "text", "{e.kind}", "What sort of event it is", "Sorte d'évènement"),
            Column(
                "occurred_at",
                "time",
                "{e.occurred_at} AT TIME ZONE 'UTC'",
                "When it happened",
                "Date et heure de l'évènement",
            ),
            Column(
                "occurred_on",
                "date",
                local_day("{e.occurred_at}"),
                "The day on which it happened, by the company's time zone",
                "Jour de l'évènement, dans le fuseau horaire de la société",
            ),
            Column(
                "quantity", "number", "{e.quantity}", "Units of the metric", "Unités du compteur"
            ),
        ),
        "JOIN {comp} ON {comp.id} = {e.company_id}",
        insert_only=True,
    ),
)
