"""Choosing a whole utterance from a closed list, and refusing what is not on it.

    python -m bench.lists MANIFEST [--words SOURCE] [--strangers MANIFEST] [--channel 16k,8k-alaw] [--every N]

All sentences of the manifest make one list, those of the source named by ``--words`` (single words) another, each
as a graph of its own, with the fillers that are shipped. Right: the very text, or (``by sound``) the same toneless
syllables, since 语音 and 语言 are two words to a list and hardly to an ear. Strangers are recordings of other
sentences: they are refused when nothing or an unknown word is heard, upon which the recogniser opens its ears.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import vosk

from audio.acoustic.corpus import read_manifest
from audio.evaluation import CHANNELS, Channel, through
from audio.files import read_audio
from audio.graphs.build import choice_model
from audio.hearing import SAMPLE_RATE
from audio.recogniser import UNKNOWN, joined
from audio.resampling import resample, to_int16
from audio.scores import syllables

MARGIN = np.zeros(SAMPLE_RATE // 5, np.float32)  # silence on both sides: single words are cut close
Spoken = tuple[Path, str]


def main() -> None:
    """Command line; one JSON line a list and channel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--words", default="DSPSpeech", help="source of single words, a list of their own")
    parser.add_argument("--strangers", type=Path, help="manifest of sentences that are on neither list")
    parser.add_argument("--channel", default=",".join(CHANNELS[:2]))
    parser.add_argument("--every", type=int, default=1, help="decode only every n-th recording")
    arguments = parser.parse_args()
    vosk.SetLogLevel(-1)
    words, sentences = _spoken(arguments.manifest, arguments.words)
    strangers = _spoken(arguments.strangers, "")[1] if arguments.strangers else []
    with tempfile.TemporaryDirectory(prefix="xiangyin-lists-") as cache:
        for name, said in (("words", words), ("sentences", sentences)):
            listed = list(dict.fromkeys(text for _, text in said))
            model = vosk.Model(str(choice_model(listed, Path(cache))))
            others = [one for one in strangers if one[1] not in listed]
            for channel in CHANNELS:
                if channel in arguments.channel.split(","):
                    found = measured(model, said[:: arguments.every], others, channel)
                    print(json.dumps({"list": name, "of": len(listed), **found}), flush=True)


def measured(
    model: vosk.Model, said: Sequence[Spoken], others: Sequence[Spoken], channel: Channel
) -> dict[str, object]:
    """Counts: recordings, right, right by sound, strangers and how many of them were refused."""
    heard = [(text, joined([_decoded(model, path, channel)])) for path, text in said]
    strange = [_decoded(model, path, channel) for path, _ in others]
    return {
        "channel": channel,
        "recordings": len(heard),
        "right": sum(got == text for text, got in heard),
        "by_sound": sum(syllables(got) == syllables(text) for text, got in heard),
        "strangers": len(strange),
        "refused": sum(not got or UNKNOWN in got for got in strange),
    }


def _decoded(model: vosk.Model, path: Path, channel: Channel) -> str:
    samples, rate = through(channel, *read_audio(path))
    sound = np.concatenate([MARGIN, resample(samples, rate), MARGIN])
    engine = vosk.KaldiRecognizer(model, SAMPLE_RATE)
    engine.AcceptWaveform(to_int16(sound).tobytes())
    return str(json.loads(engine.FinalResult())["text"])


def _spoken(manifest: Path, words: str) -> tuple[list[Spoken], list[Spoken]]:
    """Recordings with Mandarin pinyin: those of the source `words`, and the others."""
    found: tuple[list[Spoken], list[Spoken]] = ([], [])
    for one in read_manifest(manifest):
        single = bool(words) and one.source.startswith(words)
        found[0 if single else 1].append((Path(one.path), one.text))
    return found


if __name__ == "__main__":
    main()
