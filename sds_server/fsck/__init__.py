"""Holding what the server keeps against its rows: what is too much, lost, damaged, or can't end.

Everything is read a piece at a time, and every finding is looked at again before it is told, for
the server goes on working meanwhile.
"""

from sds_server.fsck.findings import DAMAGE, LEFTOVER, STUCK, Finding
from sds_server.fsck.run import run

__all__ = ["DAMAGE", "LEFTOVER", "STUCK", "Finding", "run"]
