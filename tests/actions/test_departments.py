"""The department stubs over their real HTTP interface (in process), faults included."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from actions.definitions import all_definitions
from actions.departments import receipts
from actions.departments.app import DEPARTMENTS, build
from actions.departments.faults import Faults
from actions.departments.residents import Resident, by_id, residents
from actions.departments.store import Store
from actions.forms import ask, resolve, start, step
from actions.values import id_number

TODAY = date(2026, 11, 25)


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(build(Store(tmp_path / "departments.db"), Faults(), lambda: TODAY))


def who(person: Resident) -> dict[str, str]:
    return {"name": person.name, "id_number": person.id_number, "phone": person.phone}


def pension(person: Resident) -> dict[str, object]:
    return {
        "name": person.name,
        "id_number": person.id_number,
        "prefix": "YLRZ",
        "values": {"pension_kind": person.pension_kind},
    }


def test_residents_are_valid_distinct_and_the_same_every_time() -> None:
    people = residents()
    assert len({p.id_number for p in people}) == len({p.name for p in people}) == len(people) >= 30
    for person in people:
        assert id_number.valid(person.id_number, TODAY)
        assert re.fullmatch(r"154\d{8}", person.phone) and re.fullmatch(r"\d{6}", person.code)
        assert (int(person.id_number[16]) % 2 == 0) == (person.sex == "女")
        assert person.as_dict()["simulated"] is True
    residents.cache_clear()
    assert residents() == people


@pytest.mark.parametrize("service", sorted(all_definitions()))
def test_what_a_resident_would_say_carries_a_form_to_its_end(service: str) -> None:
    definition = all_definitions()[service]
    world = {
        "identity": {"result": "ok"},
        "send_code": {"result": "sent"},
        "check_code": {"result": "right"},
        "start_face": {"result": "started", "session": "s"},
        "check_face": {"result": "passed"},
    }
    for person in [p for p in residents() if service in p.say][:6]:
        say = person.say[service]
        state = start(definition, "办事", today=TODAY)
        for _ in range(30):
            while state.effect:
                state = resolve(state, definition, world[state.effect])
            state = ask(state, definition)
            if state.over:
                break
            answer = {"code": person.code, "collect": say.get(state.asked or "", "")}.get(state.phase, "对")
            state = step(state, definition, answer, today=TODAY)
        assert state.phase == "done", (person.name, state)
        assert set(state.values) == set(say)


def test_every_department_answers_and_lists_the_operations_of_the_services(client: TestClient) -> None:
    for department in DEPARTMENTS:
        health = client.get(f"/{department}/health").json()
        assert health["simulated"] is True
        assert client.get(f"/{department}/openapi.json").json()["info"]["title"].endswith("（模拟）")
    for definition in all_definitions().values():
        for step_ in definition.steps():
            assert step_.operation in client.get(f"/{step_.department.id}/health").json()["operations"]


def test_identity_exact_same_sound_none(client: TestClient) -> None:
    person = next(p for p in residents() if p.name.endswith("洲"))
    check = "/human-resources/identity/check"
    assert client.post(check, json=who(person)).json() == {
        "match": "exact",
        "phone_ok": True,
        "simulated": True,
    }
    alike = {**who(person), "name": person.name[0] + "州", "phone": "13800000000"}
    assert client.post(check, json=alike).json() == {
        "match": "same-sound",
        "phone_ok": False,
        "simulated": True,
    }
    assert client.post(check, json={**who(person), "name": "李四光"}).json()["match"] == "none"
    assert (
        client.post(check, json={**who(person), "id_number": "420101195803211024"}).json()["match"] == "none"
    )


def test_the_same_key_gives_the_same_receipt(client: TestClient) -> None:
    body = {"prefix": "RXGD", "values": {"content": "路灯坏了"}}
    first = client.post("/hotline-12345/tickets", json=body, headers={"Idempotency-Key": "key-00001"})
    again = client.post("/hotline-12345/tickets", json=body, headers={"Idempotency-Key": "key-00001"})
    other = client.post("/hotline-12345/tickets", json=body, headers={"Idempotency-Key": "key-00002"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json()["receipt"] == again.json()["receipt"] != other.json()["receipt"]
    assert receipts.valid(first.json()["receipt"]["number"]) and first.json()["simulated"] is True


def test_once_a_year_whatever_the_key(client: TestClient) -> None:
    body = pension(residents()[0])
    url = "/human-resources/pension-certifications"
    first = client.post(url, json=body, headers={"Idempotency-Key": "key-00001"}).json()
    again = client.post(url, json=body, headers={"Idempotency-Key": "key-00002"}).json()
    assert first["receipt"] == again["receipt"] and again["again"] is True


def test_refusals_are_sentences(client: TestClient) -> None:
    person = residents()[0]
    body = {**pension(person), "name": "李四光"}
    refused = client.post(
        "/human-resources/pension-certifications", json=body, headers={"Idempotency-Key": "key-00001"}
    )
    assert refused.status_code == 409 and "模拟" in refused.json()["reason"]
    assert client.post("/tax/nothing", json=body, headers={"Idempotency-Key": "key-00001"}).status_code == 404
    assert client.post("/tax/medical-payments", json=body).status_code == 422


def test_withdrawn_operations_do_not_stand(client: TestClient) -> None:
    body = pension(residents()[0])
    url = "/human-resources/pension-certifications"
    client.post(url, json=body, headers={"Idempotency-Key": "key-00001"})
    assert client.post("/human-resources/operations/key-00001/withdraw").json()["withdrawn"] is True
    assert client.post(url, json=body, headers={"Idempotency-Key": "key-00002"}).status_code == 201


def test_code_only_after_it_was_sent_and_only_to_the_known_phone(client: TestClient) -> None:
    person = residents()[0]
    body = {"id_number": person.id_number, "phone": person.phone, "code": person.code}
    assert client.post("/one-time-codes/check", json=body).json()["right"] is False
    assert client.post("/one-time-codes/", json={**body, "phone": "13800000000"}).json()["sent"] is False
    assert client.post("/one-time-codes/", json=body).json() == {"sent": True, "simulated": True}
    assert client.post("/one-time-codes/check", json=body).json()["right"] is True
    assert client.post("/one-time-codes/check", json={**body, "code": "000000"}).json()["right"] is False


def test_face_simulator(client: TestClient) -> None:
    for face, result in (("passes", "passed"), ("fails", "failed")):
        person = next(p for p in residents() if p.face == face)
        session = client.post("/face/sessions", json=who(person)).json()["session"]
        assert client.get(f"/face/sessions/{session}").json() == {"result": result, "simulated": True}
    assert client.get("/face/sessions/unknown").status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("down", 503), ("error", 500), ("garbage", 200)])
def test_faults_hit_one_department_and_heal(client: TestClient, kind: str, status: int) -> None:
    assert client.put("/admin/faults/tax", json={"kind": kind}).status_code == 200
    answer = client.get("/tax/health")
    assert answer.status_code == status
    if kind == "garbage":
        with pytest.raises(ValueError, match="Expecting value"):
            answer.json()
    assert client.get("/education/health").status_code == 200
    client.put("/admin/faults/tax", json={"kind": "none"})
    assert client.get("/tax/health").json()["ok"] is True


def test_a_slow_department_has_done_the_work(client: TestClient) -> None:
    client.put("/admin/faults/hotline-12345", json={"kind": "slow", "seconds": 0.01})
    body = {"prefix": "RXGD", "values": {}}
    first = client.post("/hotline-12345/tickets", json=body, headers={"Idempotency-Key": "key-00001"})
    assert first.status_code == 201
    assert client.put("/admin/faults/nowhere", json={"kind": "down"}).status_code == 404
    assert client.put("/admin/faults/tax", json={"kind": "odd"}).status_code == 422


def test_faults_from_the_environment() -> None:
    faults = Faults("tax=down, human-resources=slow:7")
    assert faults.of("tax").kind == "down" and faults.of("human-resources").seconds == 7


def test_by_id() -> None:
    assert by_id(residents()[3].id_number) == residents()[3] and by_id("x") is None


def test_receipt_check_digit_catches_any_single_digit() -> None:
    number = receipts.receipt_number("YLRZ", TODAY, 17)
    assert receipts.valid(number)
    for place in range(4, len(number)):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not receipts.valid(wrong)
