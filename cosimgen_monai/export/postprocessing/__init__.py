"""From a pair as it is drawn to one as it is written: size, shape, intensity, classes."""
