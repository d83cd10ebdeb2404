"""Simulator, agent, web, worker: the whole chain, all real, on both columns."""
