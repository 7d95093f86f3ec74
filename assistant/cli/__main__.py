"""Entry point: `python -m assistant.cli`."""

from __future__ import annotations

import sys

import typer

from assistant.cli import comparing, dialects, evaluating, knowing, running, sounding, turning
from assistant.cli.output import FAILED, complain
from assistant.stack import StackError
from audio.devices import DeviceError
from audio.files import AudioFileError
from audio.models import ModelError
from audio.voice import VoiceUnavailable

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="乡音：离线、用嘴说就能办事的政务助手。",
)
for part in (running, turning, sounding, knowing, dialects, evaluating, comparing):
    part.add_to(app)


def main() -> None:
    """Run the command; expected failures are one sentence and exit code 1, never a traceback."""
    try:
        app()
    except (StackError, AudioFileError, DeviceError, ModelError, VoiceUnavailable) as error:
        complain(str(error))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
