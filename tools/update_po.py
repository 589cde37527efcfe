"""Brings the translations of an addon in line with its source texts.

python tools/update_po.py --database DB [--addon NAME]

DB is a database where the addon is installed as it is now. Its texts are exported to
i18n/NAME.pot and merged into every .po beside it: translations stay, new texts come in empty,
texts that are gone stay at the end (as a help to the translator) until nothing is missing. What
is left to do is printed as file:line: text; the exit code says whether there is any.

Labels of a selection that an addon takes over from another one's abstract model are texts of the
addon that takes them over: Odoo names them after the abstract model's, whose translations are read
before the records are there.
"""

import argparse
import io
import sys

import polib
from check_po import problems
from odoo.tools.translate import trans_export

from odoo_env import environment
from provision import ADDONS, ROOT

# Labels whose fields are of another addon than they are: {external id: (field's addon, text)}.
TAKEN_OVER = """
    SELECT label.module || '.' || label.name, min(field.module), selection.name ->> 'en_US'
      FROM ir_model_data label
      JOIN ir_model_fields_selection selection ON selection.id = label.res_id
      JOIN ir_model_data field
        ON field.res_id = selection.field_id AND field.model = 'ir.model.fields'
     WHERE label.model = 'ir.model.fields.selection' AND label.module LIKE 'cn285%'
     GROUP BY label.module, label.name, selection.id
    HAVING NOT bool_or(field.module = label.module)
     ORDER BY 1
"""
LABEL = "model:ir.model.fields.selection,name:"
# Of the header that Odoo writes, what changes with every export and says nothing.
DATES = ("POT-Creation-Date", "PO-Revision-Date")
FRENCH = {
    "Project-Id-Version": "Odoo Server 19.0",
    "Report-Msgid-Bugs-To": "",
    "Language-Team": "French",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}


def export(database, addon):
    """The addon's texts as a catalogue without translations, without those of tests.

    Raises LookupError when the addon has none, or is not installed there.
    """
    buffer = io.BytesIO()
    with environment(database, commit=False) as env:
        if not trans_export(None, [addon], buffer, "po", env):
            raise LookupError(f"{addon} has no texts in {database}: is it installed there?")
        env.cr.execute(TAKEN_OVER)
        taken_over = env.cr.fetchall()
    template = polib.pofile(buffer.getvalue().decode())
    for name in DATES:
        template.metadata.pop(name, None)
    template.metadata["Content-Transfer-Encoding"] = "8bit"
    for entry in list(template):
        entry.occurrences = [(path, line) for path, line in entry.occurrences if not _test(path)]
        if not entry.occurrences:
            template.remove(entry)
    place(template, addon, taken_over)
    return template


def place(template, addon, taken_over):
    """Moves labels that are taken over into the catalogue of the addon that takes them over.

    :param taken_over: ``[(external id, addon, text)]``, see ``TAKEN_OVER``
    """
    known = {entry.msgid: entry for entry in template}
    for external_id, owner, text in taken_over:
        occurrence = LABEL + external_id, ""
        entry = known.get(text)
        if owner == addon:
            if entry is None:
                entry = known[text] = polib.POEntry(msgid=text, comment=f"module: {addon}")
                template.append(entry)
            if occurrence not in entry.occurrences:
                entry.occurrences.append(occurrence)
        elif entry and occurrence in entry.occurrences:
            entry.occurrences.remove(occurrence)
            if not entry.occurrences:
                template.remove(entry)
                del known[text]


def merge(path, template):
    """Writes the texts of the template into one .po, made (as French) when it is missing."""
    if path.exists():
        catalogue = polib.pofile(str(path))
    else:
        catalogue = polib.POFile()
        catalogue.header = template.header
        catalogue.metadata = dict(FRENCH)
    catalogue.merge(template)
    if not catalogue.untranslated_entries():
        for entry in catalogue.obsolete_entries():
            catalogue.remove(entry)
    active = [entry for entry in catalogue if not entry.obsolete]
    obsolete = catalogue.obsolete_entries()
    catalogue.clear()
    catalogue.extend([*sorted(active, key=lambda entry: entry.msgid), *obsolete])
    catalogue.save(str(path))


def _test(path):
    return path.startswith("code:") and "/tests/" in path


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, help="where the addon is installed")
    parser.add_argument("--addon", default="cn285_contract")
    options = parser.parse_args(arguments)
    folder = ADDONS / options.addon / "i18n"
    try:
        template = export(options.database, options.addon)
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    folder.mkdir(exist_ok=True)
    template.save(str(folder / f"{options.addon}.pot"))
    left = 0
    for path in sorted({folder / "fr.po", *folder.glob("*.po")}):
        merge(path, template)
        for line, text in problems(path):
            left += 1
            print(f"{path.relative_to(ROOT)}:{line}: {text}")
    print(f"{options.addon}: {len(template)} texts, {left} left to do")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
