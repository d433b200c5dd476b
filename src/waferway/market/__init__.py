"""Concentration and the deal screen."""
