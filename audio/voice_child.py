"""One sentence, one process: pyttsx3 speaks into a file. Started by audio.voice, which watches it.

Alone in its file, without our packages, so that it starts fast and its death harms nobody: pyttsx3 dies in
threads and may return before its file exists (stack.md §0), so the end of the utterance is waited for.
Standard input: one JSON object {text, voice, rate, volume, file}. Exit: 0 written, 3 no such voice, 4 not
finished or no sound, anything else: the engine failed, reason on standard error.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

NO_VOICE, NO_SOUND = 3, 4
_WAV_HEADER = 44  # bytes
_PATIENCE = 8.0  # seconds after the engine returned


def main() -> int:
    job = json.load(sys.stdin)
    import pyttsx3

    engine = pyttsx3.init("espeak")
    finished = threading.Event()
    engine.connect("finished-utterance", lambda **_: finished.set())
    engine.setProperty("voice", job["voice"])
    engine.setProperty("rate", job["rate"])
    engine.setProperty("volume", job["volume"])
    engine.save_to_file(job["text"], job["file"])
    engine.runAndWait()
    finished.wait(_PATIENCE)
    if not str(engine.getProperty("voice")).endswith(job["voice"]):  # properties are set in runAndWait
        return NO_VOICE  # an unknown voice is no error to pyttsx3: the English one has read it
    file = Path(job["file"])
    return 0 if finished.is_set() and file.exists() and file.stat().st_size > _WAV_HEADER else NO_SOUND


if __name__ == "__main__":
    sys.exit(main())
