"""The code that makes one observation of one kind of target; one file a probe."""
