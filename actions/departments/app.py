"""The departments' HTTP: one FastAPI app each with its own OpenAPI, all mounted in one process.

POST /{department}/identity/check              who is it: exact, same-sound or none; is the phone the known one
POST /{department}/{operation}                 hand in, with header Idempotency-Key; 409 when refused
POST /{department}/operations/{key}/withdraw   take back (compensation)
POST /one-time-codes, /one-time-codes/check    simulated codes
POST /face/sessions, GET /face/sessions/{id}   face simulator
GET, PUT /admin/faults[/{department}]          real faults on purpose
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pypinyin import lazy_pinyin
from starlette.concurrency import run_in_threadpool

from actions.definitions import all_definitions
from actions.departments.answers import Refusal, decide, once_key
from actions.departments.faults import Faults, FaultyDepartment
from actions.departments.residents import code_for, residents
from actions.departments.store import Store

DEPARTMENTS = {
    "human-resources": "人力资源和社会保障局",
    "tax": "税务局",
    "medical-security": "医疗保障局",
    "public-security": "公安局",
    "natural-resources": "自然资源局",
    "housing-fund": "住房公积金管理中心",
    "traffic-police": "公安局交通警察支队",
    "market-regulation": "市场监督管理局",
    "education": "教育局",
    "civil-affairs": "民政局",
    "government-service": "政务服务中心",
    "hotline-12345": "12345政务服务便民热线中心",
    "township-service": "乡镇便民服务中心",
}


class Who(BaseModel):
    """A person as a caller says it."""

    name: str
    id_number: str
    phone: str | None = None


class Case(BaseModel):
    """What is handed in: who (unless anonymous), and the values of the service's inputs."""

    name: str | None = None
    id_number: str | None = None
    prefix: str = Field("SL", pattern=r"^[A-Z]{2,6}$")
    values: dict[str, str]


class Code(BaseModel):
    """A phone and, for checking, the six digits said."""

    id_number: str
    phone: str
    code: str = ""


class FaultSetting(BaseModel):
    """none, down, slow, garbage or error."""

    kind: str
    seconds: float = 5.0


def build(store: Store, faults: Faults, today: Callable[[], date] = date.today) -> FastAPI:
    """The whole process: every department, codes, face simulator, faults."""
    root = FastAPI(title="乡音模拟部门", docs_url=None, redoc_url=None)
    for id, name in DEPARTMENTS.items():
        root.mount(f"/{id}", FaultyDepartment(department_app(id, name, store, today), id, faults))
    root.mount("/one-time-codes", FaultyDepartment(codes_app(store), "one-time-codes", faults))
    root.mount("/face", FaultyDepartment(face_app(store), "face", faults))

    @root.get("/health")
    def health() -> dict[str, Any]:
        return {"ok": True, "simulated": True, "departments": list(DEPARTMENTS), "faults": list(faults.all())}

    @root.get("/residents")
    def everybody() -> list[dict[str, Any]]:
        return [r.as_dict() for r in residents()]

    @root.get("/admin/faults")
    def get_faults() -> dict[str, Any]:
        return {d: {"kind": f.kind, "seconds": f.seconds} for d, f in faults.all().items()}

    @root.put("/admin/faults/{department}")
    def set_fault(department: str, setting: FaultSetting) -> dict[str, Any]:
        if department not in (*DEPARTMENTS, "one-time-codes", "face"):
            raise HTTPException(404, f"没有这个部门：{department}")
        try:
            fault = faults.set(department, setting.kind, setting.seconds)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        return {"department": department, "kind": fault.kind, "seconds": fault.seconds}

    return root


