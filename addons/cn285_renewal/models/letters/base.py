"""What a kind of letter is; no model is here."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Parts(NamedTuple):
    """What stands for the placeholders of a letter, in the language of the reader.

    ``words`` stand within paragraphs; ``blocks`` alone: lists of paragraphs, ``Box`` and ``Facts``
    of ``report.letter_pdf``.
    """

    words: Mapping[str, str]
    blocks: Mapping[str, Sequence[Any]]


class LetterKind:
    """A kind of letter: what it is about, and which placeholders its text may and must have.

    The framed box, its text filled in, is the block ``box`` of every letter that has one.
    """

    #: As it stands in the field ``kind`` of ``cn285.letter.template``.
    name: str
    #: What users read: a text made by ``LazyTranslate``.
    label: Any
    #: ``{placeholder: what it stands for}``, within paragraphs.
    words: Mapping[str, Any]
    #: ``{placeholder: what it stands for}``, each on a line of its own.
    blocks: Mapping[str, Any] = {}
    #: What the law asks of the text: placeholders without which it is not saved.
    required: tuple[str, ...] = ()
    #: The same of the text in the box; none: the letter has no box.
    required_in_box: tuple[str, ...] = ()

    #: Which records such letters are about; one of them is the example of a preview.
    model: str
    domain: Sequence[Any] = ()

    def parts(self, record) -> Parts:
        """What stands for the placeholders in the letter about a record."""
        raise NotImplementedError

    def blanks(self, env) -> Parts:
        """What stands for them where there is no record yet: what each means, in brackets."""
        return Parts(
            {name: f"[{env._(meaning)}]" for name, meaning in self.words.items()},
            {name: [f"[{env._(meaning)}]"] for name, meaning in self.blocks.items()},
        )


def by_name(*kinds: LetterKind) -> dict[str, LetterKind]:
    """The kinds as a table, in their order."""
    return {kind.name: kind for kind in kinds}
