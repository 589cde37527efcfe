from . import dunning_decision
