"""Measurements with data at size: `make bench`. Ratios to a reference page hold on any machine; milliseconds do not."""
