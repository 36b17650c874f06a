"""Pictures of a dump: the flame graph as a page and as SVG, and the same tree for the viewers that others have.

`tree.py` turns the groups of an account into paths: creation site, outermost to innermost frame, wait reason.
"""
