"""The engine: knows no Qt and can be imported from a notebook.

The data's way through it, low to high: ``store``, ``datasets``, ``estimators``, ``evaluation``, ``training``,
``registry``, ``workspace``, ``jobs``. Each may use what stands before it, never what stands after.
"""
