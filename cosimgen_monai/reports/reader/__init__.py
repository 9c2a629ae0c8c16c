"""Real and generated pairs for a radiologist to tell apart, and what the answers say."""
