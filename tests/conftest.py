"""What all tests share."""

from hypothesis import settings

# a busy machine is no failure; the same examples every time make a failure one to look into
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
