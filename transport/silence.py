"""Ends connections whose other end has silently gone: no close, no reset, no acknowledgement."""

import socket


def end_silent_connections(listener: socket.socket, seconds: float) -> None:
    """Let the system give up on a peer that has acknowledged nothing for `seconds`. Accepted sockets inherit this.

    A WebSocket finds such a peer by its ping. An event stream cannot ask; it only writes, and without this the system
    goes on sending for a quarter of an hour before it admits that nobody is there. Where the system has no such option
    the call does nothing.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
