"""What runs in the pub: keeps a venue's gateway and the platform in touch, over months, power cuts and lost internet.

No Django. `python -m tracker.agent --server URL --state DIR`; docs/edge-agent.md is for whoever plugs it in.
"""

VERSION = "1.0"
