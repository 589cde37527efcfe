from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.guess import guess, plain


class ImportMapping(models.Model):
    """What the columns of somebody's files are, as a user chose it on the screen, to be used again.

    ``content`` is a list of ``{"kind": name, "columns": {header: column, or null}}``, one for each
    sort of file.
    """

    _name = "cn285.import.mapping"
    _description = "Saved Columns of an Import"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    content = fields.Json(default=list)
    summary = fields.Char(compute="_compute_summary")

    _name_uniq = models.Constraint("unique(name)", "Columns are saved under this name already.")

    @api.depends("content")
    def _compute_summary(self):
        for mapping in self:
            mapping.summary = ", ".join(part["kind"] for part in mapping.content or ())

    @api.constrains("content")
    def _check_content(self):
        for mapping in self:
            if not _is_content(mapping.content or []):
                raise ValidationError(
                    self.env._("Saved columns say for each kind of file which column is which.")
                )

    def _choice(self, kinds, headers):
        """The saved part that fits a file best: ``(kind, {header: column})``; None where none does.

        :param kinds: those that there are
        :param headers: the file's columns, of which more than half must be known
        """
        self.ensure_one()
        best, most = None, len(headers) / 2
        for part in self.content or ():
            known = [header for header in headers if header in part["columns"]]
            if part["kind"] in kinds and len(known) > most:
                columns = {header: part["columns"][header] for header in known}
                best, most = (part["kind"], columns), len(known)
        return best


def _is_content(content):
    return isinstance(content, list) and all(
        isinstance(part, dict)
        and isinstance(part.get("kind"), str)
        and isinstance(part.get("columns"), dict)
        and all(value is None or isinstance(value, str) for value in part["columns"].values())
        for part in content
    )


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _column_labels(self, kind):
        """What the columns of a kind are called, in English and in the user's language.

        :param kind: from :meth:`_catalogue`
        :returns: ``{column: [labels]}``, ``id`` included
        """
        fields_of, labels = self.env[kind.model]._fields, {"id": []}
        envs = [self.env, self.with_context(lang="en_US").env]
        french = self.env["res.lang"]._get_data(code="fr_FR")
        if french:
            envs.append(self.with_context(lang="fr_FR").env)
        for name, column in kind.columns.items():
            field = column.field and fields_of[column.field]
            texts = [field._description_string(env) or "" for env in envs] if field else []
            labels[name] = list(dict.fromkeys(filter(None, texts)))
        return labels

    @api.model
    def _guess_kind(self, headers):
        """The kind whose columns a file's columns are most like; None where that is not told."""
        best, most = None, 1
        for name, kind in self._catalogue().items():
            found = guess(headers, self._column_labels(kind))
            whole = all(column in found.values() for column in kind.required)
            if whole and len(found) > most:
                best, most = name, len(found)
        return best

    @api.model
    def _guess_columns(self, kind, headers):
        """What each column of a file may be: ``{header: column}``, where it can be told."""
        remarks = [header for header in headers if header.startswith("#") or not plain(header)]
        return guess(
            (header for header in headers if header not in remarks), self._column_labels(kind)
        )
