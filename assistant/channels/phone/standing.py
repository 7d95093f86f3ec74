"""How the phone door stands, for whoever asks: `/health`, `xiangyin up`, `xiangyin doctor`."""

from __future__ import annotations

import errno
import importlib.util
import socket
from dataclasses import dataclass
from typing import Literal

import httpx

from assistant.channels.phone.sip import SipSettings


@dataclass(frozen=True)
class Standing:
    """`address` and `port` where it listens or should; `why` it failed, a Chinese sentence for the operator."""

    state: Literal["off", "listening", "failed"]
    address: str = ""
    port: int = 0
    why: str = ""

    @property
    def sentence(self) -> str:
        if self.state == "off":
            return "不接电话（XIANGYIN_SIP=off）。"
        if self.state == "listening":
            return f"电话开着：sip:xiangyin@{self.address}:{self.port}"
        return f"电话没有开：{self.why}网页和其他入口照常用。"


OFF = Standing("off")


def standing_at(gateway_port: int) -> Standing | None:
    """What a running gateway of this machine says; None where none answers."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{gateway_port}/health", timeout=2.0, trust_env=False)
        return Standing(**answer.raise_for_status().json()["phone"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def obstacle(sip: SipSettings) -> tuple[str, str] | None:
    """Why the door could not be opened here now, and what mends it (both Chinese); None where it could."""
    if importlib.util.find_spec("baresip") is None:
        return "没有装电话组件（baresip-python）。", "make setup"
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind is socket.SOCK_STREAM:  # calls that ended lately do not hold the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((sip.address, sip.port))
            except OSError as error:
                return refusal(sip, error)
    return None


def refusal(sip: SipSettings, error: OSError) -> tuple[str, str]:
    if error.errno == errno.EADDRINUSE:
        fix = "停掉占用的程序，或者换端口：XIANGYIN_SIP_PORT=5080；不接电话：XIANGYIN_SIP=off"
        return f"{sip.address}的端口{sip.port}已经有程序在用。", fix
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"{sip.address}不是这台机器的地址。", "把 XIANGYIN_SIP 改成这台机器的地址（ip addr 能看到）"
    return f"{sip.address}的端口{sip.port}开不了：{error.strerror}。", "换端口：XIANGYIN_SIP_PORT=5080"
