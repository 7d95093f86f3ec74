"""Listening on loopback, with a clear sentence when somebody else already does."""

from __future__ import annotations

import socket
import sys

import uvicorn
from fastapi import FastAPI

HOST = "127.0.0.1"


def serve(app: FastAPI, port: int, what: str) -> None:
    """Serve until stopped. Exits with 1 and a sentence on stderr when the port cannot be had."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        print(
            f"{what}起不来：端口 {port} 用不了（{error.strerror}）。多半已经有一份在运行。", file=sys.stderr
        )
        raise SystemExit(1) from error
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
