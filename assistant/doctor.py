"""Examines this machine: what is there, what is missing, and the one line that mends it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from assistant.channels.phone.door import PhoneSettings
from assistant.channels.phone.standing import OFF, obstacle, standing_at
from assistant.settings import Settings
from assistant.stack import answers, occupied
from audio.echo_devices import echo_mode
from audio.models import find_model
from audio.natural_voice import NaturalVoice
from audio.second_ear import list_ears
from audio.voice import voice_in_use
from knowledge.publishing.status import read_status

LEAST_DISK = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing examined. `optional` things may be missing; the assistant works without and says so."""

    name: str
    good: bool
    found: str
    fix: str = ""
    optional: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """All findings; an examination that breaks is itself a finding."""
    checks: list[tuple[str, Callable[[Settings], Finding]]] = [
        ("主解释器", main_environment),
        ("引擎解释器", engine_environment),
        ("对话模型", engine_model),
        ("嗓子", voice),
        ("语音模型", speech_model),
        ("第二副耳朵", second_ears),
        ("句子编码器", encoder),
        ("知识索引", index),
        ("知识更新", publishing),
        ("声卡", devices),
        ("回声", echo),
        ("端口", ports),
        ("电话", phone),
        ("磁盘", disk),
    ]
    findings = []
    for name, check in checks:
        try:
            findings.append(check(settings))
        except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
            findings.append(Finding(name, False, f"{type(error).__name__}: {error}", "把这一行发给维护的人"))
    return findings


def main_environment(settings: Settings) -> Finding:
    return interpreter("主解释器", str(settings.var / "main" / "bin" / "python"), "3.11")


def engine_environment(settings: Settings) -> Finding:
    return interpreter("引擎解释器", str(settings.var / "engine" / "bin" / "python"), "3.10")


def interpreter(name: str, path: str, wanted: str) -> Finding:
    if not shutil.which(path):
        return Finding(name, False, f"没有 {path}", "make setup")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20).stdout.strip()
    return Finding(name, f" {wanted}." in version, version, "" if f" {wanted}." in version else "make setup")


def engine_model(settings: Settings) -> Finding:
    path = settings.var / "engine-model" / "xiangyin.tar.gz"
    return Finding("对话模型", path.exists(), str(path), "" if path.exists() else "make setup")


def voice(settings: Settings) -> Finding:
    """Which voice speaks, and which stands in."""
    path = shutil.which("espeak-ng")
    if not path:
        return Finding("嗓子", False, "没有 espeak-ng", "apt-get install espeak-ng libespeak-ng1")
    used = voice_in_use()
    if isinstance(used, NaturalVoice):
        return Finding("嗓子", True, f"自然的嗓子 {used.name}，来不及时用 {path}")
    return Finding("嗓子", True, f"{path}；想要自然的嗓子：xiangyin models get voice")


def second_ears(settings: Settings) -> Finding:
    ears = list_ears()
    found = "、".join(ears) or "没有；可以装：pip install faster-whisper，xiangyin models get faster-whisper-base"
    return Finding("第二副耳朵", bool(ears), found, optional=True)


def speech_model(settings: Settings) -> Finding:
    found = find_model("xiangyin-small")
    return Finding("语音模型", found is not None, str(found or "没有"), "" if found else "make setup")


def encoder(settings: Settings) -> Finding:
    path = settings.var / "models" / "encoder"
    return Finding("句子编码器", path.exists(), str(path), "" if path.exists() else "make setup")


def index(settings: Settings) -> Finding:
    path = settings.var / "knowledge" / "current"
    return Finding("知识索引", path.exists(), str(path), "" if path.exists() else "make setup")


def publishing(settings: Settings) -> Finding:
    """Whether the authors' last edits are live; a broken one leaves the old version live, so it is optional."""
    name, status = "知识更新", read_status(settings.var / "knowledge")
    if status is None:
        return Finding(name, True, "还没有发布过，用的是安装时的内容")
    if status.error:
        return Finding(name, False, status.error, "./xiangyin knowledge publish", optional=True)
    if status.held:
        found = f"{len({held.item for held in status.held})} 处改动没有生效，用的是旧版本：{status.held[0]}"
        return Finding(name, False, found, "改好这一行再存；./xiangyin knowledge status 看全部", optional=True)
    return Finding(name, True, f"改动都已生效（{status.at}）")


def devices(settings: Settings) -> Finding:
    try:
        import sounddevice
    except OSError:
        return Finding("声卡", False, "没有 PortAudio 库", "apt-get install libportaudio2", optional=True)
    heard = [d["name"] for d in sounddevice.query_devices() if d["max_input_channels"]]
    fix = "" if heard else "接上麦克风和喇叭，或者只用网页和电话"
    return Finding("声卡", bool(heard), "、".join(heard) or "没有麦克风", fix, optional=True)


def echo(settings: Settings) -> Finding:
    """Which way our own voice is kept out of the microphone; chosen by XIANGYIN_ECHO, else by what is there."""
    found = {
        "system": "系统的回声消除（PulseAudio/PipeWire 的 echo-cancel）",
        "own": "自带的回声消除",
        "half_duplex": "说话时不听，按回车打断",
    }[echo_mode()]
    return Finding("回声", True, found, optional=True)


def ports(settings: Settings) -> Finding:
    if answers(f"http://127.0.0.1:{settings.gateway_port}/health"):
        return Finding("端口", True, f"乡音正在 {settings.gateway_port} 上运行")
    wanted = (settings.gateway_port, settings.engine_port, settings.actions_port, settings.departments_port)
    taken = [str(port) for port in wanted if occupied(port)]
    fix = "停掉占用的程序，或者设 XIANGYIN_GATEWAY_PORT 等换端口" if taken else ""
    return Finding("端口", not taken, f"被占用：{'、'.join(taken)}" if taken else "都空着", fix)


def phone(settings: Settings) -> Finding:
    """What the running gateway says of its door; without one, whether the door could be opened now."""
    running = standing_at(settings.gateway_port)
    sip = PhoneSettings.load(settings.sip_port).sip
    if running and running.state != "failed":
        return Finding("电话", True, running.sentence)
    if sip is None:
        return Finding("电话", True, OFF.sentence)
    problem = obstacle(sip)
    if problem:
        return Finding("电话", False, *problem)
    if running:
        return Finding("电话", False, running.sentence, "别的都好了以后，停掉乡音再 make run")
    return Finding("电话", True, f"能在 {sip.address}:{sip.port} 上接电话")


def disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.var if settings.var.exists() else settings.var.parent).free
    fix = "" if free >= LEAST_DISK else f"清理磁盘，至少留 {LEAST_DISK // 1024**3} GB"
    return Finding("磁盘", free >= LEAST_DISK, f"还剩 {free / 1024**3:.1f} GB", fix)
