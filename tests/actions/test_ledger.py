"""Once and only once: the ledger and the sending of confirmed operations against the real department stubs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from actions.back_end import BackEnd
from actions.definitions import load
from actions.departments.app import build
from actions.departments.faults import Faults
from actions.departments.receipts import valid
from actions.departments.residents import Resident, residents
from actions.departments.store import Store
from actions.ledger import Ledger, LedgerUnavailable, idempotency_key
from actions.migrations import MIGRATIONS
from actions.sending import Submitted, retry_due, submit

TODAY = date(2026, 11, 25)


class World:
    """A ledger with a clock that is moved by hand, and the departments in process."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_795_000_000.0
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", clock=lambda: self.now)
        self.store = Store(folder / "departments.db")
        self.faults = Faults()
        app = build(self.store, self.faults, lambda: TODAY)
        self.back_end = BackEnd("http://departments", httpx.ASGITransport(app), 60)

    def submit(self, service: str, values: dict[str, str], conversation: str = "c1") -> Submitted:
        return asyncio.run(
            submit(load(service), conversation, values, self.ledger, self.back_end, today=TODAY, seconds=60)
        )

    def retry(self) -> int:
        return asyncio.run(retry_due(self.ledger, self.back_end))

    def fill_disk(self) -> None:
        """The database may grow no further: SQLite answers “database or disk is full”, as on a full disk."""
        self.ledger.counts()
        engine = self.ledger._engine
        assert engine is not None
        pages = self.ledger_pages()
        engine.dispose()
        sa.event.listen(engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count={pages}"))

    def ledger_pages(self) -> int:
        with sa.create_engine(self.ledger._url).connect() as db:
            return int(db.exec_driver_sql("PRAGMA page_count").scalar_one())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    there = World(tmp_path)
    yield there
    there.ledger.close()


def pension(person: Resident) -> dict[str, str]:
    return {
        "name": person.name,
        "id_number": person.id_number,
        "pension_kind": person.pension_kind,
        "phone": person.phone,
    }


SUGGESTION = {"content": "路灯坏了", "place": "南河镇", "since": "2026-10", "reply_wanted": "不用回"}


def licence(person: Resident) -> dict[str, str]:
    return {**person.say["business-licence-change"]}


def test_done_with_receipt_and_next_date_and_values_wiped(world: World) -> None:
    done = world.submit("pension-certification", pension(residents()[0]))
    assert done.state == "done" and valid(done.receipt) and done.next_date == "2027-11-25" and done.simulated
    entry = world.ledger.find(done.receipt)
    assert entry is not None and entry.state == "done" and entry.payload == {}


def test_saying_it_twice_gives_the_same_receipt(world: World) -> None:
    first = world.submit("suggestion", SUGGESTION)
    again = world.submit("suggestion", SUGGESTION)
    assert first.receipt == again.receipt and again.again and not first.again
    assert world.store.count("hotline-12345") == 1
    other = world.submit("suggestion", {**SUGGESTION, "content": "水管坏了"})
    assert other.receipt != first.receipt


def test_pressing_twice_at_once_is_one_operation(world: World) -> None:
    async def both() -> list[Submitted]:
        definition = load("suggestion")
        return await asyncio.gather(
            *(
                submit(definition, "c1", SUGGESTION, world.ledger, world.back_end, today=TODAY)
                for _ in range(2)
            )
        )

    one, two = asyncio.run(both())
    assert one.receipt == two.receipt and world.store.count("hotline-12345") == 1


def test_certified_in_another_conversation_is_the_same_certification(world: World) -> None:
    first = world.submit("pension-certification", pension(residents()[0]), "c1")
    second = world.submit("pension-certification", pension(residents()[0]), "c2")
    assert first.receipt == second.receipt and second.again


@pytest.mark.parametrize("kind", ["down", "error", "garbage"])
def test_department_away_is_stored_and_done_once_later(world: World, kind: str) -> None:
    world.faults.set("hotline-12345", kind)
    stored = world.submit("suggestion", SUGGESTION)
    assert stored.state == "stored" and valid(stored.receipt) and stored.receipt.startswith("XY")
    world.now += 60
    assert world.retry() == 0
    world.faults.set("hotline-12345", "none")
    assert world.retry() == 0, "not due before its back-off is over"
    world.now += 1000
    assert world.retry() == 1
    found = world.ledger.find(stored.receipt)
    assert found is not None and found.state == "done" and found.receipt.startswith("RXGD")
    assert world.submit("suggestion", SUGGESTION).receipt == found.receipt
    assert world.store.count("hotline-12345") == 1


def test_answer_lost_after_the_work_was_done(world: World) -> None:
    class Lost(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await inner.handle_async_request(request)
            raise httpx.ReadTimeout("too late", request=request)

    inner = world.back_end._transport
    assert inner is not None
    world.back_end._transport = Lost()
    assert world.submit("suggestion", SUGGESTION).state == "stored"
    assert world.store.count("hotline-12345") == 1
    world.back_end._transport = inner
    done = world.submit("suggestion", SUGGESTION)
    assert done.state == "done" and world.store.count("hotline-12345") == 1


def test_process_dies_after_the_yes_and_the_outbox_finishes(world: World) -> None:
    key = idempotency_key("c1", "suggestion", "", SUGGESTION)
    steps = [{"department": "hotline-12345", "name": "热线", "operation": "tickets", "key": "k" * 40}]
    world.ledger.start(key, "suggestion", "c1", {"values": SUGGESTION}, steps)
    world.now += 100
    assert world.retry() == 0, "not confirmed: nothing was promised, nothing is sent"
    world.ledger.confirm(key)
    world.ledger.sending(key)
    assert world.retry() == 0, "still leased"
    world.now += 100
    assert world.retry() == 1 and world.store.count("hotline-12345") == 1


def test_refused_is_said_and_may_be_tried_again(world: World) -> None:
    person = residents()[0]
    other = "职工养老金" if person.pension_kind == "居民养老金" else "居民养老金"
    refused = world.submit("pension-certification", {**pension(person), "pension_kind": other})
    assert refused.state == "refused" and "模拟" in refused.reason
    assert world.submit("pension-certification", pension(person)).state == "done"


def test_chain_in_order_with_compensation(world: World) -> None:
    person = residents()[0]
    done = world.submit("business-licence-change", licence(person))
    assert done.state == "done" and done.receipt.startswith("YZBG")
    entry = world.ledger.find(done.receipt)
    assert entry is not None
    assert [s["name"] for s in entry.response["steps"]] == [
        "市场监督管理局",
        "税务局",
        "人力资源和社会保障局",
    ]


def test_chain_waits_at_the_step_that_is_down_and_goes_on_there(world: World) -> None:
    person = residents()[0]
    world.faults.set("tax", "down")
    assert world.submit("business-licence-change", licence(person)).state == "stored"
    assert world.store.count("market-regulation") == 1 and world.store.count("tax") == 0
    world.faults.set("tax", "none")
    world.now += 1000
    assert world.retry() == 1
    assert [world.store.count(d) for d in ("market-regulation", "tax", "human-resources")] == [1, 1, 1]


def test_refusal_in_the_middle_takes_earlier_steps_back(world: World) -> None:
    class RefusingTax(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.startswith("/tax/"):
                return httpx.Response(409, json={"refused": True, "reason": "模拟税务局说不行"})
            return await inner.handle_async_request(request)

    inner = world.back_end._transport
    assert inner is not None
    world.back_end._transport = RefusingTax()
    refused = world.submit("business-licence-change", licence(residents()[0]))
    assert (refused.state, refused.reason) == ("refused", "模拟税务局说不行")
    assert world.store.count("market-regulation") == 0
    world.back_end._transport = inner
    assert world.submit("business-licence-change", licence(residents()[0])).state == "done"


def test_disk_full_promises_nothing_and_recovers(world: World) -> None:
    world.fill_disk()
    long = {**SUGGESTION, "content": "路灯坏了" * 4000}
    with pytest.raises(LedgerUnavailable):
        world.submit("suggestion", long)
    assert world.store.count("hotline-12345") == 0
    assert world.ledger.counts() == {}


def test_unwritable_place_is_unavailable_not_a_crash(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'missing' / 'ledger.db'}")
    with pytest.raises(LedgerUnavailable):
        ledger.counts()
    (tmp_path / "missing").mkdir()
    assert ledger.counts() == {}, "works again as soon as it can"


def test_too_slow_before_it_is_written_is_not_done_and_never_will_be(world: World) -> None:
    gate = threading.Event()
    start = world.ledger.start

    def late(*args: Any) -> Any:
        gate.wait(20)
        return start(*args)

    world.ledger.start = late  # type: ignore[method-assign]

    async def hurried() -> None:
        definition = load("suggestion")
        with pytest.raises(LedgerUnavailable):
            await submit(definition, "c1", SUGGESTION, world.ledger, world.back_end, seconds=0.05)
        gate.set()

    asyncio.run(hurried())
    world.now += 1000
    assert world.retry() == 0 and world.store.count("hotline-12345") == 0


def test_too_slow_after_it_is_written_is_stored_and_done_once(world: World) -> None:
    gate = threading.Event()
    confirm = world.ledger.confirm

    def late(key: str) -> Any:
        gate.wait(20)
        return confirm(key)

    world.ledger.confirm = late  # type: ignore[method-assign]

    async def hurried() -> Submitted:
        definition = load("suggestion")
        told = await submit(definition, "c1", SUGGESTION, world.ledger, world.back_end, seconds=5)
        gate.set()
        while tasks := [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]:
            await asyncio.wait(tasks)
        return told

    told = asyncio.run(hurried())
    assert told.state == "stored"
    world.now += 1000
    world.retry()
    found = world.ledger.find(told.receipt)
    assert found is not None and found.state == "done" and world.store.count("hotline-12345") == 1


def test_cases_get_short_numbers(world: World) -> None:
    number = world.ledger.open_case("unanswered", "c1", summary={"text": "x"})
    assert len(number) == 9 and number != world.ledger.open_case("human", "c1")
    assert [c["kind"] for c in world.ledger.open_cases()] == ["human", "unanswered"]
    assert len(world.ledger.open_cases("human")) == 1


def test_migrations_from_an_older_schema_keep_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as db:
        MIGRATIONS[0](db)
        db.exec_driver_sql("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        db.exec_driver_sql("INSERT INTO schema_version VALUES (1)")
    ledger = Ledger(url)
    assert ledger.open_case("human", "c1")
    with engine.connect() as db:
        assert db.exec_driver_sql("SELECT version FROM schema_version").scalar_one() == len(MIGRATIONS)


def test_key_depends_on_everything_and_on_no_order() -> None:
    base: dict[str, Any] = dict(conversation="c", service="s", person="p", values={"a": "1", "b": "2"})
    key = idempotency_key(**base)
    assert key == idempotency_key(**{**base, "values": {"b": "2", "a": "1"}})
    for change in (
        {"conversation": "d"},
        {"service": "t"},
        {"person": "q"},
        {"values": {"a": "2", "b": "2"}},
    ):
        assert idempotency_key(**{**base, **change}) != key
