"""The published datasets, one file each; ``adding_a_dataset.md`` in the bundle's docs shows how to add one."""
