"""Loads CSV files into a database and bills them: ``make load FILE=… MAPPING=… DB=…``.

FILE is a CSV file, a folder of them, or a zip. Broken off, the same command goes on behind the last
batch that was committed. Exit code 1: rows were refused, contracts set
aside, or the invoices do not add up to the column that the mapping names.
"""

import argparse
import sys
import time
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zipfile import ZipFile

from import_tools import bill, money, out, print_billed, print_figures, print_load, progress_bars

from odoo_env import environment


def main(arguments=None):
    options = _parse(arguments)
    if not options.file.exists():
        out.print(f"There is no file {options.file}.", style="red", markup=False)
        return 2
    with environment(options.database) as env:
        from odoo.addons.cn285_import.engine.files import (
            ArchiveError,
            files_beside,
            read_files,
        )
        from odoo.addons.cn285_import.engine.mapping import MappingError, parse_mapping
        from odoo.addons.cn285_import.models.messages import describe

        try:
            files, beside = read_files(options.file), files_beside(options.file)
        except ArchiveError:
            out.print(f"{options.file} cannot be opened, or is too large.", style="red")
            return 2
        mapping = None
        if options.mapping:
            try:
                mapping = parse_mapping(options.mapping.read_bytes())
            except MappingError as error:
                out.print(describe(env, error), style="red", markup=False)
                return 2
        report = _load(env, files, beside, mapping, options)
        until = options.bill or (mapping and mapping.until)
        if options.no_bill or not until:
            return 1 if report.errors else 0
        # Taken over: what another system invoiced bears the dates that it had there.
        env.company.cn285_invoice_dating = "schedule"
        billed = bill(env, until)
        if billed.invoices or billed.issues:
            print_billed(env, billed, until)
        else:
            out.print(f"Nothing was due up to {until} that is not billed already.", style="bold")
        good = not (report.errors or billed.issues)
        if mapping and mapping.compare:
            good &= _compare(env, files, mapping, options.namespace, until)
        return 0 if good else 1


def _parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", default="cn285_load")
    parser.add_argument("--file", type=Path, required=True, help="CSV file, folder or zip")
    parser.add_argument("--mapping", type=Path, help="how its columns are read (TOML or JSON)")
    parser.add_argument("--namespace", default="cn285_imported", help="owner of the external ids")
    parser.add_argument(
        "--bill", type=_day, metavar="DATE", help="bill up to this day (YYYY-MM-DD)"
    )
    parser.add_argument("--decimal", choices=(",", "."), help="what decimals stand behind")
    parser.add_argument("--dates", choices=("dmy", "mdy"), help="how dates are written, if not ISO")
    parser.add_argument("--no-bill", action="store_true", help="load only")
    parser.add_argument(
        "--errors",
        type=Path,
        help="write the refused rows into this CSV file, or a .zip of files that load again",
    )
    return parser.parse_args(arguments)


def _load(env, files, beside, mapping, options):
    since = time.monotonic()
    # Who says up to which day is billed asks for what is past, too.
    asked = bool(not options.no_bill and (options.bill or (mapping and mapping.until)))
    terms = {
        "mapping": options.mapping.read_bytes().decode("utf-8-sig") if options.mapping else None,
        "namespace": options.namespace,
        "decimal": options.decimal,
        "dates": options.dates,
    }
    loads = env["cn285.import.load"]
    load = loads._unfinished(files, **terms)
    if load:
        out.print(f"Going on behind row {load.rows_done:,} of the load that was broken off.")
    else:
        load = loads._make(files, **terms, context={"cn285_bill_past": asked})
    env.cr.commit()
    with progress_bars() as advance:
        load._run(advance, beside=beside)
    report = load._report()
    print_load(report, time.monotonic() - since)
    if options.errors:
        _write_errors(report, options.errors)
    return report


def _write_errors(report, path):
    """Write the refused rows: where the path is a zip, as files that load again."""
    if path.suffix.lower() != ".zip":
        path.write_text(report.errors_csv(), encoding="utf-8-sig")
        return
    with ZipFile(path, "w") as archive:
        for name, text in report.error_files():
            archive.writestr(name, text.encode("utf-8-sig"))


def _compare(env, files, mapping, namespace, until):
    """Compare the posted invoices of the loaded contracts with a column of the files."""
    from odoo.addons.cn285_import.engine.table import TableError, read_table

    wanted = Decimal(0)
    for name, content in files:
        try:
            rows = read_table(name, content, mapping.delimiter).rows
        except TableError:
            continue  # refused as a whole, and reported
        wanted += sum((_number(row.cells.get(mapping.compare)) for row in rows), Decimal(0))
    names = env["ir.model.data"].search(
        [("module", "=", namespace), ("model", "=", "cn285.contract")]
    )
    [(posted, count)] = env["account.move"]._read_group(
        [
            ("cn285_contract_ids", "in", names.mapped("res_id")),
            ("state", "=", "posted"),
            ("invoice_date", "<=", until),
        ],
        [],
        ["amount_untaxed_signed:sum", "__count"],
    )
    posted = Decimal(repr(posted or 0.0)).quantize(Decimal("0.01"))
    difference = posted - wanted
    print_figures(
        "Compared with the file",
        [
            (f"sum of “{mapping.compare}”", money(env, wanted)),
            (f"{count:,} posted invoices, excl. VAT", money(env, posted)),
            ("difference", money(env, difference)),
        ],
    )
    return not difference


def _number(text):
    """The number in a cell; 0 where there is none, which the loader reports."""
    try:
        number = Decimal((text or "0").replace(",", "."))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def _day(text):
    return date.fromisoformat(text).isoformat()


if __name__ == "__main__":
    sys.exit(main())
