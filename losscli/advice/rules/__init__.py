"""The rules of advice: a new one is a function here, and a pair of files in tests/advice."""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
