"""Notes in the chatter of many records, stored in one statement."""

from collections import defaultdict

from odoo import api, models, tools
from odoo.tools import SQL

from .bulk import next_ids

# Fewer are made by Odoo.
COPIED_FROM = 4
# What tells the notes apart that are otherwise copies of one.
OWN = ("res_id", "message_id", "body")
# Links to other tables: notes that have any are made by Odoo.
LINKS = ("attachment_ids", "partner_ids", "tracking_value_ids", "notification_ids")
# Modules whose part in making a message was read: it is nothing for a note without links.
READ_MODULES = frozenset({"mail", "cn285_contract"})
METHODS = {"mail.message": ("create",), "mail.thread": ("_message_create",)}


class BatchedMessages(models.AbstractModel):
    """Notes on many records that differ in their text only are copies of one that Odoo makes."""

    _name = "cn285.batched.messages"
    _description = "Notes of Many Records, Stored Together"

    def _message_create(self, values_list):
        ids = [values.get("res_id") for values in values_list]
        once = len(set(ids)) == len(ids)
        if len(ids) < COPIED_FROM or not once or not self._may_copy_messages(values_list):
            return super()._message_create(values_list)
        groups = defaultdict(list)
        for place, values in enumerate(values_list):
            rest = sorted((name, repr(value)) for name, value in values.items() if name not in OWN)
            groups[tuple(rest)].append(place)
        firsts = [places[0] for places in groups.values()]
        pilots = super()._message_create([values_list[place] for place in firsts])
        made = dict(zip(firsts, pilots.ids, strict=True))
        rest = [
            (pilot, values_list[place])
            for pilot, places in zip(pilots, groups.values(), strict=True)
            for place in places[1:]
        ]
        copies = self._copy_messages(rest)
        others = [place for places in groups.values() for place in places[1:]]
        made.update(zip(others, copies, strict=True))
        return pilots.browse([made[place] for place in range(len(values_list))])

    def _copy_messages(self, copies):
        """Store copies of messages, each on another record and with a text of its own.

        :param copies: list of ``(message, values)``
        :returns: the new messages' ids, in that order
        """
        if not copies:
            return []
        messages = copies[0][0]
        self.env.flush_all()
        columns = [
            SQL.identifier(field.name)
            for field in messages._fields.values()
            if field.column_type and field.store and field.name not in ("id", *OWN)
        ]
        bodies = {values.get("body") or "" for _pilot, values in copies}
        field = messages._fields["body"]
        bodies = {body: field.convert_to_column_insert(body, messages) for body in bodies}
        ids = next_ids(self.env, messages._table, len(copies))
        self.env.execute_query(
            SQL(
                """INSERT INTO mail_message (id, res_id, message_id, body, %s)
                   SELECT own.id, own.res_id, own.message_id, own.body, %s
                     FROM unnest(%s, %s, %s, %s, %s) AS own (id, pilot, res_id, message_id, body)
                     JOIN mail_message ON mail_message.id = own.pilot
                RETURNING 1""",
                SQL(", ").join(columns),
                SQL(", ").join(SQL("mail_message.%s", column) for column in columns),
                ids,
                [pilot.id for pilot, _values in copies],
                [values["res_id"] for _pilot, values in copies],
                [values.get("message_id") or pilot.message_id for pilot, values in copies],
                [bodies[values.get("body") or ""] for _pilot, values in copies],
            )
        )
        for model, members in _by_model(copies).items():
            # As ``mail.message._invalidate_documents`` does for each.
            names = ["message_ids", "message_needaction", "message_needaction_counter"]
            self.env[model].browse(members).invalidate_recordset(names, flush=False)
        return ids

    @api.model
    def _may_copy_messages(self, values_list):
        """Whether messages are what they would be if Odoo made each of them."""
        if any(values.get(name) for values in values_list for name in LINKS):
            return False
        # Automation rules come and go while the registry stays.
        patched = self.env.registry["mail.message"].__dict__.get("create")
        return "origin" not in getattr(patched, "__dict__", ()) and self._messages_are_known()

    @tools.ormcache(cache="stable")
    def _messages_are_known(self):
        """Whether no module that was not read takes part in making a message."""
        registry = self.env.registry
        for name, methods in METHODS.items():
            for cls in registry[name].mro():
                module = cls.__dict__.get("_module")
                if module and module not in READ_MODULES and cls.__dict__.keys() & set(methods):
                    return False
        # A stored field that follows from the record would be that of another one.
        return not any(
            field.store and field.compute and field.column_type
            for field in registry["mail.message"]._fields.values()
        )


def _by_model(copies):
    members = defaultdict(list)
    for _pilot, values in copies:
        members[values["model"]].append(values["res_id"])
    return members
