"""A load is a record: it goes in batches, is kept, tried, and undone."""

import base64
import io
import zipfile
from hashlib import sha256
from unittest.mock import patch

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models import import_load
from ..models.kinds import Column
from .common import PEOPLE as PEOPLE_KIND
from .common import ImportCase

PEOPLE = "id,name,parent\n" + "".join(
    f"P{n},Person {n},{'P1' if n > 1 else ''}\n" for n in range(1, 8)
)
ACCOUNTS = "acc_number,partner\n" + "".join(f"12345-{n},P{n}\n" for n in range(1, 5))
GROUPS = "name,color\nGold,3\n"
BAD = "id,name,phone,street\nA,Ada,+33 1 23 45 67 89,somewhere\nB,Bob,,1 rue\n,Cy,=1+1,2 rue\n"


@tagged("post_install", "-at_install")
class TestImportLoad(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = "base.group_partner_manager"
        cls.helper = new_test_user(
            cls.env, "load_helper", f"cn285_import.group_import_user,{partners}"
        )
        cls.manager = new_test_user(
            cls.env, "load_manager", f"cn285_import.group_import_manager,{partners}"
        )

    def _make(self, files, user=None, **values):
        loads = self.env["cn285.import.load"].with_user(user or self.helper)
        return loads._make(
            [(name, text.encode()) for name, text in files.items()],
            namespace="cn285_test",
            **values,
        )

    def _done(self, files, user=None, **values):
        load = self._make(files, user, **values)
        load._run(commit=False)
        return load

    def _counts(self, load):
        return {
            count.kind: (count.created, count.updated, count.skipped, count.refused)
            for count in load.count_ids
        }

    # --- history -------------------------------------------------------------------------

    def test_what_became_of_it_is_kept(self):
        files = {"people.csv": PEOPLE, "groups.csv": GROUPS, "accounts.csv": ACCOUNTS}
        load = self._done(files)
        self.assertEqual((load.state, load.create_uid), ("done", self.helper))
        self.assertEqual(
            self._counts(load),
            {"groups": (1, 0, 0, 0), "people": (7, 0, 0, 0), "accounts": (4, 0, 0, 0)},
        )
        self.assertEqual((load.row_count, load.rows_done, load.progress), (12, 12, 100.0))
        self.assertEqual(load.made_count, 12)
        self.assertEqual(
            {file.name: file.sha256 for file in load.file_ids},
            {name: sha256(text.encode()).hexdigest() for name, text in files.items()},
        )
        self.assertFalse(any(load.sudo().file_ids.mapped("content")), "what was loaded is dropped")
        again = self._done(files)
        self.assertEqual(self._counts(again)["people"], (0, 0, 7, 0))
        self.assertFalse(again.made_count)

    def test_others_loads_are_for_managers(self):
        load = self._done({"people.csv": BAD})
        other = new_test_user(self.env, "load_other", "cn285_import.group_import_user")
        for record in (load, load.error_ids[0], load.count_ids[0], load.file_ids[0]):
            self.assertTrue(record.with_user(self.manager).has_access("read"))
            self.assertFalse(record.with_user(other).has_access("read"))
            for operation in ("write", "unlink"):
                self.assertFalse(record.with_user(self.manager).has_access(operation))

    # --- rows that were refused ----------------------------------------------------------

    def _unpacked(self, load):
        load = load.with_user(load.create_uid)
        action = load.action_error_file()
        self.assertIn(f"/{load.id}/error_file/", action["url"])
        content = base64.b64decode(load.error_file)
        if not load.error_name.endswith(".zip"):
            return {load.error_name: content.decode("utf-8-sig")}
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}

    def test_error_file_loads_again_and_makes_up_the_whole(self):
        short = ACCOUNTS + "99999-9\n"
        load = self._done({"people-new.csv": BAD, "accounts.csv": short})
        by_line = {(error.file, error.line): error for error in load.error_ids}
        self.assertEqual(by_line["people-new.csv", 2].column, "street")
        files = self._unpacked(load)
        self.assertEqual(sorted(files), ["accounts.csv", "people-new.csv"])
        people = files["people-new.csv"].splitlines()
        self.assertEqual(people[0], "#file,#line,#reason,id,name,phone,street")
        self.assertEqual(len(people), 3)
        # BOB went in; two of people, and five of accounts are in the files: eight in all.
        refused = sum(len(text.splitlines()) - 1 for text in files.values())
        went_in = sum(sum(counts[:3]) for counts in self._counts(load).values())
        self.assertEqual((went_in, refused), (1, 7))
        corrected = files["people-new.csv"].replace("somewhere", "3 rue").replace(",,Cy", ",C,Cy")
        columns = dict(PEOPLE_KIND.columns)
        with patch.dict(PEOPLE_KIND.columns, {**columns, "phone": Column("phone")}):
            again = self._done({"people-new.csv": corrected})
        self.assertFalse(again.error_ids, again.error_ids.mapped("reason"))
        self.assertEqual(self._loaded("A").phone, "+33 1 23 45 67 89")
        self.assertEqual(self._loaded("C").phone, "=1+1")

    def test_unknown_column_refuses_the_whole_load_where_that_is_set(self):
        files = {"groups.csv": "name,colour\nGold,1\n", "people.csv": PEOPLE}
        load = self._done(files, is_strict=True)
        self.assertEqual(load.state, "done")
        self.assertFalse(load.made_count)
        self.assertIn("Nothing was loaded", load.notes)
        self.assertIn("colour", load.error_ids.reason)
        self.assertEqual(self._done(files).made_count, 8)

    # --- batches -------------------------------------------------------------------------

    def test_broken_off_it_goes_on_and_counts_nothing_twice(self):
        """Batches of two rows; the third one breaks."""
        files = {"people.csv": PEOPLE + "P8,,\n", "accounts.csv": ACCOUNTS + "99999-9,P8\n"}
        loader = self.env.registry["cn285.import.loader"]
        planned = loader._planned
        broken = []

        def small(this, *args, **options):
            load, batches = planned(this, *args, **options, size=2)
            run, count = load.run, []

            def breaking(batch):
                count.append(batch)
                if len(count) == 3 and not broken:
                    broken.append(batch)
                    raise ValueError("the machine broke")
                return run(batch)

            load.run = breaking
            return load, batches

        with patch.object(loader, "_planned", small):
            load = self._make(files)
            with self.assertRaisesRegex(ValueError, "broke"):
                load._job_run()
            self.assertEqual((load.state, load.position), ("failed", 2))
            self.assertIn("broke", load.problem)
            done = load.rows_done
            self.assertTrue(0 < done < load.row_count)
            with trap_jobs() as trap:
                load.action_resume()
                trap.assert_jobs_count(1, only=load._job_run)
            load._job_run()
        self.assertEqual((load.state, load.rows_done), ("done", 13))
        self.assertEqual(self._counts(load), {"people": (7, 0, 0, 1), "accounts": (4, 0, 0, 1)})
        # What was refused before the break is known behind it.
        self.assertIn("was refused itself (people.csv, line 9)", load.error_ids[0].reason)
        with self.assertRaisesRegex(UserError, "nothing left"):
            load.action_resume()

    def test_much_is_loaded_by_a_job(self):
        with patch.object(import_load, "AT_ONCE", 5), trap_jobs() as trap:
            load = self._make({"people.csv": PEOPLE})
            self.assertFalse(load._start())
            self.assertEqual((load.state, load.progress), ("waiting", 0.0))
            trap.assert_jobs_count(1, only=load._job_run)
        load._job_run()
        self.assertEqual((load.state, load.made_count), ("done", 7))

    def test_what_was_changed_by_hand_is_compared_again(self):
        self._done({"people.csv": PEOPLE})
        self.env.flush_all()
        person = self._loaded("P2")
        person.name = "By hand"
        self.env.flush_all()
        # Tests have one moment only.
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = write_date + interval '1 hour' WHERE id = %s",
            [person.id],
        )
        self.env.invalidate_all()
        load = self._done({"people.csv": PEOPLE})
        self.assertEqual(self._counts(load), {"people": (0, 1, 6, 0)})
        self.assertEqual(person.name, "Person 2")

    # --- trial and undo ------------------------------------------------------------------

    def test_trial_tells_and_leaves_nothing(self):
        load = self._done({"people.csv": PEOPLE + "P8,,\n"}, is_trial=True)
        self.assertEqual((load.state, load.made_count, load.error_count), ("tried", 0, 1))
        self.assertEqual(self._counts(load), {"people": (7, 0, 0, 1)})
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Person 2")]))
        self.assertFalse(self.env.ref("cn285_test.P2", raise_if_not_found=False))
        load.action_load_tried()
        self.assertEqual((load.state, load.made_count, load.error_count), ("done", 7, 1))
        with self.assertRaises(UserError):
            load.action_load_tried()

    def test_undo_removes_what_it_made_and_nothing_else(self):
        first = self._done({"people.csv": PEOPLE})
        files = {"people.csv": "id,name\nP2,Other\nNEW,New\n", "accounts.csv": ACCOUNTS}
        second = self._done(files)
        self.assertEqual(self._counts(second)["people"], (1, 1, 0, 0))
        with self.assertRaises(AccessError):
            second.action_undo()
        second.with_user(self.manager).action_undo()
        self.assertEqual((second.state, second.made_count, second.undone), ("undone", 0, False))
        self.assertFalse(self.env.ref("cn285_test.NEW", raise_if_not_found=False))
        self.assertEqual(self._loaded("P2").name, "Other", "what it changed stays")
        self.assertEqual(first.made_count, 7)
        # Odoo deletes no bank account: it archives it.
        self.assertFalse(self._loaded("12345-2").active)
        # Undone and loaded again: it is new.
        self.assertEqual(self._done(files).made_count, 1)

    def test_undo_leaves_what_somebody_changed_or_uses(self):
        load = self._done({"people.csv": PEOPLE, "accounts.csv": ACCOUNTS})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner_bank SET write_date = write_date + interval '1 hour',"
            " write_uid = %s WHERE acc_number = '12345-2'",
            [self.manager.id],
        )
        new_test_user(self.env, "load_used", partner_id=self._loaded("P7").id)
        self.env.invalidate_all()
        load.with_user(self.manager).action_undo()
        self.assertTrue(self._loaded("12345-2").exists())
        self.assertTrue(self._loaded("P2").exists(), "its account stays")
        self.assertTrue(self._loaded("P7").exists(), "a user is it")
        self.assertFalse(self.env.ref("cn285_test.P3", raise_if_not_found=False))
        self.assertIn("has changed it since", load.undone)
        self.assertEqual(load.made_count, len({"12345-1", "12345-2", "P1", "P2", "P7"}))

    def test_names_of_loads_go_with_the_addon(self):
        from ..uninstall import forget_imported

        loads = self.env["cn285.import.load"].with_user(self.helper)
        loads._make([("people.csv", PEOPLE.encode())], namespace="telco")._run(commit=False)
        self.assertTrue(self.env.ref("telco.P1"))
        forget_imported(self.env)
        self.assertFalse(self.env["ir.model.data"].search([("module", "=", "telco")]))
        self.assertTrue(self.env["res.partner"].search([("name", "=", "Person 1")]))
