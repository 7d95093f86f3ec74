"""A call to the door of the whole stack: the real engine, actions, departments, ears and voice.

The caller is another process with a SIP stack of its own; it speaks with our voice over telephone sound. What to do
next it reads from the turns' records; what it was told is understood by our ears when the call is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
import soundfile

from assistant.channels.phone.transport import RATE
from assistant.records import Records
from assistant.stack import Stack, free_ports
from audio.models import list_models
from audio.recogniser import hear
from knowledge.store import load_store
from tests.journeys.caller import sound
from tests.journeys.phone_sound import Int16, recording
from tests.journeys.spoken import in_groups
from tests.journeys.talk import spoken_digits

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not any(m.path for m in list_models()), reason="no acoustic model is installed"),
]
CALLER = Path(__file__).with_name("phone_caller.py")
RTP = "33000-33018"
TURN = 60.0
"""Seconds for one turn, from the first word to the record of the reply, on a busy machine."""
TOPIC = "pension-eligibility-certification"
ALIKE = 0.75
"""Of what was heard and the right read-back; with other numbers it is 0.67 at most."""
VOICED = 2
"""How often a number is said before it is typed."""


class Telephone:
    """One call, told step by step what to do."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, records: Records) -> None:
        self._process, self._folder, self._records = process, folder, records

    async def say(self, text: str, rate: float = 1.0) -> dict[str, Any]:
        """Say it; the record of the turn that comes of it."""
        return await self._turn("play", recording(self._folder, text, rate))

    async def press(self, keys: str) -> dict[str, Any]:
        return await self._turn("keys", keys)

    async def do(self, *step: Any) -> None:
        """A step of `phone_caller.py`."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(step).encode() + b"\n")
        await self._process.stdin.drain()

    async def listen(self, *step: Any) -> slice:
        """The samples of the recording that were heard during this step."""
        begun = await self._heard()
        await self.do(*step)
        return slice(begun, await self._heard())

    async def _heard(self) -> int:
        """Samples heard so far, when every step has been done."""
        await self.do("save")
        assert self._process.stdout and await self._process.stdout.readline() == b"saved\n"
        return int(soundfile.info(self._folder / "heard.wav").frames)

    async def _turn(self, *step: Any) -> dict[str, Any]:
        before = self._records.recent(1)
        await self.do(*step)
        async with asyncio.timeout(TURN):
            while (now := self._records.recent(1)) == before:
                await asyncio.sleep(0.2)
        return now[0]


@contextlib.asynccontextmanager
async def call(stack: Stack, folder: Path) -> AsyncIterator[Telephone]:
    """Dial the door; hang up at the end of the block."""
    script = folder / "script.json"
    script.write_text(json.dumps({
        "dial": f"sip:xiangyin@127.0.0.1:{stack.settings.sip_port}", "port": free_ports(1)[0], "rtp": RTP,
        "record": str(folder / "heard.wav"),
    }))  # fmt: skip
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CALLER), str(script), stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        yield Telephone(process, folder, Records(stack.settings.database_url))
    finally:
        assert process.stdin
        process.stdin.close()
        _, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-2000:]


def alike(heard: str, said: str) -> float:
    """How alike two sentences sound, 0-1, tones left aside."""
    return SequenceMatcher(None, syllables(heard), syllables(said), autojunk=False).ratio()


def syllables(text: str) -> list[str]:
    return [syllable[:-1] for syllable in sound(text).split() if syllable[-1].isdigit()]


def test_a_question_and_a_number_by_voice_through_everything(
    stack: Stack, residents: list[dict[str, Any]], tmp_path: Path
) -> None:
    person = next(r for r in residents if r["name"] == "杨雪")
    name, number = str(person["name"]), str(person["id_number"])

    async def scenario() -> tuple[slice, slice]:
        async with call(stack, tmp_path) as phone:
            await phone.do("spoken", 1.0)
            await phone.do("keys", "#")  # the welcome is cut short
            turn = await phone.say("养老金怎么认证")
            if turn["status"] == "clarifying":  # 您是想问…吗
                turn = await phone.say("对")
            assert turn["topic"] == TOPIC
            answer = await phone.listen("spoken", 6.0)
            await phone.do("keys", "#")  # heard enough
            assert (await phone.say("要"))["service"] == "pension-certification"
            await phone.do("spoken", 1.0)
            await phone.do("keys", "#")
            await phone.say(name)
            for _ in range(VOICED):
                await phone.do("quiet", 1.0)
                turn = await phone.say(in_groups(spoken_digits(number)), 0.8)
                if turn["status"] == "confirming":
                    break
                if turn["heard"] == "（name）":  # it was the name that had not been understood
                    await phone.do("quiet", 1.0)
                    await phone.say(name)
            else:
                turn = await phone.press(number.replace("X", "*"))
            assert turn["status"] == "confirming"
            return answer, await phone.listen("quiet", 1.5)

    answer, read_back = asyncio.run(asyncio.wait_for(scenario(), 400.0))
    recorded: Int16 = soundfile.read(tmp_path / "heard.wav", dtype="int16")[0]
    told, entries = hear(recorded[answer], RATE).text, load_store().entries
    assert max(entries, key=lambda topic: alike(told, entries[topic].said)) == TOPIC, told
    told = hear(recorded[read_back], RATE).text
    assert alike(told, f"我念给您听，身份证号是：{number}。对不对？") > ALIKE, told
