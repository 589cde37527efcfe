from odoo import api, fields, models
from odoo.addons.cn285_usage.engine.event_binary import Party
from odoo.addons.cn285_usage.engine.event_values import SEPARATOR
from odoo.addons.cn285_usage.models.ingest.usage_event_references import SLICE
from odoo.tools import split_every

from . import device_usage_sql as sql


class UsageEvent(models.Model):
    """Events that name a device by what stands for an item: a serial number, or an identifier.

    They go to the item that had the device when they occurred, however late they come: after a swap
    the old number's late events are the item's, and what the new one did before is not.
    """

    _inherit = "cn285.usage.event"

    @api.model
    def _learn_parties(self, parameters, refs):
        known = parameters["known"].parties
        named = self._named_devices(parameters, set(refs) - known.keys())
        for part in split_every(SLICE, sorted(named)):
            pairs = [(ref, device) for ref in part for device in sorted(named[ref])]
            values = {
                **parameters,
                "refs": [ref for ref, _device in pairs],
                "devices": [device for _ref, device in pairs],
            }
            self.env.cr.execute(sql.CANDIDATES, values)
            for ref, simple, *facts in self.env.cr.fetchall():
                known[ref] = Party(*facts) if simple else None
        return super()._learn_parties(parameters, set(refs))

    @api.model
    def _named_devices(self, parameters, refs):
        """Which references name devices: ``{reference: ids}``."""
        texts = {ref: _item_text(ref) for ref in refs if _item_text(ref)}
        if not texts:
            return {}
        # What was looked up in this call is known: None of texts that name no device.
        known = parameters.setdefault("devices", {})
        keys_of = self.env["cn285.device.identifier"]._keys_of
        for part in split_every(SLICE, sorted(set(texts.values()) - known.keys())):
            pairs = [(text, key) for text in part for key in keys_of(text)]
            self.env.cr.execute(
                sql.DEVICES,
                {
                    "company": parameters["company"],
                    "texts": list(part),
                    "keyed": [text for text, _key in pairs],
                    "keys": [key for _text, key in pairs],
                },
            )
            known.update(dict.fromkeys(part))
            for text, device_id in self.env.cr.fetchall():
                known[text] = (known[text] or set()) | {device_id}
        return {ref: known[text] for ref, text in texts.items() if known[text]}

    # === FIRST USE === #

    @api.model
    def _learn_all(self, prepared, parameters, submit):
        columns = prepared.encoded.columns
        if columns is not None:
            self._start_by_use(parameters, columns)
            self._set_tests_aside(prepared, parameters)
        return super()._learn_all(prepared, parameters, submit)

    @api.model
    def _start_by_use(self, parameters, columns):
        """Devices that wait for their first use are served from the day of the first event on."""
        refs = {ref for ref in columns.party if ref}
        named = self._named_devices(parameters, refs - parameters["known"].parties.keys())
        if not named:
            return
        # sudo: whoever records usage lets begin what was ordered to begin with it
        devices = self.env["cn285.device"].sudo()
        waiting = devices.search(
            [
                ("id", "in", list(set().union(*named.values()))),
                ("assignment_ids.item_id.state", "=", "draft"),
                ("type_id.starts", "=", "first_use"),
            ]
        )
        if not waiting:
            return
        zone = self.with_context(tz=parameters["zone"])
        first = {}
        for ref, moment in zip(columns.party, columns.occurred_at, strict=True):
            for device_id in named.get(ref, ()) if moment else ():
                if device_id in waiting._ids:
                    first[device_id] = min(first.get(device_id, moment), moment)
        for device in waiting.filtered(lambda device: device.id in first):
            day = fields.Datetime.context_timestamp(zone, first[device.id]).date()
            # Not before it was activated: what was used earlier is a test.
            waits = device.assignment_ids.filtered(lambda one: one.item_id.state == "draft")
            if day >= min(waits.mapped("date_start")):
                device._start_services(day)
        self.env.flush_all()


def _item_text(ref):
    """What a reference calls its item, where it does so by name and names no beneficiary."""
    item, *others = (ref or "").split(SEPARATOR)
    beneficiary = others[1] if len(others) > 1 else ""
    return item[1:] if item.startswith("~") and not beneficiary else ""
