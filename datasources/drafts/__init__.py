"""Drafts at work: edits and their undoing, rows in an order, finding, merging. Nothing here waits.

A draft is a version from the archive (`open_sheet`) with the rows that differ laid over it. Every
change goes through `Step`, which checks the rows it touches by the rules of an upload, writes them,
and logs them so that they can be undone.
"""
