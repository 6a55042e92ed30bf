"""Holding the files that are kept against their rows: what is lost, damaged, too much, or stuck.

Everything is read a piece at a time, and looked at again before it is told, for the site goes on
working meanwhile.
"""

from datasources.jobs.fsck.findings import DAMAGE, LEFTOVER, STUCK, Finding
from datasources.jobs.fsck.run import run

__all__ = ["DAMAGE", "LEFTOVER", "STUCK", "Finding", "run"]
