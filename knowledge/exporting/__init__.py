"""An entry for people without a screen: a loudspeaker script, a large-print page."""
