"""What the simulated departments decide: a result in words, a next date, or a refusal; all invented.

Every sentence says 模拟. A function takes the resident's facts, the values handed in and today's date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from actions.values.dates import months_later

Values = Mapping[str, str]
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """Accepted: `result` in words (queries), `next_date` where the department sets it."""

    result: str | None = None
    next_date: date | None = None


@dataclass(frozen=True)
class Refusal:
    """The department says no; `reason` is a sentence for the resident."""

    reason: str


def decide(operation: str, facts: Facts, values: Values, today: date) -> Answer | Refusal:
    """The department's decision on one operation; an unknown operation is accepted without a result."""
    decision = _DECISIONS.get(operation)
    return decision(facts, values, today) if decision else Answer()


def once_key(operation: str, id_number: str, values: Values, today: date) -> str | None:
    """What may exist only once however often it is asked for: a certification a year, a payment a year."""
    match operation:
        case "pension-certifications":
            return f"{operation}:{id_number}:{today.year}"
        case "medical-payments":
            year = today.year + (values.get("year") == "明年")
            return f"{operation}:{id_number}:{year}"
        case _:
            return None


def _pension(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    if facts.get("pension_kind") not in (None, values.get("pension_kind")):
        return Refusal(f"模拟系统里登记的是{facts['pension_kind']}，和您说的不一样")
    return Answer()


def _insurance(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    match values.get("item"):
        case "缴了多少年":
            return Answer(f"模拟数据，累计缴了{facts['years']}年零{facts['months']}个月")
        case "每月发多少":
            return Answer(f"模拟数据，每月发{facts['monthly']}元，上个月的已经发了")
        case "账户余额":
            return Answer(f"模拟数据，账户余额{facts['balance']}元")
        case _:
            gap = facts["gap"]
            return Answer(f"模拟数据，断过{gap}个月" if gap else "模拟数据，没有断缴")


def _medical_payment(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    if values.get("year") == "明年":
        return Answer(next_date=date(today.year + 1, 1, 1))
    return Answer(next_date=months_later(today, 3))


def _reimbursement(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    paid = facts["bill"] * facts["rate"] // 100
    return Answer(f"模拟数据，那次一共花了{facts['bill']}元，能报{paid}元", today + timedelta(days=10))


def _village(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    stage = ("村里已经收下，正在核对材料", "乡镇正在审核", "县里正在审批")[facts["stage"]]
    return Answer(f"模拟数据，{values.get('matter', '那件事')}{stage}", today + timedelta(days=20))


def _property(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    if values.get("case_number") not in (None, facts["case"]):
        return Refusal("模拟系统里没有这个收件号，请再看看收件单")
    stage = ("已经受理，正在审核", "审核通过，正在登簿", "证已经做好")[facts["stage"]]
    return Answer(f"模拟数据，{stage}", today + timedelta(days=5))


def _fund(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    if float(values.get("amount", "0")) > facts["fund"]:
        return Refusal(f"模拟账户里只有{facts['fund']}元，取不了这么多")
    return Answer()


def _violations(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    if values.get("plate") != facts["plate"]:
        return Refusal("模拟系统里这个车牌不在这位车主名下")
    count = facts["violations"]
    if not count:
        return Answer("模拟数据，没有没处理的违章")
    return Answer(
        f"模拟数据，有{count}条没处理，罚款{200 * count}元，记{3 * count}分", today + timedelta(days=15)
    )


def _licence(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    if values.get("credit_code") != facts["credit_code"]:
        return Refusal("模拟系统里这个信用代码不在这位经营者名下")
    return Answer()


def _school(facts: Facts, values: Values, today: date) -> Answer | Refusal:
    stage = ("已经收到报名", "材料审核通过，等着分配学校", "已经录取")[facts["stage"]]
    return Answer(f"模拟数据，{values.get('stage', '')}{stage}", today + timedelta(days=7))


_DECISIONS: Mapping[str, Callable[[Facts, Values, date], Answer | Refusal]] = {
    "pension-certifications": _pension,
    "social-insurance-queries": _insurance,
    "medical-payments": _medical_payment,
    "reimbursement-queries": _reimbursement,
    "village-proxy-queries": _village,
    "registration-queries": _property,
    "withdrawals": _fund,
    "violation-queries": _violations,
    "licence-changes": _licence,
    "enrolment-queries": _school,
}
