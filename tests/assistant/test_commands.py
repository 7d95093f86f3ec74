"""Commands that cannot go on say one sentence and end with a code, before anything is started."""

import sys

import pytest
from typer.testing import CliRunner

from assistant.cli import __main__ as commands
from audio import devices

DIALECTS = (["talk"], ["terminal"], ["speak", "你好"], ["ask", "--text", "你好"])


@pytest.mark.parametrize("command", DIALECTS, ids=lambda words: words[0])
def test_a_dialect_that_nobody_made_is_refused_with_those_there_are(command: list[str]) -> None:
    result = CliRunner().invoke(commands.app, [*command, "-d", "klingon"])
    assert result.exit_code == 2
    assert "没有这种方言：klingon" in result.stderr
    assert "sichuan" in result.stderr
    assert "正在启动" not in result.output


def test_speaking_without_a_speaker_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(*_: object) -> None:
        raise devices.DeviceError("no_speaker")

    monkeypatch.setattr(devices, "play", none)
    monkeypatch.setattr(sys, "argv", ["xiangyin", "speak", "你好"])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 1
    assert "没有找到喇叭" in capsys.readouterr().err
