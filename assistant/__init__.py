"""The turn and everything around it: wording, channels, gateway, supervisor, command line."""
