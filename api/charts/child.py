"""The process that draws. Run as a program of its own: it holds the chart library, 155 MB, and nothing of the service.

It reads orders from the socket that is its standard input, each four bytes of length and JSON, and answers each with
one byte that tells success, four bytes of length, and the picture or the reason. It ends when the other side is gone,
when nothing was ordered for a while, when an order takes too long, or when it needs more memory than it may.
"""

import json
import os
import resource
import select
import signal
import socket
import struct
import sys

import vl_convert

_ORDER = struct.Struct(">I")
_ANSWER = struct.Struct(">?I")
_NICE = 5
"""Pages come before pictures when both want the processor."""


def main() -> None:
    """Draw until the other side, or the work, is gone."""
    limits = json.loads(sys.argv[1])
    _limit(int(limits["memory_bytes"]))
    line = socket.socket(fileno=0)
    # The library takes a second or two for its first picture, which is better spent before anybody waits for one.
    _carry_out({"spec": {"data": {"values": []}, "mark": "point"}})
    while select.select([line], [], [], limits["idle_s"])[0]:
        head = _receive(line, _ORDER.size)
        if head is None:
            return
        order = _receive(line, *_ORDER.unpack(head))
        if order is None:
            return
        # The signals end this process whatever the library is doing, and also when nobody waits for it any longer.
        signal.setitimer(signal.ITIMER_PROF, limits["processor_s"])
        signal.setitimer(signal.ITIMER_REAL, limits["time_s"])
        is_drawn, answer = _carry_out(json.loads(order))
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        line.sendall(_ANSWER.pack(is_drawn, len(answer)) + answer)


def _carry_out(order: dict[str, object]) -> tuple[bool, bytes]:
    try:
        if "spec" in order:
            # Data stands in the specification: no address may be read.
            return True, vl_convert.vegalite_to_svg(json.dumps(order["spec"]), allowed_base_urls=[]).encode()
        return True, vl_convert.svg_to_png(str(order["svg"]), scale=float(str(order["scale"])))
    except ValueError as error:
        return False, str(error).encode()


def _receive(line: socket.socket, size: int) -> bytes | None:
    """So many bytes; None when the other side is gone."""
    parts = bytearray()
    while len(parts) < size:
        part = line.recv(size - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


def _limit(memory_bytes: int) -> None:
    # Of its own data. The address space cannot be bound: the library sets many gigabytes of it aside and uses few.
    for kind, size in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        hard = resource.getrlimit(kind)[1]
        bound = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(kind, (bound, bound))
    os.nice(_NICE)


if __name__ == "__main__":
    main()
