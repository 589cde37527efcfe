"""Recurring revenue: the ledger, movements and months. docs/analytics.md defines each figure."""

from ..engine.catalogue import Column, View
from .parts import ANALYTICS, company, company_currency, currency, link

_OWN = "JOIN {own} ON {own.id} = {comp.currency_id}"


def _money(name, source, en, fr):
    return Column(
        name,
        "money",
        source,
        f"{en}, in the company's currency",
        f"{fr}, dans la devise de la société",
    )


VIEWS = (
    View(
        "mrr_entry",
        ANALYTICS,
        "The ledger of recurring revenue: what changed of an item, from when, and since when that "
        "is known. The sum up to a day is the value of that day",
        "Le registre du revenu récurrent : ce qui change d'un élément, à partir de quand, et "
        "depuis quand c'est connu. La somme jusqu'à un jour est la valeur de ce jour",
        {"e": "cn285_mrr_entry", "k": "cn285_contract", "p": "res_partner", "cur": "res_currency"},
        (
            Column("mrr_entry_id", "key", "{e.id}", "Key of the entry", "Clé de l'écriture"),
            company("e"),
            link("contract_id", "{e.contract_id}", "Contract", "Contrat", "contract"),
            link("item_id", "{e.item_id}", "Item", "Élément", "contract_item"),
            link("customer_id", "{p.commercial_partner_id}", "Customer", "Client", "customer"),
            link("product_id", "{e.product_id}", "Product", "Produit", "product"),
            Column("date", "date", "{e.date}", "From this day on", "À partir de ce jour"),
            Column(
                "known_on", "date", "{e.known_on}", "Day on which it was entered", "Jour de saisie"
            ),
            Column(
                "cause",
                "text",
                "{e.cause}",
                "Why: start, quantity, price, end …",
                "Pourquoi : start, quantity, price, end …",
            ),
            link(
                "change_id",
                "{e.change_id}",
                "Contract change",
                "Modification de contrat",
                "contract_change",
            ),
            Column(
                "change_net",
                "money",
                "{e.delta_net}",
                "What is added to MRR after all discounts, in the contract's currency",
                "Ce qui s'ajoute au MRR après toutes les remises, dans la devise du contrat",
            ),
            Column(
                "change_list",
                "money",
                "{e.delta_full}",
                "The same before discount periods",
                "Le même avant les périodes de remise",
            ),
            currency(),
        ),
        "JOIN {k} ON {k.id} = {e.contract_id} JOIN {p} ON {p.id} = {k.partner_id} "
        "JOIN {cur} ON {cur.id} = {e.currency_id}",
    ),
    View(
        "mrr_movement",
        ANALYTICS,
        "How customers moved on a day: what of it is of which item, and why",
        "Mouvements des clients par jour : la part de chaque élément, et pourquoi",
        {
            "m": "cn285_mrr_movement",
            "comp": "res_company",
            "cur": "res_currency",
            "own": "res_currency",
        },
        (
            Column("mrr_movement_id", "key", "{m.id}", "Key of the movement", "Clé du mouvement"),
            company("m"),
            link("customer_id", "{m.customer_id}", "Customer", "Client", "customer"),
            link("contract_id", "{m.contract_id}", "Contract", "Contrat", "contract"),
            link("item_id", "{m.item_id}", "Item", "Élément", "contract_item"),
            link("product_id", "{m.product_id}", "Product", "Produit", "product"),
            Column("date", "date", "{m.date}", "The day", "Le jour"),
            Column(
                "kind",
                "text",
                "{m.kind}",
                "new, reactivation, expansion, contraction, churn, transfer, pause, internal, "
                "currency",
                "nouveau, réactivation, expansion, contraction, attrition (churn), transfert, "
                "pause, interne, devise",
            ),
            Column(
                "cause",
                "text",
                "{m.cause}",
                "Why: start, quantity, price, end …",
                "Pourquoi : start, quantity, price, end …",
            ),
            link(
                "change_id",
                "{m.change_id}",
                "Contract change",
                "Modification de contrat",
                "contract_change",
            ),
            Column(
                "amount",
                "money",
                "{m.amount}",
                "Change of MRR, in the contract's currency",
                "Variation du MRR, dans la devise du contrat",
            ),
            currency(),
            _money("amount_company", "{m.amount_company}", "Change of MRR", "Variation du MRR"),
            company_currency(),
            Column(
                "customers",
                "count",
                "{m.logos}",
                "1: the customer came; -1: left",
                "1 : le client est arrivé ; -1 : il est parti",
            ),
        ),
        "JOIN {comp} ON {comp.id} = {m.company_id} JOIN {cur} ON {cur.id} = {m.currency_id} "
        + _OWN,
    ),
    View(
        "mrr_month",
        ANALYTICS,
        "A customer's month: opening, what moved, closing",
        "Le mois d'un client : ouverture, mouvements, clôture",
        {"m": "cn285_mrr_month", "comp": "res_company", "own": "res_currency"},
        (
            Column("mrr_month_id", "key", "{m.id}", "Key of the row", "Clé de la ligne"),
            company("m"),
            link("customer_id", "{m.customer_id}", "Customer", "Client", "customer"),
            Column("month", "date", "{m.month}", "First day of the month", "Premier jour du mois"),
            Column(
                "cohort",
                "date",
                "{m.cohort}",
                "Month in which the customer first paid",
                "Mois du premier revenu récurrent du client",
            ),
            Column("month_number", "count", "{m.number}", "Months since then", "Mois depuis lors"),
            _money("opening", "{m.opening}", "Opening MRR", "MRR d'ouverture"),
            _money("new_business", "{m.new_business}", "New", "Nouveau"),
            _money("reactivation", "{m.reactivation}", "Reactivation", "Réactivation"),
            _money("expansion", "{m.expansion}", "Expansion", "Expansion"),
            _money("contraction", "{m.contraction}", "Contraction", "Contraction"),
            _money("churn", "{m.churn}", "Churn", "Attrition"),
            _money("transfer", "{m.transfer}", "Transfers", "Transferts"),
            _money("pause", "{m.pause}", "Pauses", "Pauses"),
            _money("currency_effect", "{m.currency}", "Exchange rates", "Taux de change"),
            _money("closing", "{m.closing}", "Closing MRR", "MRR de clôture"),
            company_currency(),
            Column(
                "customers_opening",
                "count",
                "{m.logos_opening}",
                "Customers at the opening",
                "Clients à l'ouverture",
            ),
            Column("customers_new", "count", "{m.logos_new}", "New customers", "Nouveaux clients"),
            Column(
                "customers_back",
                "count",
                "{m.logos_back}",
                "Customers won back",
                "Clients reconquis",
            ),
            Column("customers_lost", "count", "{m.logos_lost}", "Customers lost", "Clients perdus"),
            Column(
                "customers_closing",
                "count",
                "{m.logos_closing}",
                "Customers at the close",
                "Clients à la clôture",
            ),
            Column(
                "customers_paying",
                "count",
                "{m.logos_paying}",
                "Paying customers",
                "Clients payants",
            ),
        ),
        "JOIN {comp} ON {comp.id} = {m.company_id} " + _OWN,
    ),
    View(
        "mrr_item_month",
        ANALYTICS,
        "What an item is worth at the end of a month",
        "La valeur d'un élément à la fin d'un mois",
        {"m": "cn285_mrr_item_month", "comp": "res_company", "own": "res_currency"},
        (
            Column("mrr_item_month_id", "key", "{m.id}", "Key of the row", "Clé de la ligne"),
            company("m"),
            link("customer_id", "{m.customer_id}", "Customer", "Client", "customer"),
            link("contract_id", "{m.contract_id}", "Contract", "Contrat", "contract"),
            link("item_id", "{m.item_id}", "Item", "Élément", "contract_item"),
            link("product_id", "{m.product_id}", "Product", "Produit", "product"),
            Column("month", "date", "{m.month}", "First day of the month", "Premier jour du mois"),
            _money(
                "closing", "{m.closing}", "MRR after all discounts", "MRR après toutes les remises"
            ),
            _money(
                "closing_list",
                "{m.closing_list}",
                "MRR before discount periods",
                "MRR avant les périodes de remise",
            ),
            company_currency(),
        ),
        "JOIN {comp} ON {comp.id} = {m.company_id} " + _OWN,
    ),
)
