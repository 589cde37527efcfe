from . import test_stories
