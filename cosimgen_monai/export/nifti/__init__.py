"""NIfTI slices, and nnU-Net's dataset of them."""
