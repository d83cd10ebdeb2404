"""How fast onTap is beside what others would write: `python -m tests.benchmarks.bench`. See README.md."""
