"""An answer from the documents that the office imported itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from actions.outcome import Outcome, say
from actions.rasa.basis import excerpt, imported_source
from knowledge.laws.finding import passages
from knowledge.laws.office import OfficeAnswer, office_answer

_log = logging.getLogger(__name__)


def imported(questions: Iterable[str], home: str | None, named: str | None) -> Outcome | None:
    """The passage that one of the wordings surely means, with document, section and location; else None.

    ``home`` is the office's place, ``named`` the one the resident spoke of. Reads files: use a thread.
    """
    try:
        answers = (office_answer(passages(), question, home=home, named=named) for question in questions)
        found = next(filter(None, answers), None)
    except FileNotFoundError:  # nothing was imported
        return None
    except (OSError, ValueError, KeyError) as error:
        _log.error("imported passages cannot be read: %s", type(error).__name__)
        return None
    return _outcome(found) if found else None


def _outcome(found: OfficeAnswer) -> Outcome:
    passage = found.passage
    said = say(
        "imported",
        heading=found.heading,
        section=passage.section,
        file=passage.provenance.file,
        location=passage.provenance.location,
        **excerpt(passage),
    )
    source = imported_source(passage, passage.source.document, found.place)
    return replace(
        said, source={**source, "section": passage.section, "location": passage.provenance.location}
    )