def department_app(id: str, name: str, store: Store, today: Callable[[], date]) -> FastAPI:
    """One department."""
    app = FastAPI(title=f"{name}（模拟）", docs_url=None, redoc_url=None)
    operations = {
        step.operation for d in all_definitions().values() for step in d.steps() if step.department.id == id
    }

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"ok": True, "department": name, "operations": sorted(operations), "simulated": True}

    @app.post("/identity/check")
    def check(who: Who) -> dict[str, Any]:
        person = store.person(who.id_number)
        match = "none"
        if person is not None:
            match = "exact" if person.name == who.name else match
            match = "same-sound" if match == "none" and same_sound(person.name, who.name) else match
        phone_ok = person is not None and who.phone in (None, person.phone)
        return {"match": match, "phone_ok": phone_ok, "simulated": True}

    @app.post("/operations/{key}/withdraw")
    def withdraw(key: str) -> dict[str, Any]:
        return {"withdrawn": store.withdraw(id, key), "simulated": True}

    @app.post("/{operation}")
    async def hand_in(
        operation: str, case: Case, idempotency_key: str = Header(min_length=8, max_length=200)
    ) -> JSONResponse:
        if operation not in operations:
            raise HTTPException(404, f"{name}不办这件事：{operation}")
        status, body = await run_in_threadpool(_decide, store, id, operation, case, idempotency_key, today())
        return JSONResponse({**body, "department": name, "simulated": True}, status)

    return app


def codes_app(store: Store) -> FastAPI:
    """Simulated one-time codes: nothing is sent, the code is in the list of residents."""
    app = FastAPI(title="验证码（模拟）", docs_url=None, redoc_url=None)

    @app.post("/")
    def send(code: Code) -> dict[str, Any]:
        person = store.person(code.id_number)
        known = person is not None and person.phone == code.phone
        if known:
            store.code_sent(code.id_number, code.phone)
        return {"sent": known, "simulated": True}

    @app.post("/check")
    def check(code: Code) -> dict[str, Any]:
        sent = store.code_was_sent(code.id_number, code.phone)
        return {"right": sent and code.code == code_for(code.phone), "simulated": True}

    return app


def face_app(store: Store) -> FastAPI:
    """A face simulator that looks at nobody: the result is the one in the list of residents."""
    app = FastAPI(title="刷脸（模拟）", docs_url=None, redoc_url=None)

    @app.post("/sessions")
    def open_session(who: Who) -> dict[str, Any]:
        person = store.person(who.id_number)
        session = uuid.uuid4().hex
        result = "passed" if person is not None and person.face == "passes" else "failed"
        store.face_session(session, who.id_number, result)
        return {"session": session, "simulated": True}

    @app.get("/sessions/{session}")
    def result(session: str) -> dict[str, Any]:
        found = store.face_result(session)
        if found is None:
            raise HTTPException(404, "没有这次刷脸（模拟）")
        return {"result": found, "simulated": True}

    return app


def same_sound(one: str, other: str) -> bool:
    """Whether two names are read alike (pinyin without tones)."""
    return len(one) == len(other) and lazy_pinyin(one) == lazy_pinyin(other)


def _decide(
    store: Store, department: str, operation: str, case: Case, key: str, today: date
) -> tuple[int, dict[str, Any]]:
    once = once_key(operation, case.id_number, case.values, today) if case.id_number else None
    if before := store.earlier(department, key, once):
        return 200, {**before, "again": True}
    facts: dict[str, Any] = {}
    if case.id_number is not None:
        person = store.person(case.id_number)
        if person is None or not same_sound(person.name, case.name or ""):
            return 409, {"refused": True, "reason": "模拟系统里名字和身份证号对不上"}
        facts = person.facts
    answer = decide(operation, facts, case.values, today)
    if isinstance(answer, Refusal):
        return 409, {"refused": True, "reason": answer.reason}
    response = {
        "result": answer.result,
        "next_date": answer.next_date.isoformat() if answer.next_date else None,
    }
    stored = store.accept(
        department,
        operation,
        key,
        once=once,
        id_number=case.id_number or "",
        prefix=case.prefix,
        response=response,
        today=today,
    )
    return (200 if stored["again"] else 201), stored
