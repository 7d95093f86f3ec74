"""A sound card that is none: PulseAudio null sinks, a virtual microphone that tests speak into (stack.md §4)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SERVER = [
    "pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "-n", "--log-target=stderr",
    "--load=module-native-protocol-unix auth-anonymous=1",
    "--load=module-null-sink sink_name=speaker rate=16000 channels=1 norewinds=1",
    "--load=module-null-sink sink_name=micfeed rate=16000 channels=1 norewinds=1",
    "--load=module-remap-source master=micfeed.monitor source_name=mic rate=16000 channels=1",
]  # fmt: skip


@dataclass
class SoundCard:
    """`speak_into_microphone` plays a file to whoever records; `record` hears what the speaker plays."""

    environment: dict[str, str]
    server: subprocess.Popen[bytes] = field(init=False)

    def speak_into_microphone(self, wav: Path) -> subprocess.Popen[bytes]:
        return self._start("paplay", "--device=micfeed", "--latency-msec=20", str(wav))

    def record(self, wav: Path) -> subprocess.Popen[bytes]:
        return self._start(
            "parecord", "--device=speaker.monitor", "--rate=16000", "--channels=1", "--format=s16le",
            "--file-format=wav", "--latency-msec=20", str(wav),
        )  # fmt: skip

    def unplug(self) -> None:
        self.server.terminate()
        self.server.wait(10)

    def plug_in(self) -> None:
        """The server, with the same devices each time."""
        self.server = subprocess.Popen(SERVER, env=self.environment, stderr=subprocess.PIPE)
        _until_ready(self.server, self.environment)
        for command in (["set-default-source", "mic"], ["set-default-sink", "speaker"]):
            subprocess.run(["pactl", *command], env=self.environment, check=True, timeout=10)

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=self.environment)


@pytest.fixture
def sound_card(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SoundCard]:
    if not all(shutil.which(program) for program in ("pulseaudio", "pactl", "paplay", "parecord")):
        pytest.skip("needs pulseaudio and pulseaudio-utils")
    pytest.importorskip("sounddevice", reason="needs libportaudio2", exc_type=OSError)
    folder = tmp_path_factory.mktemp("p", numbered=True)
    folder.chmod(0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "LC_ALL": "C"}
    environment.pop("PULSE_SERVER", None)
    card = SoundCard(environment)
    try:
        card.plug_in()
        for name in ("XDG_RUNTIME_DIR", "HOME"):
            monkeypatch.setenv(name, environment[name])
        yield card
    finally:
        if card.server.poll() is None:
            card.unplug()


def _until_ready(server: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
    for _ in range(100):
        asked = subprocess.run(
            ["pactl", "list", "short", "sources"], env=environment, capture_output=True, timeout=10
        )
        if b"mic\t" in asked.stdout:
            return
        if server.poll() is not None:
            break
        try:  # a short wait that ends early when the server dies
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    error = (
        server.stderr.read().decode(errors="replace") if server.poll() is not None and server.stderr else ""
    )
    pytest.fail(f"pulseaudio did not start: {error[-500:]}")
