"""Speaking: text in, WAV bytes out (22 050 Hz, mono, int16), sentence by sentence, with the best voice there is.

The natural voice (an extra) speaks where it is installed and keeps up; espeak-ng speaks otherwise, and takes
over when the natural one fails or would come too late. One reply is not spoken in two voices to and fro: once
espeak-ng has taken over, it goes on to the end. Prompts may be kept on disk (`keep`), replies never.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from audio import voice_cache
from audio.espeak_voice import EspeakVoice
from audio.natural_voice import NaturalVoice, natural_voice
from audio.speaking import Manner, Voice, VoiceUnavailable, at_volume, join, seconds_of

__all__ = [
    "Telling", "VoiceUnavailable", "prepare", "save_speech", "sentences_of", "speak", "speak_sentences", "voice_in_use",
]  # fmt: skip

USUAL = Manner()
LONGEST = 60  # characters of one piece
FIRST_PIECE = 14  # characters: with a slow voice the first piece is short, so that it is heard soon
SOON = 1.5  # seconds until the first piece must sound
GAP = 0.8  # seconds of silence between two pieces that people bear

_log = logging.getLogger("xiangyin.voice")


def speak(
    text: str, dialect: str = "mandarin", *, rate: float = 1.0, volume: float = 1.0, keep: bool = False
) -> bytes:
    """One WAV for the whole text, however long it takes; nothing speakable gives a WAV of silence.

    `rate` 1.0 is the usual speed, 0.8 slower; `volume` 1.0 is normal. `keep`: a prompt of ours without
    personal data, to be kept on disk. Raises VoiceUnavailable.
    """
    telling = Telling(dialect, Manner(rate, volume), patient=True, keep=keep)
    pieces = [telling.say(sentence) for sentence in sentences_of(text)]
    return pieces[0] if len(pieces) == 1 else join(pieces)


def speak_sentences(
    text: str, dialect: str = "mandarin", *, rate: float = 1.0, volume: float = 1.0
) -> Iterator[tuple[str, bytes]]:
    """(sentence, WAV) one after the other: the first can be heard while the next is made."""
    telling = Telling(dialect, Manner(rate, volume))
    for sentence in telling.pieces(text):
        yield sentence, telling.say(sentence)


def save_speech(text: str, path: Path | None, *, dialect: str = "mandarin", rate: float = 1.0) -> bytes:
    """The WAV bytes, also written to `path` when one is given."""
    sound = speak(text, dialect, rate=rate)
    if path is not None:
        path.write_bytes(sound)
    return sound


def prepare(prompts: Iterable[str], dialect: str = "mandarin", *, rate: float = 1.0) -> int:
    """Render fixed prompts ahead into the cache; returns how many pieces there are now.

    A sentence that fails is logged and left out.
    """
    ready = 0
    for prompt in prompts:
        telling = Telling(dialect, Manner(rate), patient=True, keep=True)
        for piece in telling.pieces(prompt):
            try:
                telling.say(piece)
                ready += 1
            except VoiceUnavailable as error:
                _log.warning("not rendered ahead: %s: %s", piece, error.detail)
    return ready


def voice_in_use(dialect: str = "mandarin") -> Voice:
    """The voice that speaks this dialect when nothing goes wrong."""
    natural = natural_voice()
    return natural if natural is not None and natural.speaks(dialect) else EspeakVoice()


class Telling:
    """One text being spoken in one manner. Not safe for two threads at once.

    `patient`: nobody waits, so the natural voice may take its time. `clock` in seconds.
    """

    def __init__(
        self,
        dialect: str = "mandarin",
        manner: Manner = USUAL,
        *,
        patient: bool = False,
        keep: bool = False,
        natural: NaturalVoice | None = None,
        plain: Voice | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dialect, self._manner, self._keep = dialect, manner.within_reach(), keep
        self._patient, self._clock = patient, clock
        natural = natural or natural_voice()
        self._natural = natural if natural is not None and natural.speaks(dialect) else None
        self._plain: Voice = plain or EspeakVoice()
        self._due = clock() + SOON  # when the next piece must be ready
        self._begun = False

    def pieces(self, text: str) -> list[str]:
        """Sentences; the first one shorter where the natural voice has to make it."""
        sentences = sentences_of(text)
        if self._natural is None or not sentences or len(sentences[0]) <= FIRST_PIECE:
            return sentences
        cut = _first_pause(sentences[0])
        return [sentences[0][:cut], sentences[0][cut:], *sentences[1:]] if cut else sentences

    def say(self, sentence: str) -> bytes:
        """The WAV of one sentence. Raises VoiceUnavailable when no voice can say it."""
        sound = self._naturally(sentence) if self._natural else None
        if sound is None:
            sound = self._with(self._plain, sentence)
        now = self._clock()
        self._due = max(now, self._due if self._begun else now) + seconds_of(sound)
        self._begun = True
        return at_volume(sound, self._manner.volume)

    def _naturally(self, sentence: str) -> bytes | None:
        """The sentence in the natural voice, None when espeak-ng must say it, now and from now on."""
        voice, rate = self._natural, self._manner.rate
        assert voice is not None
        key = voice.key(sentence, self._dialect, rate)
        if not key:
            return join([])
        sound = voice_cache.kept(key)
        if sound is not None:
            return sound
        room = self._due + (GAP if self._begun else 0.0) - self._clock()
        try:
            if self._patient:
                return self._with(voice, sentence)
            if voice.expected(sentence) <= room:
                return voice.render_within(sentence, rate, room + GAP)
            voice.too_slow()
        except VoiceUnavailable as error:
            _log.warning("the plain voice takes over: %s", error.detail)
        self._natural = None
        return None

    def _with(self, voice: Voice, sentence: str) -> bytes:
        key = voice.key(sentence, self._dialect, self._manner.rate)
        if not key:
            return join([])
        sound = voice_cache.kept(key)
        if sound is None:
            sound = voice.render(sentence, self._dialect, self._manner.rate)
            if self._keep:
                voice_cache.keep(key, sound)
        return sound


def sentences_of(text: str) -> list[str]:
    """Cut after 。！？； and line ends; a sentence over LONGEST characters also after a comma."""
    sentences = [part.strip() for part in re.findall(r"[^。！？!?；;\n]+[。！？!?；;]*", text)]
    return [piece for sentence in sentences if re.search(r"\w", sentence) for piece in _shorter(sentence)]


def _shorter(sentence: str) -> Iterator[str]:
    rest = sentence
    while len(rest) > LONGEST:
        cut = max(rest.rfind(mark, LONGEST // 3, LONGEST) for mark in "，、：,") + 1 or LONGEST
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _first_pause(sentence: str) -> int:
    """Where to cut a long first sentence: after the first comma that leaves something to say; 0 for nowhere."""
    pause = re.search(r"(?<=.{3})[，：,](?!\d)", sentence[:-2])
    return pause.end() if pause else 0
