"""``python -m generator`` is the command ``edition``."""

from generator.cli import main

main(prog_name="edition")
