"""Chips: what a design costs, yields and computes, and how it becomes recipes."""
