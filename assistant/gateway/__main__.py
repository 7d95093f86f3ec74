"""Runs the gateway: `python -m assistant.gateway` (started by `xiangyin up`)."""

from __future__ import annotations

import logging
import time

import uvicorn

from assistant.assembly import assistant_for, prepare_soon
from assistant.channels.phone.door import PhoneSettings, phone_door
from assistant.engine import Engine
from assistant.gateway.app import create_app
from assistant.gateway.sessions import Sessions
from assistant.gateway.speech import Speaker
from assistant.settings import load_settings


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = load_settings()
    engine = Engine(settings)
    assistant, speaker = assistant_for(settings), Speaker()
    speaker.prepare_ahead()
    phone = phone_door(PhoneSettings.load(settings.sip_port), assistant, speaker)
    app = create_app(settings, assistant, Sessions(time.monotonic), speaker, engine.ready, phone)
    prepare_soon()
    uvicorn.run(app, host=settings.host, port=settings.gateway_port, log_level="warning", ws_max_size=1 << 20)


if __name__ == "__main__":
    main()
