"""Plain functions over plain values: no I/O, no clock. Each verdict carries its reason."""
