"""What weighs on ratings beside the charge model: the aspects, and the phases they are asked in.

No model is defined here. The aspects in their order stand in ``models/rating_aspects.py``.
"""


class RatingAspect:
    """One thing that weighs on ratings: an allowance, a pool, the bounds of a period, a discount.

    ``cn285.billing.schedule`` asks all aspects, in the order of their list, in each of these
    phases. An aspect answers those that concern it; all others do nothing, as here.

    ====================== ========================================= ===========================
    phase                  what is asked                             of several answers
    ====================== ========================================= ===========================
    ``levels``             what is rated before what                 the highest level of an item
    ``early``              what is rated before its period is over   all
    ``held_back``          what is not rated yet, although it is due all
    ``needs``              how a calculator's metrics are measured   the first
    ``prepare``            what rows will look up, for all of them   (each by itself)
    ``order``              in which order rows are rated             one after the other
    ``has_nothing``        whether a row has nothing to rate at all  any
    ``rate_calculator``    a row by one calculator                   the first
    ``adjust``             a row when its calculators have rated it  one after the other
    ``stored``             ratings of waiting rows were stored       (each by itself)
    ``differences_stored`` differences to billed rows were stored    (each by itself)
    ``affected``           what depends on rows that change          one after the other
    ====================== ========================================= ===========================

    The phases before there is a batch are static. For the others an object is made for each batch,
    a ``RatingBatch``, and may keep what it works out for it. ``prepare``,
    ``stored``, ``differences_stored`` and the static ones are set-based: their number of queries
    must not depend on the number of rows. ``needs``, ``has_nothing``, ``rate_calculator`` and
    ``adjust`` are asked for tens of thousands of rows and touch no table.

    Another addon adds an aspect in its ``_rating_aspects``, see :func:`placed`.
    """

    # Whether plain rows (``rating_plain.py``) are none of its business: then ``needs``,
    # ``has_nothing``, ``rate_calculator`` and ``adjust`` are not asked about them. Where one aspect
    # does not say so, no row is taken for plain.
    _leaves_plain = False

    # === WHICH ROWS === #

    @staticmethod
    def levels(schedules, company):
        """Items of the company whose rows are rated when those of lower levels are stored.

        :returns: ``{item id: level}``, from 1 up; items not named are of level 0
        """
        return {}

    @staticmethod
    def early(rows):
        """Those of these waiting rows that may be rated though their period is not over."""
        return rows.browse()

    @staticmethod
    def held_back(rows):
        """Those of these waiting rows that a run leaves alone, whatever their period."""
        return rows.browse()

    # === MEASURING AND RATING A BATCH === #

    def needs(self, row, batch, recipe):
        """How the metrics of a recipe are measured for a row: arguments of ``_measure``, or None.

        None: as the next aspect says, in the end ``recipe.needs``.
        """

    def prepare(self, rows, batch):
        """Work out what rating the rows one by one will look up; they have been measured."""

    def order(self, rows, batch):
        """The rows in the order in which they are rated; they come in order of time."""
        return rows

    def has_nothing(self, row, batch):
        """Whether there is nothing to rate of a row: all that was billed of it is taken back."""
        return False

    def rate_calculator(self, row, batch, calculator_id, recipe):
        """The outcomes of a row by one calculator, a list of ``Outcome``, or None.

        None: as the next aspect says, in the end as ``cn285.billing.schedule._rate_alone`` has it.

        :param recipe: how the calculator rates, a ``Recipe``
        :raises UsageError: when it cannot be rated; the row's contract is set aside
        """

    def adjust(self, row, batch, outcomes):
        """Change the outcomes of a row, each by its ``rating``, when all calculators have rated."""

    # === AFTERWARDS === #

    def stored(self, batch):
        """Ratings of the batch's waiting rows were stored: note, or mark, what follows of them."""

    def differences_stored(self, batch):
        """Differences of the batch's billed rows were stored, if there were any."""

    @staticmethod
    def affected(rows):
        """Billed rows whose amounts depend on these rows, whose usage has changed."""
        return rows.browse()


def answering(aspects, phase):
    """Those of the aspects that answer in a phase: tens of thousands of rows ask no others.

    :param phase: the name of a method of :class:`RatingAspect`
    """
    says_nothing = getattr(RatingAspect, phase)
    return [aspect for aspect in aspects if getattr(type(aspect), phase) is not says_nothing]


def placed(aspects, aspect, *, before):
    """The aspects with one more, in front of another one::

        def _rating_aspects(self):
            return placed(super()._rating_aspects(), RoundingAspect, before=DiscountAspect)

    :param aspects: a sequence of classes
    :raises ValueError: when ``before`` is not among them
    """
    place = aspects.index(before)
    return (*aspects[:place], aspect, *aspects[place:])
