"""Learn, decide, act: Dramatiq actors and the leader's loops."""
