from contextvars import ContextVar

from odoo import models

# The messages that wait to be written together, and whether one of them is being made.
_waiting = ContextVar("cn285_messages_waiting", default=None)
_logging = ContextVar("cn285_message_logging", default=False)


class BatchedTracking(models.AbstractModel):
    """What changed of many records is noted in their chatter in one go.

    Odoo writes a message for each record by itself, which takes more time than what a change or a
    renewal does. The messages are the same, in the same order. Messages that somebody is notified
    of (with a subtype) are posted as ever.
    """

    _name = "cn285.batched.tracking"
    _inherit = ["cn285.batched.messages"]
    _description = "Notes of Changes, Written Together"

    def _message_track(self, fields_iter, initial_values_dict):
        if len(self) < 2 or _waiting.get() is not None:
            return super()._message_track(fields_iter, initial_values_dict)
        waiting = []
        token = _waiting.set(waiting)
        try:
            tracking = super()._message_track(fields_iter, initial_values_dict)
        finally:
            _waiting.reset(token)
        if waiting:
            # sudo: as Odoo writes each of them, and what changed behind them.
            self.sudo()._create_with_values(waiting)
        return tracking

    def _create_with_values(self, values_list):
        """Messages, and what they say has changed, each in one go."""
        tracked = [values.pop("tracking_value_ids", None) or () for values in values_list]
        messages = self._message_create(values_list)
        self.env["mail.tracking.value"].create(
            [
                {**values, "mail_message_id": message.id}
                for message, commands in zip(messages, tracked, strict=True)
                for _create, _zero, values in commands
            ]
        )

    def _message_log_batch(self, bodies, **values):
        token = _logging.set(True)
        try:
            return super()._message_log_batch(bodies, **values)
        finally:
            _logging.reset(token)

    def _message_create(self, values_list):
        waiting = _waiting.get()
        if waiting is None or not _logging.get():
            return super()._message_create(values_list)
        waiting += values_list
        return self.env["mail.message"]
