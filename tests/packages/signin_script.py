# SPDX-License-Identifier: ISC
"""packaging/debian/tests/signin, which has no suffix, as a module."""

import importlib.machinery
import importlib.util
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def load():
    loader = importlib.machinery.SourceFileLoader("signin", f"{ROOT}/packaging/debian/tests/signin")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("signin", loader))
    loader.exec_module(module)
    return module
