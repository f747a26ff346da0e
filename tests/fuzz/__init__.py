"""A standing fuzz: what our formats look like, damaged by chance, through the functions and commands that meet it.

`python -m tests.fuzz TARGET NUMBER` makes one input again and gives it to its target; with a file's name instead of the
number, that file. What was found once lies under found/, by target, and is tried in every run of the tests.
"""
