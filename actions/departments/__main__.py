"""`python -m actions.departments`: the department stubs on loopback."""

from __future__ import annotations

import uvicorn

from actions import settings
from actions.departments.app import build
from actions.departments.faults import Faults
from actions.departments.store import Store


def main() -> None:
    """Serve until stopped."""
    here = settings.read()
    app = build(Store(here.departments_database), Faults(here.faults))
    uvicorn.run(app, host="127.0.0.1", port=here.departments_port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
