"""The terminal's ears and mouth, each of which may be missing or get lost; what happened is shown. Pure: ports only."""

from __future__ import annotations

import logging
from collections.abc import Callable

from assistant.channels.terminal_ports import Ears, Mouth
from assistant.channels.terminal_screen import Screen
from assistant.wording import canned
from audio.devices import DeviceError

log = logging.getLogger(__name__)


class Devices:
    """`ears` and `mouth` are None while there is no microphone and no loudspeaker.

    `open_ears` and `open_mouth` open once more what was missing or lost; they raise DeviceError where there is none.
    """

    def __init__(
        self,
        screen: Screen,
        ears: Ears | None,
        mouth: Mouth | None,
        open_ears: Callable[[], Ears] | None,
        open_mouth: Callable[[], Mouth] | None,
    ) -> None:
        self._screen, self._open_ears, self._open_mouth = screen, open_ears, open_mouth
        self.ears, self.mouth = ears, mouth

    def look_for_ears(self) -> Ears | None:
        """The microphone; one that is plugged in again is used from now on."""
        if self.ears is not None or self._open_ears is None:
            return self.ears
        try:
            ears = self._open_ears()
            ears.read()  # one that opens and gives no sound is not back
        except DeviceError as error:
            log.info("still no microphone: %s", error.detail)
            return None
        self.ears = ears
        return ears

    def look_for_mouth(self) -> Mouth | None:
        """The loudspeaker; one that is back is used from now on, and the screen says so."""
        if self.mouth is not None or self._open_mouth is None:
            return self.mouth
        try:
            self.mouth = self._open_mouth()
        except DeviceError as error:
            log.info("still no loudspeaker: %s", error.detail)
            return None
        self._screen.note(canned("terminal_speaker_back"))
        return self.mouth

    def frame(self) -> bytes | None:
        """20 ms of sound; None when the microphone is gone, and then typing takes over."""
        assert self.ears is not None
        try:
            return self.ears.read()
        except DeviceError as error:
            log.warning("microphone: %s", error.detail)
            self._screen.note(str(error))
            self.ears = None
            return None

    def lose_mouth(self, error: DeviceError) -> None:
        """The loudspeaker is gone; until it is back people read."""
        log.warning("loudspeaker: %s", error.detail)
        self._screen.note(str(error))
        self.mouth = None

    def give_up_ears(self) -> None:
        """Nothing can be heard for another reason: another microphone would not help."""
        self.ears = self._open_ears = None

    def give_up_mouth(self) -> None:
        """There is no voice: another loudspeaker would not help."""
        self.mouth = self._open_mouth = None
