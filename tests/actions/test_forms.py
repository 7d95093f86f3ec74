"""The form machine over the real definitions: conversations as lists of answers, no I/O, no clock."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.definitions import FOLDER, DefinitionError, all_definitions, load
from actions.forms import State, is_answer
from tests.actions.form_talk import GOOD, ID, OTHER_ID, SPOKEN, Talk

PENSION = ("李秀英", ID, "对", "居民的", "13812345678")


def test_pension_from_first_word_to_done() -> None:
    talk = Talk("pension-certification", "我要认证").say(*PENSION)
    assert talk.said[-1].status == "confirming"
    assert talk.said[-1].params["text"].startswith("我念给您听：给李秀英办居民养老金的认证，身份证尾号1024")
    assert talk.say("对").state.phase == "face"
    assert talk.said[-1].params["simulated"] is True
    assert talk.say("照好了").state.phase == "done"
    assert talk.state.proof["proven"] == "face"


def test_everything_in_one_sentence_out_of_order() -> None:
    text = f"电话是幺三八幺二三四五六七八，居民养老金，身份证号{ID.translate(SPOKEN)}，我叫李秀英"
    talk = Talk("pension-certification", text)
    assert talk.state.values == {
        "name": "李秀英",
        "id_number": ID,
        "pension_kind": "居民养老金",
        "phone": "13812345678",
    }
    assert talk.sentences == ["noted", "read_back_id"]
    assert talk.say("对").state.phase == "confirm"


def test_id_and_phone_in_one_breath_without_words_between() -> None:
    talk = Talk("pension-certification", "我要认证").say(
        "李秀英", f"{ID.translate(SPOKEN)}，幺三九零零零零一一一一"
    )
    assert talk.state.values["id_number"] == ID
    assert talk.state.values["phone"] == "13900001111"


def test_id_in_groups_is_collected_and_a_group_is_no_phone() -> None:
    talk = Talk("pension-certification", "我要认证").say("李秀英", "四二零幺零幺")
    assert talk.said[-1].params["left"] == 12
    talk.say("幺九五八零三二幺幺零二")
    assert "phone" not in talk.state.values
    assert talk.say("四").sentences == ["read_back_id"]
    assert talk.said[0].params["digits"] == " ".join(ID)


def test_read_back_denied_asks_only_the_id_again() -> None:
    talk = Talk("pension-certification", "我要认证").say("李秀英", ID, "不对")
    assert talk.said[-1].params["slot"] == "id_number" and talk.said[-1].params["way"] == "short"
    talk.say(OTHER_ID, "对")
    assert talk.state.values["id_number"] == OTHER_ID and talk.state.values["name"] == "李秀英"


@pytest.mark.parametrize(
    ("text", "intent", "field", "value"),
    [
        ("电话错了，是13911112222", None, "phone", "13911112222"),
        ("手机号不对，应该是幺三九幺幺幺幺二二二二", None, "phone", "13911112222"),
        ("电话是13911112222", "correct_value", "phone", "13911112222"),
        ("不是李秀英，是李秀音", None, "name", "李秀音"),
        ("名字改成李秀音", None, "name", "李秀音"),
        ("养老金种类错了，是职工的", None, "pension_kind", "职工养老金"),
    ],
)
def test_one_value_corrected_at_the_read_back(text: str, intent: str | None, field: str, value: str) -> None:
    talk = Talk("pension-certification", "我要认证").say(*PENSION)
    before = dict(talk.state.values)
    talk.say(text, intent=intent)
    assert talk.state.values == {**before, field: value}
    assert talk.sentences == ["corrected", "confirm"]


def test_name_wrong_without_the_right_one_asks_for_it_and_comes_back() -> None:
    talk = Talk("pension-certification", "我要认证").say(*PENSION, "名字不对")
    assert talk.said[-1].params["slot"] == "name"
    assert talk.say("李秀音").state.phase == "confirm"
    assert talk.state.values["name"] == "李秀音" and talk.state.values["phone"] == "13812345678"


def test_correction_in_the_middle_of_collecting() -> None:
    talk = Talk("pension-certification", "我要认证").say("李秀英", ID, "对", "名字错了，是李秀音")
    assert talk.state.values["name"] == "李秀音"
    assert talk.said[-1].params["slot"] == "pension_kind"


def test_no_at_the_read_back_asks_which_and_takes_label_or_number() -> None:
    for answer in ("电话", "第四个", "4"):
        talk = Talk("pension-certification", "我要认证").say(*PENSION, "不对")
        assert talk.said[-1].sentence == "which_field"
        assert talk.say(answer).said[-1].params["slot"] == "phone"
        assert talk.say("13911112222").state.phase == "confirm"


def test_three_wrong_answers_three_ways_then_a_person() -> None:
    talk = Talk("pension-certification", "我要认证")
    ways = [talk.said[-1].params["text"]]
    for _ in range(2):
        talk.say("不知道")
        assert talk.sentences[0] == "wrong_name"
        ways.append(talk.said[-1].params["text"])
    assert len(set(ways)) == 3
    assert talk.say("不知道").state.reason == "tries"


def test_after_side_questions_the_same_question_comes_back_and_never_a_third_time() -> None:
    talk = Talk("pension-certification", "我要认证").say("李秀英")
    first = talk.said[-1].params["text"]
    assert talk.again().said[-1].params["text"] == first
    for _ in range(3):
        talk.again()
    asked = [
        o.params["text"] for o in talk.heard if o.sentence == "prompt" and o.params["slot"] == "id_number"
    ]
    assert len(asked) == 5 and max(asked.count(t) for t in asked) == 2
    assert talk.say(ID).state.values["id_number"] == ID


def test_back_asks_the_last_value_again() -> None:
    talk = Talk("pension-certification", "我要认证").say("李秀英", ID, "对", "居民的").say("上一步")
    assert talk.said[-1].params["slot"] == "pension_kind"
    talk.say("职工的", "13812345678")
    assert talk.state.phase == "confirm" and talk.state.values["pension_kind"] == "职工养老金"
    assert Talk("pension-certification", "我要认证").say("返回").sentences == ["cannot_go_back", "prompt"]


def test_stop_human_restart() -> None:
    assert (
        Talk("pension-certification", "我要认证").say("算了，不办了", intent="stop").state.reason == "stopped"
    )
    assert Talk("pension-certification", "我要认证").say("不办了").state.reason == "stopped"
    assert Talk("pension-certification", "我要认证").say("转人工", intent="human").state.reason == "human"
    talk = Talk("pension-certification", "我要认证").say("李秀英", "重新开始")
    assert talk.state.values == {} and talk.sentences == ["restarted", "prompt"]


def test_one_time_code_rung() -> None:
    talk = Talk("social-insurance-query", "我社保交了几年").say("李秀英", ID, "对", "13812345678", "可以")
    assert talk.state.values["item"] == "缴了多少年"
    assert talk.said[-1].sentence == "code_sent" and talk.said[-1].params == {
        "tail": "5678",
        "simulated": True,
    }
    assert talk.say("没收到").sentences == ["code_again", "code_sent"]
    talk.world["check_code"] = {"result": "wrong"}
    assert talk.say("一二三四五六").sentences == ["code_wrong", "code_prompt"]
    assert "code" not in talk.state.proof
    talk.world["check_code"] = {"result": "right"}
    assert talk.say("四五六七八九").state.phase == "done"


def test_code_wrong_three_times_is_a_person() -> None:
    talk = Talk("social-insurance-query", "我社保交了几年", {**GOOD, "check_code": {"result": "wrong"}})
    talk.say("李秀英", ID, "对", "13812345678", "可以", "123456", "123456", "123456")
    assert talk.state.reason == "identity"


def test_unknown_resident_asks_which_is_wrong_then_a_person() -> None:
    talk = Talk("village-agent-progress", "代办的事有信儿没", {**GOOD, "identity": {"result": "unknown"}})
    talk.say("李秀英", ID, "对", "南河镇东风村", "危房改造")
    assert talk.said[-1].sentence == "identity_unknown"
    talk.say("名字", "李秀音")
    assert talk.said[-1].sentence.startswith("identity_unknown")
    talk.say("身份证号", OTHER_ID, "对")
    assert talk.state.reason == "identity"


def test_same_sound_is_asked_never_exchanged() -> None:
    talk = Talk("village-agent-progress", "代办的事有信儿没", {**GOOD, "identity": {"result": "same_sound"}})
    talk.say("王州", ID, "对", "南河镇东风村", "危房改造")
    assert talk.said[-1].sentence == "name_same_sound"
    assert talk.say("可以").state.phase == "confirm" and talk.state.values["name"] == "王州"


def test_face_impossible_is_a_home_visit_and_face_failing_can_be_tried_again() -> None:
    assert (
        Talk("pension-certification", "我要认证").say(*PENSION, "对", "照不了").state.reason == "home_visit"
    )
    talk = Talk("pension-certification", "我要认证", {**GOOD, "check_face": {"result": "failed"}})
    assert talk.say(*PENSION, "对", "好了").state.phase == "face_failed"
    talk.world["check_face"] = {"result": "passed"}
    assert talk.say("再试一次", "好了").state.phase == "done"


def test_departments_down() -> None:
    down = {"result": "down"}
    talk = Talk("village-agent-progress", "代办的事有信儿没", {**GOOD, "identity": down})
    talk.say("李秀英", ID, "对", "南河镇东风村", "危房改造", "对")
    assert talk.state.phase == "done" and talk.state.proof["identity"] == "later"
    talk = Talk("pension-certification", "我要认证", {**GOOD, "start_face": down}).say(*PENSION, "对")
    assert talk.said[-1].sentence == "identity_down"
    talk.world["start_face"] = GOOD["start_face"]
    assert talk.say("再试", intent="affirm").state.phase == "face"


def test_only_if_optional_and_dropped_clauses() -> None:
    talk = Talk("suggestion", "我要反映个事").say("路灯坏了没人修", "南河镇东风村", "上个月", "不用")
    assert (
        talk.said[-1].params["text"]
        == "我记的是：南河镇东风村从2026年10月起，路灯坏了没人修，不用回，念得对不对？"
    )
    assert talk.say("对").state.phase == "done"
    talk = Talk("property-registration-progress", "房本啥时候能拿").say("李秀英", ID, "对", "没有单子")
    assert "收件号" not in talk.said[-1].params["text"]


def test_the_matter_itself_as_opening_is_not_asked_again() -> None:
    talk = Talk("suggestion", "我们小区路灯不亮")
    assert talk.state.values == {"content": "我们小区路灯不亮"} and talk.said[-1].params["slot"] == "place"
    for empty in ("我要反映个事", "给政府提个意见", "有个事想找12345说说"):
        assert Talk("suggestion", empty).state.values == {}, empty


def test_a_bare_yes_to_an_open_question_is_no_wrong_answer() -> None:
    talk = Talk("pension-certification", "我要认证").say("好的")
    assert talk.sentences == ["prompt"] and talk.state.wrongs == {}


def test_wait_is_no_digit() -> None:
    talk = Talk("pension-certification", "我要认证").say("李秀英")
    assert not is_answer(talk.state, talk.definition, "等一下", "wait")
    assert talk.say("再说一遍").state.partial == ""


def test_no_error_word_in_meiyou_cuo() -> None:
    assert Talk("pension-certification", "我要认证").say(*PENSION, "没错").state.phase == "face"


def test_a_name_and_a_house_number_hold_no_day() -> None:
    talk = Talk("remote-family-help", "让家里人代办").say("胡婷婷", ID, "对", "徐国庆")
    assert talk.state.values["helper_name"] == "徐国庆" and "until" not in talk.state.values
    talk = Talk("residence-permit", "办居住证").say("胡婷婷", ID, "对", "新办居住证", "东风乡解放路十八号")
    assert talk.state.values["address"] == "东风乡解放路十八号" and "since" not in talk.state.values
    talk = Talk("residence-permit", "办居住证")
    talk.say("胡婷婷", ID, "对", "新办居住证", "解放路十八号，今年三月一号搬来的")
    assert talk.state.values["address"].startswith("解放路十八号") and talk.state.values["since"] == "2026-03-01"


def test_lunar_date_says_so() -> None:
    talk = Talk("service-appointment", "约一下办护照").say("李秀英", ID, "对", "县政务服务大厅", "正月初八")
    assert talk.sentences == ["wrong_date_lunar", "prompt"]


def test_is_answer_tells_a_side_question_from_a_value() -> None:
    talk = Talk("pension-certification", "我要认证")
    assert is_answer(talk.state, talk.definition, "李秀英")
    assert not is_answer(talk.state, talk.definition, "养老金多久认证一次")
    talk.say("李秀英")
    assert is_answer(talk.state, talk.definition, "四二零幺零幺")
    assert not is_answer(Talk("pension-certification", "我要认证").state, talk.definition, "我要取公积金")


@pytest.mark.parametrize("service", sorted(all_definitions()))
def test_every_service_starts_from_every_opening(service: str) -> None:
    for opening in load(service).opening:
        talk = Talk(service, opening)
        assert talk.said[-1].status in ("collecting", "confirming")
        assert "name" not in talk.state.values, (opening, talk.state.values)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(all_definitions())),
    st.lists(
        st.sampled_from(
            [
                *PENSION,
                "不对",
                "好了",
                "算了吧",
                "不知道",
                "名字不对",
                "上一步",
                "123456",
                "县医院",
                "明天",
                "第一个",
                "？",
                "电话错了",
            ]
        )
        | st.text(max_size=12),
        max_size=25,
    ),
)
def test_no_conversation_asks_a_third_time_in_the_same_words(service: str, texts: list[str]) -> None:
    talk = Talk(service, "办事").say(*texts)
    for way, count in talk.state.said.items():
        assert count <= 2, (way, count)
    assert State.from_json(json.loads(json.dumps(talk.state.as_json()))) == talk.state


def test_a_new_service_is_one_file(tmp_path: Path) -> None:
    for file in FOLDER.glob("*.yml"):
        shutil.copy(file, tmp_path)
    text = (
        (FOLDER / "suggestion.yml").read_text(encoding="utf-8").replace("id: suggestion", "id: lost-property")
    )
    (tmp_path / "lost-property.yml").write_text(text.replace("我要反映个事", "我东西丢了"), encoding="utf-8")
    definition = load("lost-property", tmp_path)
    talk = Talk(definition, "我东西丢了").say("丢了个布包", "三路公交车上", "昨天", "要", "13812345678", "对")
    assert talk.state.phase == "done" and talk.state.service == "lost-property"


def test_a_bad_file_says_what_is_wrong(tmp_path: Path) -> None:
    text = (FOLDER / "suggestion.yml").read_text(encoding="utf-8").replace("id: phone", "id: fax")
    (tmp_path / "suggestion.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"(?s)suggestion\.yml.*phone"):
        all_definitions(tmp_path)
