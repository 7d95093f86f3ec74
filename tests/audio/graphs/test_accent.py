"""Accents: probabilities and readings as values; what a dialect's pack does to a graph that is really decoded."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audio.acoustic.units import FINALS, INITIALS
from audio.graphs.accent import LEAST_FAITHFUL, Accent, accent_of, accented, readings_of, shifts_of
from audio.graphs.lexicon import pronunciations
from dialects import sounds
from dialects.overlay import Learned, forget, learned_folder, read_learned, write_learned
from dialects.packs import Reading, SoundShift, load_pack

ROOT = Path(__file__).resolve().parents[3]


def test_packs_and_model_mean_the_same_units() -> None:
    assert (sounds.INITIALS, sounds.FINALS) == (INITIALS, FINALS)


def test_weights_are_probabilities_that_leave_some_for_mandarin() -> None:
    shifts = shifts_of(
        [
            SoundShift("n", "l", 0.3),
            SoundShift("zh", "z", 0.9),
            SoundShift("zh", "j", 0.6),
            SoundShift("h", "∅", 0.2),
            SoundShift("-üan", "-an", 0.5),
            SoundShift("入声", "-ʔ", 0.9),
            SoundShift("tone2", "tone4", 0.6),
        ]
    )
    assert shifts["n"] == (("l", 0.3),)
    assert shifts["h"] == (("", 0.2),) and shifts["van"] == (("an", 0.5),)
    assert set(shifts) == {"n", "zh", "h", "van"}
    assert Accent(shifts).kept("zh") == pytest.approx(LEAST_FAITHFUL)
    assert dict(shifts["zh"])["z"] == pytest.approx(0.95 * 0.9 / 1.5)


def test_a_word_is_read_as_the_dialect_reads_its_characters_and_as_mandarin_after_all() -> None:
    accent = Accent(
        readings=readings_of([Reading("我", "ngo5", "ang", 0.9, ""), Reading("人", "jan4", "yin", 0.8, "")])
    )
    readings = dict(accented("我们", pronunciations("我们"), accent))
    assert readings["ang", "m", "en"] == pytest.approx(-math.log(math.sqrt(0.9)))
    assert readings["uo", "m", "en"] > 2
    assert accented("他们", pronunciations("他们"), accent) == pronunciations("他们")
    assert readings_of([Reading("我", "x", "ngo", 0.9, "")]) == {}


def test_what_was_learnt_goes_over_the_pack_and_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path))
    learned = Learned((SoundShift("n", "l", 0.25),), (Reading("我", "an", "an", 0.5, "从录音学来"),))
    write_learned(learned_folder("sichuan"), learned)
    assert read_learned(learned_folder("sichuan")) == learned
    pack = load_pack("sichuan")
    accent = accent_of(pack, learned)
    assert accent.shifts["n"] == (("l", 0.25),)
    assert accent.readings["我"] == ((("an",), 0.5),)
    assert accent.shifts["zh"] == accent_of(pack).shifts["zh"]
    assert forget("sichuan") and not forget("sichuan")
    assert read_learned(learned_folder("sichuan")) == Learned()


def test_a_pack_with_readings_does_not_shift_them_again() -> None:
    assert load_pack("cantonese").sounds and accent_of(load_pack("cantonese")).shifts == {}


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_dialect_graph_hears_its_own_words_and_sounds(tmp_path: Path) -> None:
    import vosk

    from tests.audio.graphs.test_build import heard

    pack = tmp_path / "packs" / "jin"
    pack.mkdir(parents=True)
    (pack / "pack.yml").write_text(
        "{id: jin, name: 晋语, places: [], models: [], voice: x, greeting: x, licence: x, sources: [x],\n"
        " commands: {affirm: [能行嘞]}}",
        "utf-8",
    )
    (pack / "sounds.tsv").write_text("mandarin\tdialect\tweight\nn\tl\t0.9\nsh\tf\t0.9\n", "utf-8")
    (pack / "readings.tsv").write_text(
        "word\town\tpinyin\tweight\tsource\n甚\tsheng\tsheng\t0.9\tx\n", "utf-8"
    )
    phrases = ["我要办老年证", "水费在哪里交", "要甚材料", "低保怎么申请"]
    command = [sys.executable, "-m", "audio.graphs.build", "--kind", "choice", "--phrases"]
    command += ["--dialect", "jin", "--packs", str(tmp_path / "packs"), "--bare"]
    (pack / "readings.tsv").rename(tmp_path / "readings.tsv")
    models = []
    for name in ("sounds", "readings"):
        out = tmp_path / name
        subprocess.run(
            [*command, "--out", str(out)], input="\n".join(phrases), text=True, check=True, cwd=ROOT
        )
        models.append(vosk.Model(str(out)))
        if name == "sounds":
            (tmp_path / "readings.tsv").rename(pack / "readings.tsv")
    assert heard(models[0], "wo3 yao4 ban4 lao3 lian2 zheng4") == "我要办老年证"
    assert heard(models[0], "fei3 fei4 zai4 la3 li3 jiao1") == "水费在哪里交"
    assert heard(models[0], "neng2 xing2 lei1") == "能行嘞"
    assert heard(models[1], "yao4 sheng4 cai2 liao4") == "要甚材料"
