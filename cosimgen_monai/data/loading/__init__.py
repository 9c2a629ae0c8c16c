"""Cached pairs on their way to a training: order, seeds, augmentation."""
