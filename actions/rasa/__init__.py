"""Rasa's custom actions: tracker in, outcomes and slots out. `ALL` lists them for the action server."""

from actions.rasa.policy import POLICY
from actions.rasa.service import SERVICE
from actions.rasa.steer import STEER
from actions.rasa.talk import TALK

ALL = (*POLICY, *SERVICE, *STEER, *TALK)
