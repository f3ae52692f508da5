"""Aetheron Desktop: a machine-learning workbench for people with tables."""

__version__ = "0.1.0"
