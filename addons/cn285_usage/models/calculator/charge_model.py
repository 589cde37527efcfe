"""What there is to know of a charge model, but for its arithmetic: that is an engine class."""

from ...engine.tariff import Feed, Usage

# Figures that models read by what they are fed with, besides their own.
FIGURES_OF_FEED = {Feed.quantity: ("allowance_units", "formula")}


class ChargeModelEntry:
    """One charge model; the entries stand in ``charge_model_table.CHARGE_MODELS``.

    It has no state: what it is asked about, it is given as a record of ``cn285.usage.calculator``
    (saved or not). A new charge model is a class of the engine and an entry; fields and their
    places in the form are needed only for figures that no other model has.

    - ``name``: what ``charge_model`` has of it in the database
    - ``label``: what clerks call it
    - ``own_figures``: fields of the calculator that it reads, see :attr:`figures`
    - ``feed``: what its engine class is fed with; pools, formulas, statements and the simulator
      go by that
    - ``has_one_price``: whether each unit costs the same, so that a statement can say how much
    - ``counts_packages``: whether its quantity, for what it triggers, is that of its lines
    - ``tiers_in_percent``: whether the prices of its tiers are percentages
    """

    name = ""
    label = ""
    own_figures = ()
    feed = Feed.quantity
    has_one_price = False
    counts_packages = False
    tiers_in_percent = False

    @property
    def figures(self):
        """Fields of the calculator that it reads: any other would be given by nobody."""
        return (*self.own_figures, *FIGURES_OF_FEED.get(self.feed, ()))

    def make(self, calculator):
        """The engine's charge model with the calculator's figures.

        :returns: None where nothing can be rated before something else has run
        :raises UsageError: when the figures make no model
        """
        raise NotImplementedError

    def missing_figure(self, calculator):
        """What it cannot do without, in a clerk's words; None if nothing is missing."""
        return None

    def texts(self, env):
        """Words for the codes of the engine's lines and notes.

        :returns: ``{code: template}``, with the figures of the step as names; in the place of a
            template may be a function of these figures
        """
        return {}

    # === WHAT WOULD THIS COST === #

    def untried(self, env):
        """Why a price cannot be tried in the calculator's form; None if it can."""
        return None

    def price_bounds(self, calculator):
        """Quantities, beyond those included, at which the price changes."""
        return ()

    def price_steps(self, calculator):
        """``(first quantity, distance)`` of a price that rises in equal steps; None for others."""
        return None

    def curves(self, calculator):
        """Label of each curve to be drawn, and how a quantity becomes usage of it."""
        return [("", Usage.of)]
