"""From what a cell names (external id, code, name) to records, many cells at a time."""

from collections import defaultdict
from urllib.parse import quote


def external_name(text):
    """The name under which a row's id is kept in `ir.model.data`, which takes no blanks."""
    return quote(text, safe="!$&'()*+,/:;=?@[]|")


class References:
    """Finds records by external id, code or name, in one query for many of them.

    What was looked for is remembered, also that it was not found, so :meth:`remember` must be told
    of new records.

    :param named_by: ``{model: fields}`` by which cells may name records, beside external ids
    """

    def __init__(self, env, namespace, named_by):
        self.env = env
        self.namespace = namespace
        self.named_by = named_by
        self._found = defaultdict(dict)

    def remember(self, model, text, record_id):
        self._found[model][text] = record_id

    def forget(self, model, text):
        """Look again the next time: a record of that id may have come in since."""
        if self._found[model].get(text, 0) is None:
            del self._found[model][text]

    def get(self, model, text):
        """Id of the record, None if there is none, a list of ids where several have that name.

        Answers for texts given to :meth:`prepare` only.
        """
        return self._found[model].get(text)

    def prepare(self, model, texts):
        """Look up all ``texts`` that were not looked for yet."""
        known = self._found[model]
        todo = {text for text in texts if text and text not in known}
        if not todo:
            return
        self._by_own_id(model, todo)
        self._by_full_id(model, todo - known.keys())
        for name in self.named_by.get(model, ("name",)):
            self._by_field(model, name, todo - known.keys())
        for text in todo - known.keys():
            known[text] = None

    def _by_own_id(self, model, texts):
        names = {external_name(text): text for text in texts}
        for name, record_id in self.own_ids(model, names).items():
            self._found[model][names[name]] = record_id

    def own_ids(self, model, names):
        """Records that were loaded under these names, as ``{name: id}``."""
        if not names:
            return {}
        # sudo: only administrators read external ids; what is found is searched for again below,
        # by the rights of the user who loads.
        entries = self.env["ir.model.data"].sudo()
        entries = entries.search_fetch(
            [
                ("module", "=", self.namespace),
                ("model", "=", model),
                ("name", "in", list(names)),
            ],
            ["name", "res_id"],
        )
        ids = {entry.name: entry.res_id for entry in entries}
        records = self.env[model].with_context(active_test=False)
        visible = set(records.search([("id", "in", list(ids.values()))]).ids)
        return {name: record_id for name, record_id in ids.items() if record_id in visible}

    def _by_full_id(self, model, texts):
        for text in texts:
            if "." not in text or " " in text:
                continue
            record = self.env.ref(text, raise_if_not_found=False)
            if record and record._name == model and record.has_access("read"):
                self._found[model][text] = record.id

    def _by_field(self, model, name, texts):
        if not texts:
            return
        records = self.env[model]
        domain = [(name, "in", list(texts))]
        if "company_id" in records._fields:
            domain += records._check_company_domain(self.env.company)
        matches = defaultdict(list)
        for record in records.search(domain):
            matches[record[name]].append(record.id)
        for text, ids in matches.items():
            if text in texts:
                self._found[model][text] = ids[0] if len(ids) == 1 else ids
