import difflib
import re
from collections import defaultdict
from pathlib import Path

from odoo import api, models
from odoo.exceptions import UserError

from ...engine.mapping import Mapping, MappingError, parse_mapping
from ...engine.table import TableError, read_table
from .portfolio_kinds import KINDS, NAMED_BY
from .portfolio_load import Entry, PortfolioLoad
from .portfolio_messages import describe
from .portfolio_report import LoadError, LoadReport
from .portfolio_states import PortfolioStates

# Loading is not an event of each record's life: nobody is notified of it, nothing is tracked.
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}
NAMESPACE = "cn285_portfolio"


class PortfolioLoader(models.AbstractModel):
    """Loads contracts, and what they consist of, from CSV files.

    What is guaranteed: the good rows go in and the bad ones are reported with file, line and
    reason; a row loaded again changes or skips its record and never makes a second one; a contract
    of which a row was refused stays a draft. Nothing is committed. See docs/loading.md.
    """

    _name = "cn285.portfolio.loader"
    _description = "Portfolio Loader"

    @api.model
    def _kinds(self):
        """Kinds of rows, as ``{name: Kind}`` in the order of loading; modules add theirs."""
        return dict(KINDS)

    @api.model
    def _named_by(self):
        """Fields by which cells may name records, beside external ids, as ``{model: fields}``."""
        return dict(NAMED_BY)

    # === DOORS === #

    @api.model
    def _load_folder(self, path, mapping=None, progress=None, namespace=NAMESPACE):
        """Load every CSV file of a folder; without a mapping their names say what they hold.

        :param path: the folder
        :param mapping: see :meth:`_load_files`
        :rtype: LoadReport
        """
        paths = sorted(Path(path).glob("*.csv"))
        files = [(file.name, file.read_bytes()) for file in paths]
        return self._load_files(files, mapping, progress, namespace)

    @api.model
    def _load_file(self, kind, source, mapping=None, progress=None, namespace=NAMESPACE):
        """Load one file, or a text.

        :param str kind: what it holds (``contracts`` …); with a mapping, only a name for reports
        :param source: a ``Path``; or the content, as text or bytes
        :rtype: LoadReport
        """
        if isinstance(source, Path):
            name, content = source.name, source.read_bytes()
        else:
            name, content = f"{kind}.csv", source
        return self._load_files([(name, content)], mapping, progress, namespace, kind)

    @api.model
    def _load_files(self, files, mapping=None, progress=None, namespace=NAMESPACE, kind=None):
        """Load files together: they may refer to one another in any order.

        :param files: list of ``(name, content)``
        :param mapping: a ``Mapping``, or its text in TOML or JSON
        :param progress: called with ``(what, done, total)`` while records are made
        :param str namespace: module name under which external ids are kept
        :param str kind: what the files hold, where their names do not say it
        :rtype: LoadReport
        """
        self._check_namespace(namespace)
        report = LoadReport()
        entries = defaultdict(list)
        mapping, reason = self._read_mapping(mapping)
        if reason:
            report.errors.append(LoadError(self.env._("mapping"), 0, reason))
            return report
        for entry in self._fixed_entries(mapping):
            entries[entry.kind].append(entry)
        for name, content in files:
            for entry in self._read_file(name, content, mapping, kind, report):
                entries[entry.kind].append(entry)
        return self._load_entries(entries, report, progress, namespace)

    @api.model
    def _load_entries(self, entries, report, progress, namespace):
        silent = self.with_context(**SILENT)
        load = PortfolioLoad(silent.env, self._kinds(), namespace, self._named_by(), progress)
        load.report = report
        load.load(entries)
        PortfolioStates(load).apply()
        self.env.flush_all()
        report.errors.sort(key=lambda error: (error.file, error.line))
        return report

    # === FILES === #

    @api.model
    def _read_file(self, name, content, mapping, kind, report):
        """The rows of a file as entries; what cannot be read goes into the report."""
        if not mapping and not kind:
            kind = self._kind_of(name)
            if not kind:
                known = ", ".join(self._kinds())
                reason = self.env._("the file's name does not say what it holds: %s", known)
                report.errors.append(LoadError(name, 0, reason))
                return []
        try:
            table = read_table(name, content, mapping.delimiter if mapping else None)
        except TableError as error:
            report.errors.append(LoadError(name, error.line, describe(self.env, error)))
            return []
        for problem in table.problems:
            report.errors.append(LoadError(name, problem.line, describe(self.env, problem)))
        if mapping:
            return self._mapped_entries(table, mapping, report)
        return self._plain_entries(table, kind, report)

    @api.model
    def _kind_of(self, name):
        """The kind that a file's name says: ``items.csv``, ``items-fleet.csv``; None if none."""
        stem = Path(name).stem.lower()
        kinds = [kind for kind in self._kinds() if stem == kind or stem.startswith(f"{kind}-")]
        return kinds[0] if kinds else None

    @api.model
    def _plain_entries(self, table, kind, report):
        names, unknown = {}, []
        for header in table.header:
            names[header] = self._column_name(kind, header)
            if not names[header]:
                unknown.append(header)
        if unknown:
            reason = " ".join(self._unknown_column(kind, header) for header in unknown)
            report.errors.append(LoadError(table.file, 1, reason))
            return []
        return [
            Entry(
                kind,
                row.file,
                row.line,
                {names[header]: text for header, text in row.cells.items()},
                row.cells,
            )
            for row in table.rows
        ]

    @api.model
    def _column_name(self, kind, header):
        """Our name of a column; None if there is none. ``#…`` columns are remarks."""
        if header.startswith("#"):
            return header
        columns = {"id", *self._kinds()[kind].columns}
        name = header.lower().replace(" ", "_").removesuffix("/id")
        for known in (name, name.removesuffix("_id"), name.removesuffix("_ids") + "s"):
            if known in columns:
                return known
        return None

    @api.model
    def _unknown_column(self, kind, header):
        columns = ["id", *self._kinds()[kind].columns]
        close = difflib.get_close_matches(header.lower(), columns, n=1)
        if close:
            return self.env._(
                "There is no column “%(column)s”; “%(close)s” is meant, perhaps. "
                "Nothing of this file was loaded.",
                column=header,
                close=close[0],
            )
        return self.env._(
            "There is no column “%(column)s”; known are %(known)s. "
            "Nothing of this file was loaded.",
            column=header,
            known=", ".join(columns),
        )

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

    # === MAPPINGS === #

    @api.model
    def _read_mapping(self, mapping):
        """The mapping, ready to use, and None; or None and what is wrong with it."""
        try:
            if mapping and not isinstance(mapping, Mapping):
                mapping = parse_mapping(mapping)
        except MappingError as error:
            return None, describe(self.env, error)
        for kind, columns in mapping.shapes() if mapping else ():
            if kind not in self._kinds():
                known = ", ".join(self._kinds())
                return None, self.env._(
                    "“%(kind)s” is not known; known are %(known)s", kind=kind, known=known
                )
            for column in columns:
                if self._column_name(kind, column) != column:
                    return None, self._unknown_column(kind, column)
        return mapping or None, None

    @api.model
    def _fixed_entries(self, mapping):
        rows = mapping.fixed if mapping else []
        label = self.env._("mapping")
        return [Entry(row.kind, label, 0, dict(row.cells), dict(row.cells)) for row in rows]

    @api.model
    def _mapped_entries(self, table, mapping, report):
        missing = sorted(mapping.columns - set(table.header))
        if missing:
            reason = self.env._(
                "the mapping speaks of columns that the file does not have: %s", ", ".join(missing)
            )
            report.errors.append(LoadError(table.file, 1, reason))
            return []
        entries = []
        for row in table.rows:
            try:
                made = mapping.rows(row.cells)
            except MappingError as error:
                reason = describe(self.env, error)
                report.errors.append(LoadError(row.file, row.line, reason, row.cells))
                continue
            entries += [
                Entry(part.kind, row.file, row.line, part.cells, row.cells, part.once)
                for part in made
            ]
        return entries
