"""The rules of the dialogue, as data for Rasa's RulePolicy.

Inside the form only *interrupting* intents are named: the form itself takes everything else as a value, and a
rule without a value makes Rasa ask the same question again.
"""

from __future__ import annotations

from typing import Any

GENERAL_INTENTS = (
    "ask_policy",
    "affirm",
    "deny",
    "repeat",
    "slower",
    "louder",
    "back",
    "restart",
    "stop",
    "wait",
    "human",
    "who_are_you",
    "greet",
    "goodbye",
    "thanks",
    "complain",
    "switch_dialect",
    "choose_option",
    "correct_value",
    "emergency",
    "out_of_scope",
    "inform",
)

ALONE = {
    "ask_policy": "action_answer_policy",
    "nlu_fallback": "action_answer_policy",
    "inform": "action_answer_policy",
    "out_of_scope": "action_out_of_scope",
    "choose_option": "action_choose_option",
    "deny": "action_decline_offer",
    "repeat": "action_repeat",
    "slower": "action_slower",
    "louder": "action_louder",
    "back": "action_back",
    "restart": "action_restart",
    "stop": "action_stop",
    "wait": "action_wait",
    "human": "action_human",
    "who_are_you": "action_who_are_you",
    "greet": "action_greet",
    "goodbye": "action_goodbye",
    "thanks": "action_thanks",
    "complain": "action_complain",
    "switch_dialect": "action_switch_dialect",
    "correct_value": "action_answer_policy",
    "emergency": "action_emergency",
}
"""What each intent leads to when no form is open."""

IN_FORM = {
    "ask_policy": "action_answer_policy",
    "back": "action_back",
    "restart": "action_restart",
    "complain": "action_complain",
    "who_are_you": "action_who_are_you",
    "switch_dialect": "action_switch_dialect",
    "slower": "action_slower",
    "louder": "action_louder",
    "goodbye": "action_goodbye",
}
"""Interruptions after which the form asks its question again."""

QUIET = {
    "repeat": "action_repeat",
    "wait": "action_wait",
    "human": "action_human",
    "emergency": "action_emergency",
}
"""Interruptions that leave the form open and say nothing more."""

ACTIONS = sorted(
    {
        *ALONE.values(),
        *IN_FORM.values(),
        *QUIET.values(),
        "action_unclear",
        "action_service_start",
        "action_service_submit",
        "action_accept_offer",
    }
)


def rules(service_intents: list[str]) -> list[dict[str, Any]]:
    """All rules for the given service intents."""
    return [
        *(rule(f"alone {intent}", intent, action) for intent, action in ALONE.items()),
        *(starts(intent) for intent in service_intents),
        *(in_form(f"in form {intent}", intent, action) for intent, action in IN_FORM.items()),
        *(quiet(f"in form {intent}", intent, action) for intent, action in QUIET.items()),
        *(in_form(f"in form {intent}", intent, "action_service_start") for intent in service_intents),
        {
            "rule": "stop ends the form",
            "condition": [{"active_loop": "service_form"}],
            "steps": [
                {"intent": "stop"},
                {"action": "action_stop"},
                {"action": "action_deactivate_loop"},
                {"active_loop": None},
            ],
        },
        {
            "rule": "a finished form is submitted",
            "condition": [{"active_loop": "service_form"}],
            "steps": [
                {"action": "service_form"},
                {"active_loop": None},
                {"slot_was_set": [{"requested_slot": None}]},
                {"action": "action_service_submit"},
            ],
        },
        {
            "rule": "an accepted offer starts its service",
            "steps": [
                {"intent": "affirm"},
                {"action": "action_accept_offer"},
                {"slot_was_set": [{"accepted": "service"}]},
                {"action": "action_service_start"},
                {"action": "service_form"},
                {"active_loop": "service_form"},
            ],
        },
        {
            "rule": "yes to nothing",
            "steps": [
                {"intent": "affirm"},
                {"action": "action_accept_offer"},
                {"slot_was_set": [{"accepted": "nothing"}]},
            ],
        },
    ]


def rule(name: str, intent: str, action: str) -> dict[str, Any]:
    return {"rule": name, "steps": [{"intent": intent}, {"action": action}]}


def starts(intent: str) -> dict[str, Any]:
    return {
        "rule": f"{intent} opens the form",
        "steps": [
            {"intent": intent},
            {"action": "action_service_start"},
            {"action": "service_form"},
            {"active_loop": "service_form"},
        ],
    }


def in_form(name: str, intent: str, action: str) -> dict[str, Any]:
    return {
        "rule": name,
        "condition": [{"active_loop": "service_form"}],
        "steps": [
            {"intent": intent},
            {"action": action},
            {"action": "service_form"},
            {"active_loop": "service_form"},
        ],
    }


def quiet(name: str, intent: str, action: str) -> dict[str, Any]:
    return {
        "rule": name,
        "condition": [{"active_loop": "service_form"}],
        "steps": [{"intent": intent}, {"action": action}],
    }
