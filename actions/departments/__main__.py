"""`python -m actions.departments`: the department stubs on loopback."""

from __future__ import annotations

from actions import settings
from actions.departments.app import build
from actions.departments.faults import Faults
from actions.departments.store import Store
from actions.ports import serve


def main() -> None:
    """Serve until stopped."""
    here = settings.read()
    app = build(Store(here.departments_database), Faults(here.faults))
    serve(app, here.departments_port, "模拟部门")


if __name__ == "__main__":
    main()
