"""Questions made harder stay questions: other words, the same meaning, the same ones every time."""

from __future__ import annotations

import random

from assistant.harder import NOISES
from dialects.normalise import normalise
from dialects.packs import load_pack
from dialects.wording import in_dialect

QUESTION = "我儿子在外面打工，孩子怎么在这里上学"


def test_homophones_change_words_but_not_the_number_of_characters() -> None:
    first, again = NOISES["homophone"](), NOISES["homophone"]()
    heard = [first(QUESTION, "mandarin")["text"] for _ in range(20)]
    assert heard == [again(QUESTION, "mandarin")["text"] for _ in range(20)]
    assert any(text != QUESTION for text in heard) and {len(text) for text in heard} == {len(QUESTION)}


def test_dialect_words_go_through_all_packs_and_leave_dialect_questions_alone() -> None:
    harder = NOISES["dialect"]()
    asked = [harder(QUESTION, "mandarin") for _ in range(8)]
    assert len({fields["dialect"] for fields in asked}) == 8 and any(fields["text"] != QUESTION for fields in asked)
    assert harder("娃儿咋个读书嘛", "sichuan") == {"text": "娃儿咋个读书嘛", "dialect": "sichuan"}


def test_a_pack_takes_back_what_it_put_into_dialect() -> None:
    pack = load_pack("cantonese")
    text = in_dialect(QUESTION, pack, 1.0, random.Random(1))
    assert text != QUESTION and normalise(text, pack).text == QUESTION


def test_what_was_said_over_the_telephone_is_heard_again() -> None:
    fields = NOISES["8k-tts"]()("我要办养老金资格认证", "mandarin")
    assert "认证" in fields["heard"].text and fields["dialect"] == "mandarin"
