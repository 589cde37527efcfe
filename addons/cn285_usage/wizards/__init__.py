from . import smartcode_replay, usage_estimate_line, usage_import
