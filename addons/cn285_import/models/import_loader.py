import re
from collections import defaultdict, deque
from dataclasses import replace
from pathlib import Path

from odoo import api, models
from odoo.exceptions import UserError

from ..engine.files import read_files
from ..engine.order import loading_order
from ..engine.trial import first_rows
from .kinds import columns_of
from .load import Load
from .reading import EntryReader
from .report import LoadReport

# Loading is not an event of each record's life: nobody is notified of it, nothing is tracked.
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
}
NAMESPACE = "cn285_imported"


class ImportLoader(models.AbstractModel):
    """Makes records of the rows of CSV files.

    What is guaranteed: the good rows go in and the bad ones are reported with file, line and
    reason; a row loaded again changes or skips its record and never makes a second one; a record
    that would be incomplete without a refused row waits for it. Nothing is committed. See
    docs/import.md.
    """

    _name = "cn285.import.loader"
    _description = "Loader of Imported Rows"

    # === WHAT CAN BE IMPORTED === #

    @api.model
    def _kinds(self):
        """The kinds of rows, as a list of ``Kind``; an addon adds its own to the list.

        They are loaded in this order, but for what a column of an earlier one refers to.
        """
        return []

    @api.model
    def _columns(self, kind):
        """The columns of a kind, as ``{name: Column}``; an addon adds its own to others' kinds.

        The kind's own, and one for each field that its model's lists name and that has none yet.
        """
        listed = kind.fields(self.env) if kind.fields else []
        taken = {column.field for column in kind.columns.values()}
        return kind.columns | columns_of(*(name for name in listed if name not in taken))

    @api.model
    def _named_by(self):
        """Fields by which cells may name records, beside external ids, as ``{model: fields}``.

        The first that answers decides. A model that is not listed is named by its ``name``.
        """
        return {
            "res.country": ("code", "name"),
            "res.country.state": ("code", "name"),
            "res.partner": ("ref", "name"),
            "res.users": ("login", "name"),
        }

    @api.model
    def _catalogue(self):
        """All kinds with all their columns, as ``{name: Kind}`` in the order of loading."""
        kinds = {kind.name: replace(kind, columns=self._columns(kind)) for kind in self._kinds()}
        names = defaultdict(list)
        for kind in kinds.values():
            names[kind.model].append(kind.name)
        needs = {
            kind.name: [name for model in self._models_named(kind) for name in names[model]]
            for kind in kinds.values()
        }
        return {name: kinds[name] for name in loading_order(needs)}

    @api.model
    def _models_named(self, kind):
        """The models to whose records the columns of a kind refer."""
        fields = self.env[kind.model]._fields
        comodels = [
            fields[column.field].comodel_name
            for column in kind.columns.values()
            if column.field and fields[column.field].relational
        ]
        return dict.fromkeys(comodels)

    @api.model
    def _finished(self, load):
        """Hook: what follows from a load as a whole, once all of its batches are in.

        :param load: the ``Load``, whose ``went_in`` counts its rows by kind
        """

    # === DOORS === #

    @api.model
    def _load_folder(self, path, mapping=None, progress=None, namespace=NAMESPACE):
        """Load every file of a folder, CSV or .xlsx; without a mapping, by their names.

        :param path: the folder
        :param mapping: see :meth:`_load_files`
        :rtype: LoadReport
        """
        return self._load_files(read_files(path), mapping, progress, namespace)

    @api.model
    def _load_file(self, kind, source, mapping=None, progress=None, namespace=NAMESPACE):
        """Load one file, or a text.

        :param str kind: what it holds (``partners`` …); with a mapping, only a name for reports
        :param source: a ``Path``; or the content, as text or bytes
        :rtype: LoadReport
        """
        if isinstance(source, Path):
            name, content = source.name, source.read_bytes()
        else:
            name, content = f"{kind}.csv", source
        return self._load_files([(name, content)], mapping, progress, namespace, kind)

    @api.model
    def _load_files(
        self,
        files,
        mapping=None,
        progress=None,
        namespace=NAMESPACE,
        kind=None,
        beside=None,
        decimal=None,
        dates=None,
        choices=None,
        most=None,
    ):
        """Load files together: they may refer to one another in any order.

        :param files: list of ``(name, content)``
        :param mapping: a ``Mapping``, or its text in TOML or JSON
        :param progress: called with ``(what, done, total)`` while records are made
        :param str namespace: module name under which external ids are kept
        :param str kind: what the files hold, where their names do not say it
        :param dict beside: other files that rows name, as ``{path: bytes}``
        :param str decimal: the decimal separator of all files, ``,`` or ``.``; None: as each shows
        :param str dates: the order of dates in all files (``dmy``, ``mdy``); None: ISO
        :param dict choices: what the columns of files are, where somebody chose:
            ``{file: (kind, {header: column, or None to leave it out})}``
        :param int most: of each file only so many rows, and what these refer to
        :rtype: LoadReport
        """
        load, batches = self._planned(
            files, mapping, progress, namespace, kind, beside, decimal, dates, choices, most
        )
        while batches:
            load.run(batches.popleft())
        load.finish()
        load.report.add_tallies()
        load.report.errors.sort(key=lambda error: (error.file, error.line))
        return load.report

    @api.model
    def _planned(
        self,
        files,
        mapping=None,
        progress=None,
        namespace=NAMESPACE,
        kind=None,
        beside=None,
        decimal=None,
        dates=None,
        choices=None,
        most=None,
        *,
        strict=False,
        load_id=None,
        size=None,
    ):
        """Read files and cut their rows into batches; nothing is written.

        The same files make the same batches, whatever is in the database by then.

        :param bool strict: where a file has a column that is not known, there are no batches
        :param load_id: the ``cn285.import.load`` that owns what is created
        :param size: rows of a batch
        :returns: the ``Load``, whose report tells what cannot be read, and a deque of batches for
            its :meth:`Load.run`
        """
        self._check_namespace(namespace)
        report, kinds = LoadReport(), self._catalogue()
        reader = EntryReader(self.env, kinds, report)
        reader.choices = choices or {}
        entries = defaultdict(list)
        if reader.use_mapping(mapping, decimal, dates):
            for entry in reader.fixed_entries():
                entries[entry.kind].append(entry)
            for name, content in files:
                for entry in reader.entries(name, content, kind):
                    entries[entry.kind].append(entry)
        if strict and reader.unknown_columns:
            entries.clear()
            report.notes.append(
                self.env._(
                    "Nothing was loaded: there are columns that are not known. Mend their names, "
                    "or let them be left out."
                )
            )
        if most:
            entries = first_rows(entries, most)
        silent = self.with_context(**SILENT).env
        load = Load(
            silent,
            kinds,
            namespace,
            self._named_by(),
            report,
            progress,
            beside,
            reader.styles,
            load_id,
        )
        return load, deque(load.plan(entries, size))

    @api.model
    def _trial_notes(self, load, made):
        """Hook: what a trial tells of the records that it made, before they go again.

        :param load: the ``Load``
        :param made: ids of the records that its rows became or changed, ``{kind: list}``
        :returns: sentences
        """
        return []

    @api.model
    def _check_namespace(self, namespace):
        """Refuse names under which the records of Odoo's own modules are kept."""
        # sudo: only administrators read the list of modules; a name is looked up, no more.
        modules = self.env["ir.module.module"].sudo()
        well_formed = re.fullmatch(r"[a-z][a-z0-9_]*", namespace or "")
        if not well_formed or modules.search_count([("name", "=", namespace)], limit=1):
            raise UserError(
                self.env._(
                    "External ids cannot be kept under “%s”: choose a name in small letters that "
                    "is not a module's.",
                    namespace,
                )
            )

    @api.model
    def _kind_called(self, name):
        """The kind that a file's name says; None where it says none."""
        return EntryReader(self.env, self._catalogue(), LoadReport())._kind_of(name)
