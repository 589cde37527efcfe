"""Why events are refused, in a clerk's words."""

from odoo import api, models


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _reason(self, code, row, value=None):
        """The sentence for a reason, about a row as it was sent.

        ``value`` is what was found, where the check that refused it knows.
        """
        row = row if isinstance(row, dict) else {}
        texts = {name: row.get(name, "") for name in ("transaction_id", "origin")}
        for name in ("metric", "item", "contract", "beneficiary"):
            texts[name] = row.get(name) or row.get(f"{name}_id") or ""
        texts["time"] = row.get("occurred_at") or row.get("started_at") or ""
        texts["end"] = row.get("ended_at") or ""
        texts["value"] = value
        template = self._reasons_of_rows().get(code) or self._reasons_of_records()[code]
        return template % {name: self._storable(text)[:80] for name, text in texts.items()}

    @api.model
    def _reasons_of_rows(self):
        """What can be said of a row by itself."""
        return {
            "not_a_row": self.env._("This is no row with named fields."),
            "unknown_field": self.env._("Events have no field %(value)s.", value="%(value)s"),
            "key_missing": self.env._("An event needs a source and a transaction number."),
            "key_too_long": self.env._(
                "The source or the transaction number is longer than 255 letters."
            ),
            "not_text": self.env._(
                "Some text cannot be stored, or is no text: %(value)s.", value="%(value)s"
            ),
            "metric_missing": self.env._("It is not said which metric was used."),
            "party_missing": self.env._(
                "It is not said which contract, item or beneficiary used it."
            ),
            "time_missing": self.env._("It is not said when it occurred."),
            "not_a_time": self.env._(
                "“%(value)s” is no date with a time, such as 2026-03-31T14:05:00Z.",
                value="%(value)s",
            ),
            "not_a_number": self.env._(
                "The quantity “%(value)s” is not a number.", value="%(value)s"
            ),
            "not_finite": self.env._(
                "The quantity “%(value)s” is not a number that can be billed.", value="%(value)s"
            ),
            "number_too_long": self.env._(
                "The quantity %(value)s has too many digits.", value="%(value)s"
            ),
            "bad_properties": self.env._(
                "The properties are no JSON object, or contain what cannot be stored: %(value)s",
                value="%(value)s",
            ),
            "bad_kind": self.env._(
                "“%(value)s” is no kind of event: usage, reversal or replacement.",
                value="%(value)s",
            ),
            "origin_missing": self.env._(
                "A correction must name the transaction that it corrects."
            ),
            "origin_not_wanted": self.env._(
                "Only a reversal or a replacement names another transaction."
            ),
        }

    @api.model
    def _reasons_of_records(self):
        """What depends on metrics, contracts and other events."""
        return {
            "unknown_metric": self.env._("There is no metric “%(metric)s”.", metric="%(metric)s"),
            "unknown_item": self.env._("There is no contract item “%(item)s”.", item="%(item)s"),
            "unknown_contract": self.env._(
                "There is no contract “%(contract)s”.", contract="%(contract)s"
            ),
            "unknown_beneficiary": self.env._(
                "There is no beneficiary “%(beneficiary)s”.", beneficiary="%(beneficiary)s"
            ),
            "no_item": self.env._(
                "No item fits contract “%(contract)s”, item “%(item)s”, beneficiary "
                "“%(beneficiary)s”.",
                contract="%(contract)s",
                item="%(item)s",
                beneficiary="%(beneficiary)s",
            ),
            "ambiguous": self.env._(
                "Items of several contracts fit; the event must name the contract or the item."
            ),
            "far_future": self.env._(
                "It lies in the future: %(time)s %(end)s.", time="%(time)s", end="%(end)s"
            ),
            "too_old": self.env._("It lies before the year 2000: %(time)s.", time="%(time)s"),
            "closed_month": self.env._(
                "It occurred on %(time)s, in a month that is closed: whether it was counted before "
                "can no longer be told. Accept it for a later day by hand, or dismiss it.",
                time="%(time)s",
            ),
            "end_before_start": self.env._(
                "It ends (%(end)s) before it starts (%(time)s).", end="%(end)s", time="%(time)s"
            ),
            "end_missing": self.env._(
                "Metric “%(metric)s” measures time: the event needs an end.", metric="%(metric)s"
            ),
            "quantity_missing": self.env._("The event has no quantity."),
            "not_active": self.env._(
                "The contract item was not active on %(time)s.", time="%(time)s"
            ),
            "conflict": self.env._(
                "Transaction “%(transaction_id)s” was received before with other content; a "
                "change of it must be sent as a correction.",
                transaction_id="%(transaction_id)s",
            ),
            "unknown_origin": self.env._(
                "The transaction “%(origin)s” that it corrects is not known.", origin="%(origin)s"
            ),
            "already_corrected": self.env._(
                "The transaction “%(origin)s” has been corrected already; correct its latest "
                "correction.",
                origin="%(origin)s",
            ),
            "purged_origin": self.env._(
                "The transaction “%(origin)s” that it corrects was purged: what it was billed is "
                "credited, or charged, by hand.",
                origin="%(origin)s",
            ),
            "of_reversal": self.env._(
                "“%(origin)s” is a reversal and cannot be replaced; reverse it.",
                origin="%(origin)s",
            ),
        }
