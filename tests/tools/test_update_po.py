"""Labels that an addon takes over from another one's abstract model are among its own texts."""

import unittest

import polib
import update_po

SALE, CONTRACT = "cn285_sale", "cn285_contract"
OWN = f"{CONTRACT}.selection__cn285_contract_item__timing__advance"
TAKEN = f"{CONTRACT}.selection__sale_order_line__timing__advance"
LATE = f"{CONTRACT}.selection__sale_order_line__timing__arrears"
TAKEN_OVER = [(TAKEN, SALE, "In Advance"), (LATE, SALE, "In Arrears")]


def _exported(entries):
    """A catalogue as Odoo exports it: ``{text: external ids of labels}``."""
    lines = ['msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n']
    for text, names in entries.items():
        places = "".join(f"#: model:ir.model.fields.selection,name:{name}\n" for name in names)
        lines.append(f'#. module: addon\n{places}msgid "{text}"\nmsgstr ""\n')
    return polib.pofile("\n".join(lines))


class TestTakenOver(unittest.TestCase):
    def _placed(self, entries, addon):
        catalogue = _exported(entries)
        update_po.place(catalogue, addon, TAKEN_OVER)
        catalogue = polib.pofile(str(catalogue))
        return {
            entry.msgid: ([place for place, _line in entry.occurrences], entry.comment)
            for entry in catalogue
        }

    def test_they_leave_the_addon_that_is_installed_before(self):
        found = self._placed({"In Advance": [OWN, TAKEN], "In Arrears": [LATE]}, CONTRACT)
        self.assertEqual(found, {"In Advance": ([update_po.LABEL + OWN], "module: addon")})

    def test_they_come_to_the_addon_that_takes_them_over(self):
        found = self._placed({"In Advance": ["cn285_sale.selection__a__b__c"]}, SALE)
        places = ["cn285_sale.selection__a__b__c", TAKEN]
        self.assertEqual(
            found,
            {
                "In Advance": ([update_po.LABEL + name for name in places], "module: addon"),
                "In Arrears": ([update_po.LABEL + LATE], "module: cn285_sale"),
            },
        )
        again = self._placed({"In Advance": [TAKEN], "In Arrears": [LATE]}, SALE)
        self.assertEqual(again["In Advance"][0], [update_po.LABEL + TAKEN])

    def test_other_addons_have_nothing_of_them(self):
        self.assertEqual(self._placed({}, "cn285_usage"), {})
