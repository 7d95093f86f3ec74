"""Synthetic residents, the same on every machine: who they are and what they would say for every service.

Nobody real: ID numbers use division codes 99…, which are not assigned, phones the unassigned prefix 154;
check digits are right (GB 11643, GB 32100). `residents()` needs no process and no database.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from actions.values.codes import credit_check_character
from actions.values.id_number import check_character

SEED = 20261125
COUNT = 24
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_WOMEN = ("秀英", "桂兰", "淑珍", "玉梅", "春花", "丽华", "红梅", "小燕", "婷婷", "雪", "桂芳", "美玲")
_MEN = ("建国", "德福", "志强", "国庆", "大山", "明远", "永贵", "海涛", "小军", "伟", "洲", "长顺")
_TOWNS = ("南河镇", "东风乡", "白石镇", "柳林街道", "清溪镇", "城关镇")
_VILLAGES = ("东风村", "石桥村", "大湾村", "李家庄村", "上寨村", "新民村")
_COUNTY = "平安县"


@dataclass(frozen=True)
class Resident:
    """One synthetic resident. `say` holds, per service, each input's answer in words a caller would use."""

    name: str
    id_number: str
    phone: str
    sex: str
    born: str
    town: str
    village: str
    pension_kind: str
    code: str
    face: str
    guardian: str = ""
    say: dict[str, dict[str, str]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data; `simulated` says what it is."""
        return {**asdict(self), "simulated": True}


@lru_cache(maxsize=1)
def residents() -> tuple[Resident, ...]:
    """All residents: COUNT adults, then eight children with their guardians' phones."""
    rng = random.Random(SEED)
    adults: list[Resident] = []
    children: list[Resident] = []
    names: set[str] = set()
    for index in range(COUNT):
        born = date(
            rng.randint(1936, 1966) if index < 14 else rng.randint(1970, 2004),
            rng.randint(1, 12),
            9 + index % 18,
        )
        person = _person(rng, names, born, f"154{rng.randrange(10**8):08d}", index)
        if index >= 16:
            child = _person(rng, names, date(2014 + index % 7, 1 + index % 12, 5), person.phone, 100 + index)
            child = Resident(**{**_plain(child), "guardian": person.name, "say": {}})
            children.append(
                Resident(**{**_plain(child), "say": {"school-enrolment-progress": _school(child)}})
            )
            person = Resident(
                **{**_plain(person), "say": {**person.say, "school-enrolment-progress": _school(child)}}
            )
        adults.append(person)
    return (*adults, *children)


def by_id(id_number: str) -> Resident | None:
    """The resident with that ID number, or None."""
    return next((r for r in residents() if r.id_number == id_number), None)


def code_for(phone: str) -> str:
    """The simulated one-time code that a phone gets: six digits, always the same."""
    digest = hashlib.sha256(f"{SEED}:{phone}".encode()).hexdigest()
    return f"{int(digest[:12], 16) % 10**6:06d}"


def _person(rng: random.Random, names: set[str], born: date, phone: str, index: int) -> Resident:
    woman = index % 2 == 0
    while True:
        name = rng.choice(_SURNAMES) + rng.choice(_WOMEN if woman else _MEN)
        if name not in names:
            names.add(name)
            break
    serial = rng.randrange(50) * 10 + (2 * rng.randrange(5) if woman else 2 * rng.randrange(5) + 1)
    first = f"99{rng.randrange(1, 99):02d}{rng.randrange(1, 99):02d}{born:%Y%m%d}{serial:03d}"
    number = first + check_character(first)
    town, village = rng.choice(_TOWNS), rng.choice(_VILLAGES)
    kind = rng.choice(("职工养老金", "居民养老金"))
    facts = _facts(rng, index)
    person = Resident(
        name=name,
        id_number=number,
        phone=phone,
        sex="女" if woman else "男",
        born=born.isoformat(),
        town=town,
        village=village,
        pension_kind=kind,
        code=code_for(phone),
        face="fails" if index == 13 else "passes",
        facts=facts,
    )
    return Resident(**{**_plain(person), "say": _say(person, rng)})


def _facts(rng: random.Random, index: int) -> dict[str, Any]:
    letters = "ABCDE"
    first = f"92{rng.randrange(10**6):06d}MA{rng.randrange(10**7):07d}"
    return {
        "years": rng.randint(5, 38),
        "months": rng.randint(0, 11),
        "monthly": rng.randint(180, 4200),
        "balance": rng.randint(800, 90000),
        "gap": rng.choice((0, 0, 2, 5)),
        "bill": rng.randint(2000, 40000),
        "rate": rng.randint(50, 85),
        "stage": rng.randint(0, 2),
        "plate": f"鄂{letters[index % 5]}{rng.randrange(10**5):05d}",
        "violations": rng.choice((0, 0, 1, 2)),
        "fund": rng.randint(20000, 180000),
        "card": f"{rng.randrange(10**4):04d}",
        "case": f"BDC{2026}{rng.randrange(10**6):06d}",
        "credit_code": first + credit_check_character(first),
        "shop": rng.choice(("顺心面馆", "老街杂货铺", "春风理发店", "向阳五金店")),
    }


def _say(p: Resident, rng: random.Random) -> dict[str, dict[str, str]]:
    who = {"name": p.name, "id_number": p.id_number}
    phone = {"phone": p.phone}
    helper = rng.choice(_SURNAMES) + rng.choice(_MEN[:10])
    f = p.facts
    return {
        "pension-certification": {**who, "pension_kind": p.pension_kind, **phone},
        "social-insurance-query": {**who, "item": "缴了多少年", **phone},
        "medical-payment": {**who, "place": _COUNTY + p.town, "year": "明年", "amount": "四百元", **phone},
        "medical-reimbursement-query": {**who, "visit_date": "上个月五号", "hospital": "县人民医院", **phone},
        "village-agent-progress": {**who, "village": p.town + p.village, "matter": "危房改造"},
        "residence-permit": {
            **who,
            "action": "新办居住证",
            "address": f"{p.town}解放路十八号",
            "since": "今年三月一号",
            **phone,
        },
        "id-card-appointment": {
            **who,
            "action": "到期换",
            "visit": "自己去",
            "place": "城关派出所",
            "date": "后天",
            **phone,
        },
        "property-registration-progress": {**who, "case_number": f["case"]},
        "housing-fund-withdrawal": {
            **who,
            "reason": "租房",
            "amount": "五千元",
            "bank_card_tail": f["card"],
            **phone,
        },
        "traffic-violation-query": {"plate": f["plate"], "vehicle_kind": "小汽车", **who},
        "business-licence-change": {
            "shop_name": f["shop"],
            "credit_code": f["credit_code"],
            **who,
            "change_item": "地址",
            "new_value": f"{p.town}新街二十号",
            "has_staff": "没雇",
            **phone,
        },
        "subsidy-application": {
            **who,
            "subsidy": "高龄津贴",
            "place": p.town,
            "situation": "一个人住，身体不太好",
            "bank_card_tail": f["card"],
            **phone,
        },
        "service-appointment": {
            **who,
            "matter": "社保卡",
            "place": "县政务服务大厅",
            "date": "后天",
            "half_day": "上午",
            **phone,
        },
        "remote-family-help": {
            **who,
            "helper_name": helper,
            "relation": "儿子女儿",
            "helper_phone": f"154{rng.randrange(10**8):08d}",
            "matter": "领社保卡",
            "until": "明年三月一号",
        },
        "suggestion": {
            "content": "村口的路灯坏了没人修",
            "place": p.town + p.village,
            "since": "上个月",
            "reply_wanted": "要回电话",
            **phone,
        },
    }


def _school(child: Resident) -> dict[str, str]:
    return {
        "child_name": child.name,
        "child_id_number": child.id_number,
        "stage": "小学",
        "district": _COUNTY,
        "phone": child.phone,
    }


def _plain(person: Resident) -> dict[str, Any]:
    return {name: getattr(person, name) for name in Resident.__dataclass_fields__}
