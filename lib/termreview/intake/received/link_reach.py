"""One link asked for its head over the network, only when told to: never at an inner address, never for its content."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urljoin, urlsplit

ANSWERS, GONE, CLOSED, INNER, SILENT = "answers", "gone", "closed", "inner", "silent"
STATES: Final = (ANSWERS, GONE, CLOSED, INNER, SILENT)
_PATIENCE_S, _MOST_HOPS = 8.0, 4
_NOT_THERE = (404, 410)
_MOVED = (301, 302, 303, 307, 308)


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global


def reach(link: str, is_allowed: Callable[[str], bool] = _is_public, patience_s: float = _PATIENCE_S) -> str:
    """Ask one address for its head alone, and say what came of it; redirects are followed, never to an inner address.

    Parameters
    ----------
    is_allowed
        Whether an address of the network may be asked: of a name all of whose addresses are public ones.
    """
    address = link if "://" in link else f"http://{link}"
    try:
        for _ in range(_MOST_HOPS):
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                return SILENT
            port = parts.port or (443 if parts.scheme == "https" else 80)
            known = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
            places = [str(entry[4][0]) for entry in known]
            if not places or not all(map(is_allowed, places)):
                return INNER
            status, moved = _head(places[0], port, address, patience_s)
            if status in _MOVED and moved:
                address = urljoin(address, moved)
                continue
            return ANSWERS if status < 400 else GONE if status in _NOT_THERE else CLOSED
    except (OSError, ValueError, http.client.HTTPException):
        return SILENT
    return SILENT


def _head(place: str, port: int, address: str, patience_s: float) -> tuple[int, str]:
    """The status and the new place that one address answers; asked at the very place that was judged."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, port, timeout=patience_s)
    line = socket.create_connection((place, port), patience_s)
    # A time-out alone bounds the wait for each byte: who gives one now and then would hold us for ever.
    end = threading.Timer(patience_s, lambda: _hang_up(line))
    end.start()
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            line = context.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
            line.do_handshake()
        connection.sock = line
        connection.request("HEAD", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", "")
    finally:
        end.cancel()
        connection.close()
        line.close()


def _hang_up(line: socket.socket) -> None:
    """End one connection from beside: whoever reads of it meets its end."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
