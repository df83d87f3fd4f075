"""Cutting a sorted sequence into files so that the cuts depend on its content alone, and an edit moves few of them.

Each entry has a priority, the digest of its key. A sequence that is larger than the target is cut before the entry of
the highest priority (never before the first), and so are the parts, until none is too large. Where the cuts are is
therefore a function of the present entries, whatever was edited before; and an entry whose size changes can
only add or remove cuts within the parts that it stands in.

Said without recursion, which is how it is computed: an entry begins a part if, and only if, all entries around it
that have lower priorities are together, with it, larger than the target.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator import digest


def priority(key: str) -> bytes:
    """Return the priority of an entry with ``key``; greater comes first."""
    return digest.of_bytes(key.encode("utf-8", "surrogatepass"))


def cuts(sizes: Sequence[int], priorities: Sequence[bytes], target: int) -> list[int]:
    """Return, in order, the indexes of the entries before which the sequence is cut; 0 is not among them.

    ``sizes`` and ``priorities`` belong to the same entries; the first priority does not matter.
    """
    ends = [0]
    for size in sizes:
        ends.append(ends[-1] + size)
    found: list[int] = []
    # The entries whose surroundings are still open to the right, from high priority to low: index, priority, and
    # where the surroundings begin.
    still_open: list[tuple[int, bytes, int]] = []
    for index in range(1, len(sizes)):
        while still_open and still_open[-1][1] < priorities[index]:
            other, _, start = still_open.pop()
            if ends[index] - ends[start] > target:
                found.append(other)
        still_open.append((index, priorities[index], still_open[-1][0] if still_open else 0))
    for other, _, start in still_open:
        if ends[-1] - ends[start] > target:
            found.append(other)
    return sorted(found)
