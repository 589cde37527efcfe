"""From what a cell names (external id, code, name) to records, many cells at a time."""

from collections import defaultdict

from .external_ids import external_name


class References:
    """Finds records by external id, code or name, in one query for many of them.

    What was looked for is remembered, also that it was not found, so :meth:`remember` must be told
    of new records.

    :param external_ids: the ``ExternalIds`` of the load
    :param named_by: ``{model: fields}`` by which cells may name records, beside external ids
    """

    def __init__(self, env, external_ids, named_by):
        self.env = env
        self.external_ids = external_ids
        self.named_by = named_by
        self._found = defaultdict(dict)

    def remember(self, model, text, record_id):
        self._found[model][text] = record_id

    def forget(self, model, text):
        """Look again the next time: a record of that id may have come in since."""
        if self._found[model].get(text, 0) is None:
            del self._found[model][text]

    def forget_model(self, model):
        """Look for all records of a model again: for those of a batch that is done."""
        self._found.pop(model, None)

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
        for name, record_id in self.external_ids.resolve(model, names).found.items():
            self._found[model][names[name]] = record_id

    def _by_full_id(self, model, texts):
        names = defaultdict(set)
        for text in texts:
            if "." in text and " " not in text:
                module, name = text.split(".", 1)
                names[module].add(name)
        for module, some in names.items():
            self._by_ids_of(model, module, some)

    def _by_ids_of(self, model, module, names):
        """By full ids of a module: the company's own first, where it was loaded."""
        found = self.external_ids.resolve(model, names, module).found
        for name, record_id in found.items():
            self._found[model][f"{module}.{name}"] = record_id
        for text in (f"{module}.{name}" for name in names - found.keys()):
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
