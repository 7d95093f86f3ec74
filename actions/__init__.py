"""Doing things: action server, services as data, forms, identity, ledger and department stubs."""
