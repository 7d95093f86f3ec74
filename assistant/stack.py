"""Starts, watches and stops the processes behind the assistant (DESIGN §2).

`Stack` runs departments, actions and engine (and the gateway for `xiangyin up`) as children with logs in
`var/logs`. A child that ends is restarted with growing pauses; the stack is ready only when a canary turn went
through all of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import httpx

from assistant.engine import Engine, EngineError
from assistant.settings import ROOT, Settings

BACK_OFF = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the first, second … restart of a child that keeps ending."""
GIVE_UP_AFTER = 4
"""A part that ended so many times before it ever answered will not come up: starting says so instead of waiting."""
STEADY_SECONDS = 60.0
"""A child that lived this long starts its back-off again from the beginning."""
FRUGAL = {"MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}
"""glibc gives back what loading freed: 134 MB less for the engine, 25 for actions. Not where sound is recognised,
whose many middle-sized buffers would each be mapped anew."""


class StackError(RuntimeError):
    """A part could not be started; the message is a Chinese sentence for the operator."""


@dataclass(frozen=True)
class Part:
    """One child process: its command, extra environment, and the address that answers once it is up.

    Without an address it listens nowhere and nobody waits for it.
    """

    name: str
    command: Sequence[str]
    health: str
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Child:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0


def parts(settings: Settings, gateway: bool) -> list[Part]:
    """The processes in the order of starting (they come up at the same time)."""
    var = settings.var
    main, rasa = str(var / "main" / "bin" / "python"), str(var / "engine" / "bin" / "rasa")
    shared = {
        "PYTHONPATH": str(ROOT),
        "XIANGYIN_VAR": str(var),
        "XIANGYIN_SECRET": settings.secret,
        "XIANGYIN_DEPARTMENTS_PORT": str(settings.departments_port),
        "XIANGYIN_ACTIONS_PORT": str(settings.actions_port),
        "XIANGYIN_ENGINE_PORT": str(settings.engine_port),
        "XIANGYIN_GATEWAY_PORT": str(settings.gateway_port),
        "XIANGYIN_SIP_PORT": str(settings.sip_port),
        "XIANGYIN_ACTIONS_URL": f"{settings.actions_url}/webhook",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # 76 MB of 2,540 less for the whole stack; two cores need no more heaps
        "PYTHONUNBUFFERED": "1",
    }
    rasa_only = json.loads((ROOT / "nlu" / "environment.json").read_text("utf-8"))
    model = str(var / "engine-model" / "xiangyin.tar.gz")
    engine = [
        rasa,
        "run",
        "-i",
        "127.0.0.1",
        "-p",
        str(settings.engine_port),
        "-m",
        model,
        "--endpoints",
        "nlu/endpoints.yml",
        "--credentials",
        "nlu/credentials.yml",
    ]
    children = [
        Part(
            "engine",
            engine,
            f"{settings.engine_url}/ready",
            settings.engine_port,
            {**shared, **rasa_only, **FRUGAL},
        ),
        Part(
            "actions",
            [main, "-m", "actions.server"],
            f"{settings.actions_url}/health",
            settings.actions_port,
            {**shared, **FRUGAL},
        ),
        Part(
            "departments",
            [main, "-m", "actions.departments"],
            f"{settings.departments_url}/health",
            settings.departments_port,
            shared,
        ),
    ]
    if gateway:
        home = f"http://127.0.0.1:{settings.gateway_port}/health"
        children.append(
            Part("gateway", [main, "-m", "assistant.gateway"], home, settings.gateway_port, shared)
        )
    if gateway and os.environ.get("XIANGYIN_WATCH", "1") != "0":
        children.append(Part("authors", [main, "-m", "knowledge.publishing", "watch"], "", 0, shared))
    return children


class Stack:
    """Children of this process. Use as a context manager; leaving it stops them all."""

    def __init__(self, settings: Settings, gateway: bool = False) -> None:
        self.settings = settings
        self._children = [Child(part) for part in parts(settings, gateway)]

    def __enter__(self) -> Stack:
        for child in self._children:
            if child.part.port and occupied(child.part.port):
                raise StackError(
                    f"端口{child.part.port}已经有程序在用（{child.part.name}）。"
                    "可能乡音已经在运行；要么先停掉它，要么换一个端口。"
                )
        for child in self._children:
            self._start(child)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_ready(self, timeout: float = 300.0, tell: Callable[[str], None] = lambda _: None) -> float:
        """Block until every part answers and a canary turn came back; seconds taken. Raises StackError."""
        begun = time.monotonic()
        waiting = {child.part.name: child.part.health for child in self._children if child.part.health}
        while waiting:
            self.watch()
            for name in [n for n, address in waiting.items() if answers(address)]:
                del waiting[name]
                tell(name)
            for child in self._children:
                if child.part.name in waiting and child.failures >= GIVE_UP_AFTER:
                    raise StackError(f"{child.part.name}起不来，日志最后一行：{self._last_words(child)}")
            if time.monotonic() - begun > timeout:
                raise StackError(
                    f"{'、'.join(waiting)}在{timeout:.0f}秒内没有起来，请看{self.settings.var / 'logs'}里的日志。"
                )
            time.sleep(0.2)
        asyncio.run(canary(self.settings))
        return time.monotonic() - begun

    def watch(self) -> list[str]:
        """Restart children that ended, when their pause is over. Names of those restarted."""
        restarted = []
        now = time.monotonic()
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            if child.again_at == 0.0:
                child.failures = 0 if now - child.started > STEADY_SECONDS else child.failures + 1
                child.again_at = now + BACK_OFF[min(child.failures, len(BACK_OFF) - 1)]
            elif now >= child.again_at:
                self._start(child)
                restarted.append(child.part.name)
        return restarted

    def stop(self) -> None:
        """End all children, politely first."""
        alive = [c.process for c in self._children if c.process and c.process.poll() is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        until = time.monotonic() + 5.0
        for process in alive:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def pids(self) -> dict[str, int]:
        """Process ids of the children by name."""
        return {c.part.name: c.process.pid for c in self._children if c.process}

    def _last_words(self, child: Child) -> str:
        log = self.settings.var / "logs" / f"{child.part.name}.log"
        lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
        return next((text.strip() for text in reversed(lines) if text.strip()), "（没有）")[:300]

    def _start(self, child: Child) -> None:
        logs = self.settings.var / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **child.part.environment}
        with (logs / f"{child.part.name}.log").open("ab") as log:
            child.process = subprocess.Popen(
                list(child.part.command),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child.started, child.again_at = time.monotonic(), 0.0


async def canary(settings: Settings) -> None:
    """One turn through engine and actions. Raises StackError when it does not come back."""
    engine = Engine(settings)
    try:
        for attempt in range(3):
            try:
                await engine.turn(
                    f"canary-{os.getpid()}-{attempt}", "你好", f"canary-{attempt}", {"channel": "canary"}
                )
                return
            except EngineError as error:
                last = error.reason
        raise StackError(f"试问一句没有答复（{last}），请看{settings.var / 'logs'}里的日志。")
    finally:
        await engine.close()


def _takes_a_turn(settings: Settings) -> bool:
    try:
        asyncio.run(canary(settings))
    except StackError:
        return False
    return True


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def occupied(port: int) -> bool:
    """Whether something listens on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Loopback ports that are free now, for TCP and for UDP."""
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        while len(ports) < count:
            stream = held.enter_context(socket.socket())
            packets = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            stream.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):  # somebody has this number for UDP: the next one
                packets.bind(stream.getsockname())
                ports.append(stream.getsockname()[1])
    return ports


def on_free_ports(settings: Settings) -> Settings:
    """The same settings for a private stack, which meets no other one: every port is free now."""
    engine, actions, departments, gateway, sip = free_ports(5)
    return replace(
        settings,
        engine_port=engine,
        actions_port=actions,
        departments_port=departments,
        gateway_port=gateway,
        sip_port=sip,
    )


@contextlib.contextmanager
def running_stack(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> Iterator[Settings]:
    """Settings of a stack that answers: the one already up, or a private one on free ports for this block.

    What is up may be another installation's: it looks ready and refuses our secret, so a turn is tried first.
    """
    up = answers(f"{settings.engine_url}/ready") and answers(f"{settings.actions_url}/health")
    if up and _takes_a_turn(settings):
        yield settings
        return
    private = on_free_ports(settings)
    with Stack(private) as stack:
        tell("正在启动对话引擎，约半分钟……")
        stack.wait_ready()
        yield private
