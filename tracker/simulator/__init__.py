"""A faithful LRS Table Tracker gateway for people without the hardware: `python -m tracker.simulator`.

What the device does and says is in the API reference; docstrings name the section that a fact comes from. Where the
reference has an open question, the simulator column of its section 15 is the default and the other answers are
switches in `faults`. The core (`gateway` and what it is made of) takes values and the time and gives values back.
"""
