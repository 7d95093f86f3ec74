"""The command line `./xiangyin`. Each file holds the commands of one subject; exit codes 0, 1 (failed), 2 (usage)."""
