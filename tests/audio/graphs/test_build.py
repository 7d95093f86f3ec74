"""Graphs from few phrases, decoded with the shipped model and espeak-ng as the speaker."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import vosk

from audio.acoustic.distortion import telephone, to_int16
from audio.acoustic.synthetic_voices import espeak
from audio.graphs.build import ACOUSTIC, choice_model
from audio.recogniser import joined

ROOT = Path(__file__).resolve().parents[3]
PHRASES = (
    "我要办养老金资格认证", "我想查一下社保缴费", "居民医保怎么交费", "身份证丢了怎么补办", "公积金提取要什么材料",
    "居住证到期了怎么办", "我要交合作医疗", "老年人优待证在哪里办", "违章罚款在哪里交", "残疾人补贴怎么申请",
    "新生儿怎么上户口", "我要换驾驶证", "房产证办好了没有", "孩子上小学要什么条件", "营业执照怎么变更",
    "低保怎么申请", "失业金怎么领", "结婚登记要带什么", "高龄津贴多少钱一个月", "法律援助在哪里申请",
)  # fmt: skip
SPOKEN = {
    "我要办养老金资格认证": "wo3 yao4 ban4 yang3 lao3 jin1 zi1 ge2 ren4 zheng4",
    "身份证丢了怎么补办": "shen1 fen4 zheng4 diu1 le5 zen3 me5 bu3 ban4",
    "低保怎么申请": "di1 bao3 zen3 me5 shen1 qing3",
}

pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


@pytest.fixture(scope="module")
def open_model(tmp_path_factory: pytest.TempPathFactory) -> vosk.Model:
    folder = tmp_path_factory.mktemp("open")
    command = [
        sys.executable,
        "-m",
        "audio.graphs.build",
        "--kind",
        "open",
        "--phrases",
        "--background",
        "1500",
    ]
    subprocess.run(
        [*command, "--out", str(folder)], input="\n".join(PHRASES), text=True, check=True, cwd=ROOT
    )
    vosk.SetLogLevel(-1)
    return vosk.Model(str(folder))


@pytest.fixture(scope="module")
def choice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return choice_model(PHRASES, tmp_path_factory.mktemp("choice"))


@pytest.mark.parametrize("text", SPOKEN)
@pytest.mark.parametrize("narrow", [False, True], ids=["16 kHz", "8 kHz A-law"])
def test_open_graph_hears_domain_phrases(open_model: vosk.Model, text: str, narrow: bool) -> None:
    assert heard(open_model, SPOKEN[text], narrow) == text


def test_choice_hears_a_phrase_of_the_list_a_command_and_nothing(choice_folder: Path) -> None:
    model = vosk.Model(str(choice_folder))
    assert heard(model, SPOKEN["低保怎么申请"]) == "低保怎么申请"
    assert heard(model, "zai4 shuo1 yi2 bian4") == "再说一遍"
    assert heard(model, "") == ""


def test_an_unchanged_list_is_not_built_again(choice_folder: Path) -> None:
    graph = choice_folder / "graph" / "HCLG.fst"
    before = graph.stat().st_mtime_ns
    assert choice_model(PHRASES, choice_folder.parent) == choice_folder
    assert graph.stat().st_mtime_ns == before
    assert (choice_folder / "am").resolve() == (ACOUSTIC / "am").resolve()
    assert graph.stat().st_size < 2_000_000


def test_recogniser_output_has_no_internal_symbols(open_model: vosk.Model) -> None:
    assert "#0" not in heard(open_model, "jin1 tian1 tian1 qi4 zen3 me5 yang4")


def heard(model: vosk.Model, pinyin: str, narrow: bool = False) -> str:
    silence = np.zeros(8000, np.float32)
    speech = espeak(pinyin, "", 150, 50) * np.float32(0.6) if pinyin else silence
    sound = np.concatenate([silence, speech, silence]).astype(np.float32)
    sound += np.random.default_rng(0).normal(0, 5e-4, sound.size).astype(np.float32)
    recogniser = vosk.KaldiRecognizer(model, 16_000)
    recogniser.AcceptWaveform(to_int16(telephone(sound) if narrow else sound).tobytes())
    return joined([json.loads(recogniser.FinalResult())["text"]])
