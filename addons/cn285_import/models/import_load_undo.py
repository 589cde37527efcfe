"""A load is undone: what it made goes again, as far as nothing has become of it since."""

from collections import defaultdict
from datetime import timedelta

import psycopg2
from odoo import SUPERUSER_ID, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger, split_every

from .batches import Planner
from .import_load import AT_ONCE, MANAGERS
from .load import CONCURRENCY_ERRORS

# Records that are removed together, where nothing speaks against it.
CHUNK = 200
# Sentences that are kept on what stays.
TOLD = 200


class ImportLoad(models.Model):
    _inherit = "cn285.import.load"

    def action_undo(self):
        """Remove what this load made and nobody used or changed since; what it updated stays.

        Much of it in a background job. What stays is told, with the reason.

        :raises AccessError: for who is no manager of imports
        :raises UserError: where it is not through
        """
        self.ensure_one()
        self._check_undo()
        self._write({"undone": False})
        if self.made_count > AT_ONCE:
            self._write({"state": "undoing"})
            self.with_delay(
                channel="root.import",
                description=self.env._("Undo of %s", self.display_name),
                identity_key=f"cn285.import.undo-{self.id}",
            )._job_undo()
        else:
            self._undo(commit=False)
        return True

    def _check_undo(self):
        if not self.env.su and not self.env.user.has_group(MANAGERS):
            raise AccessError(self.env._("Only managers of imports undo a load."))
        if self.state not in ("done", "failed", "undoing", "undone"):
            raise UserError(self.env._("Only a load that is through is undone."))

    def _job_undo(self):
        """Job: remove what is left of what the load made. Safe to run again."""
        self.ensure_one()
        self = self.with_context(lang=self.env.user.lang)
        if self.state != "undoing":
            return self.env._("Nothing to do: the load is undone.")
        self._check_undo()
        try:
            self._undo()
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process is at the same records; the undo waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        return self.undone or ""

    def _undo(self, commit=True):
        """Remove what the load made, what refers to others first.

        :param commit: whether each kind is committed
        """
        loader = self.env["cn285.import.loader"].with_company(self.company_id)
        kinds = loader._catalogue()
        planner = Planner(self.env, kinds, self.namespace, loader._named_by())
        staying = {}
        # sudo: which records the load made, to be removed by the rights of the user.
        made = self.env["cn285.import.record"].sudo().search_fetch([("load_id", "=", self.id)])
        ours = {(one.model, one.res_id) for one in made}
        for names in reversed(planner.groups()):
            self._undo_group([kinds[name] for name in names], ours, staying)
            if commit:
                self._commit()
        reasons = [f"{name}: {why}" for name, why in staying.values()]
        told = reasons[:TOLD]
        if len(reasons) > TOLD:
            told.append(self.env._("… and %s more", len(reasons) - TOLD))
        self._write({"state": "undone", "undone": "\n".join(told) or False})
        if commit:
            self._commit()

    # === A GROUP OF KINDS === #

    def _undo_group(self, kinds, ours, staying):
        """Remove the records of kinds that belong together: the owner first, with its parts.

        Of a contract of which a part is in use nothing is removed, and nothing that it names.

        :param ours: ``{(model, id)}`` of all that the load made
        :param staying: ``{(model, id): (name, reason)}`` of what stays, which is added to
        """
        made = {kind.name: self._made(kind) for kind in kinds}
        if not any(made.values()):
            return
        for kind in reversed(kinds):
            for record, why in self._changed_since(made[kind.name]).items():
                self._let_stay(kind, record, why, ours, staying)
        for kind in kinds:
            # Parts of what was removed before are gone with it. The last made goes first: what it
            # names is still there where it stays.
            for ids in split_every(CHUNK, made[kind.name].exists().ids[::-1]):
                self._remove(kind, self.env[kind.model].browse(ids), ours, staying)
        self._forget_gone(made.values())

    def _made(self, kind):
        # sudo: which records the load made, to be removed by the rights of the user.
        known = self.env["cn285.import.record"].sudo()
        rows = known.search_fetch(
            [("load_id", "=", self.id), ("kind", "=", kind.name)], ["res_id"], order="id"
        )
        model = self.env[kind.model].with_context(active_test=False)
        return model.browse(rows.mapped("res_id")).exists()

    def _changed_since(self, records):
        """``{record: reason}`` of those on which somebody wrote after the load."""
        if not records or not records._log_access or not self.date_done:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT id, write_uid FROM %s
                    WHERE id = ANY(%s) AND write_date > %s AND write_uid != %s""",
                SQL.identifier(records._table),
                records.ids,
                self.date_done + timedelta(seconds=1),
                SUPERUSER_ID,
            )
        )
        result = {}
        for record_id, user_id in rows:
            # sudo: the name of a colleague.
            user = self.env["res.users"].sudo().browse(user_id)
            result[records.browse(record_id)] = self.env._(
                "%s has changed it since.", user.display_name
            )
        return result

    def _owners(self, kind, record):
        for column in kind.owner_columns().values():
            owner = record.sudo()[column.field]  # sudo: what it belongs to, whoever may see that
            if owner:
                yield owner._name, owner.id

    def _named(self, kind, record):
        """``(model, id)`` of the records that a record names in the columns of its kind."""
        for column in kind.columns.values():
            field = record._fields[column.field] if column.field else None
            if field and field.relational and field.type != "one2many":
                # sudo: what it names, whoever may see that.
                for other in record.sudo()[column.field]:
                    yield other._name, other.id

    def _let_stay(self, kind, record, why, ours, staying):
        """Let a record stay, and all that it names, as far as the load made that."""
        name = record.sudo().display_name  # sudo: the user is told what stays
        staying.setdefault((record._name, record.id), (name, why))
        by_model = {one.model: one for one in self.env["cn285.import.loader"]._catalogue().values()}
        for model, record_id in self._named(kind, record):
            if (model, record_id) in ours and (model, record_id) not in staying:
                other = self.env[model].browse(record_id)
                reason = self.env._("%(other)s names it, and stays: %(why)s", other=name, why=why)
                self._let_stay(by_model[model], other, reason, ours, staying)

    def _may_go(self, kind, record, ours, staying):
        if (record._name, record.id) in staying:
            return False
        for owner in self._owners(kind, record):
            if owner in staying and owner in ours:
                name, why = staying[owner]
                self._let_stay(
                    kind,
                    record,
                    self.env._(
                        "it belongs to %(owner)s, which stays: %(why)s", owner=name, why=why
                    ),
                    ours,
                    staying,
                )
                return False
        return True

    def _remove(self, kind, records, ours, staying):
        """Remove records at once; where that fails, find out which ones stay."""
        records = records.filtered(lambda one: self._may_go(kind, one, ours, staying))
        if not records:
            return
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                if kind.undo:
                    kind.undo(records)
                records.unlink()
                # Some of Odoo's own records (bank accounts) are archived where they are deleted.
                left = records.exists()
                if left and (not left._active_name or any(left.mapped(left._active_name))):
                    raise UserError(self.env._("it runs already, and cannot be deleted."))
                self._forget(records._name, (records - left).ids)
                self._forget(records._name, left.ids, names=False)
            return
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever speaks against one must not keep the others
            if len(records) == 1:
                self._let_stay(kind, records, self._why_not(records, error), ours, staying)
                return
        middle = len(records) // 2
        self._remove(kind, records[:middle], ours, staying)
        self._remove(kind, records[middle:], ours, staying)

    def _why_not(self, record, error):
        if isinstance(error, UserError):
            return " ".join(str(error.args[0] if error.args else error).split())
        if isinstance(error, psycopg2.Error):
            return record._sql_error_to_message(error)
        return str(error)

    def _forget_gone(self, made):
        """Drop the ids of parts that went with their owners."""
        self.env.flush_all()
        by_model = defaultdict(list)
        for records in made:
            by_model[records._name] += records.ids
        for model, ids in by_model.items():
            gone = set(ids) - set(self.env[model].browse(ids).exists().ids)
            self._forget(model, list(gone))

    def _forget(self, model, ids, names=True):
        """Drop what is noted of records that are gone, and their external ids."""
        # sudo: of records that are not there any more, or that the user has archived.
        notes = [("model", "=", model), ("res_id", "in", ids)]
        self.env["cn285.import.record"].sudo().search(notes).unlink()
        if names:
            ours = [*notes, ("module", "=", self.namespace)]
            self.env["ir.model.data"].sudo().search(ours).unlink()
