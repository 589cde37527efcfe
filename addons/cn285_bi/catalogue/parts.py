"""Columns that many views have, with the same words in each."""

from ..engine.catalogue import Column

CONTRACT = "cn285_contract"
RENEWAL = "cn285_renewal"
USAGE = "cn285_usage"
REVREC = "cn285_revrec"
ANALYTICS = "cn285_analytics"
PAYMENT = "cn285_payment"


def company(alias):
    """The company of a row."""
    return Column(
        "company_id",
        "key",
        f"{{{alias}.company_id}}",
        "Company, see view company",
        "Société, voir la vue company",
    )


def link(name, source, thing, chose, view, addon=""):
    """A key of another view."""
    return Column(
        name,
        "key",
        source,
        f"{thing}, see view {view}",
        f"{chose}, voir la vue {view}",
        addon,
    )


def currency(alias="cur"):
    """The currency of the amounts of a row."""
    return Column(
        "currency",
        "text",
        f"{{{alias}.name}}",
        "Currency of the amounts of the row (ISO 4217)",
        "Devise des montants de la ligne (ISO 4217)",
    )


def company_currency(alias="own"):
    """The currency of the company, of amounts that say so."""
    return Column(
        "company_currency",
        "text",
        f"{{{alias}.name}}",
        "Currency of the company (ISO 4217)",
        "Devise de la société (ISO 4217)",
    )


def created(alias):
    """When a record was made: in UTC, and the company's day (its table is ``comp``)."""
    return (
        Column(
            "created_at",
            "time",
            f"{{{alias}.create_date}} AT TIME ZONE 'UTC'",
            "When it was made",
            "Date et heure de création",
        ),
        Column(
            "created_on",
            "date",
            local_day(f"{{{alias}.create_date}}"),
            "The day on which it was made, by the company's time zone",
            "Jour de création, dans le fuseau horaire de la société",
        ),
    )


def local_day(moment):
    """A moment in UTC as a day of the company (its table is ``comp``)."""
    return f"({moment} AT TIME ZONE 'UTC') AT TIME ZONE COALESCE({{comp.cn285_tz}}, 'UTC')"


def translated(source, language="en_US"):
    """A translated text in a language, else in English."""
    if language == "en_US":
        return f"{source}->>'en_US'"
    return f"COALESCE({source}->>'{language}', {source}->>'en_US')"


def names(source, en="Name", fr="Nom"):
    """A translated name, in English and in French."""
    return (
        Column("name", "text", translated(source), f"{en}, in English", f"{fr}, en anglais"),
        Column(
            "name_fr",
            "text",
            translated(source, "fr_FR"),
            f"{en}, in French",
            f"{fr}, en français",
        ),
    )
