"""What holds for all tests.

Nothing is timed: a property is true or false however busy the machine is.
"""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
