"""Events of devices that were not activated yet: tests, which are set aside and noted apart."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import pytz
from odoo import api, models


class Test(NamedTuple):
    """An event of a device before its first activation, at a place of what was sent."""

    n: int
    device_id: int
    source: str
    transaction_id: str
    occurred_at: datetime
    quantity: Decimal


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _set_tests_aside(self, prepared, parameters):
        """Take events out of a chunk that are tests; :meth:`_record` notes them with the rest.

        Those of devices whose type measures tests by the event's metric, on days before the
        device was activated for the first time. Corrections and durations are none.
        """
        parameters["tests"] = []
        columns, testing = prepared.encoded.columns, self._testing_types(parameters)
        if not testing:
            return
        named = self._named_devices(parameters, {ref for ref in columns.party if ref})
        ids = set().union(*named.values())
        if not ids:
            return
        # sudo: whether they were activated, for whoever records usage
        devices = (
            self.env["cn285.device"]
            .sudo()
            .search([("id", "in", list(ids)), ("type_id", "in", list(testing))])
        )
        types = {device.id: device.type_id.id for device in devices}
        groups = devices.env["cn285.device.assignment"]._read_group(
            [("device_id", "in", devices.ids)], ["device_id"], ["date_start:min"]
        )
        first = {device.id: day for device, day in groups}
        zone, rest = pytz.timezone(parameters["zone"]), []
        for place, ref in enumerate(columns.party):
            device_id = next(iter(named[ref])) if len(named.get(ref, ())) == 1 else None
            moment, quantity = columns.occurred_at[place], columns.quantity[place]
            is_test = (
                device_id in types
                and columns.metric[place] in testing[types[device_id]]
                and moment
                and quantity is not None
                and not (columns.kind and columns.kind[place])
                and moment <= parameters["latest"]
                and (
                    device_id not in first
                    or pytz.utc.localize(moment).astimezone(zone).date() < first[device_id]
                )
            )
            if not is_test:
                rest.append(place)
                continue
            key = columns.source[place], columns.transaction_id[place]
            parameters["tests"].append(
                Test(columns.n[place], device_id, *key, moment, Decimal(quantity))
            )
        if parameters["tests"]:
            prepared.encoded.columns = columns.take(rest) if rest else None
            prepared.packed = None

    @api.model
    def _testing_types(self, parameters):
        """Types whose tests are noted: ``{type id: references of the metric}``; asked once."""
        if "testing" not in parameters:
            # sudo: as above
            found = (
                self.env["cn285.device.type"]
                .sudo()
                .search([("test_metric_id.company_id", "=", parameters["company"])])
            )
            parameters["testing"] = {
                one.id: {f"={one.test_metric_id.id}", f"~{one.test_metric_id.code}"}
                for one in found
            }
        return parameters["testing"]

    @api.model
    def _record(self, chunk, prepared, parameters):
        report = super()._record(chunk, prepared, parameters)
        tests = parameters.get("tests")
        if not tests:
            return report
        refused = []
        results = self.env["cn285.device.test"]._receive(tests)
        for test, result in zip(tests, results, strict=True):
            if result in report:
                report[result] += 1
                continue
            reason = self._reason(result, chunk[test.n])
            refused.append({"row": test.n, "code": result, "reason": reason})
        self._keep_refusals(chunk, refused)
        report["refused"] = sorted([*report["refused"], *refused], key=lambda one: one["row"])
        return report

    @api.model
    def _reasons_of_records(self):
        return {
            **super()._reasons_of_records(),
            "test_used_up": self.env._(
                "The device was not activated on %(time)s, and what it may use before is used up.",
                time="%(time)s",
            ),
        }
