"""Who is who: keys, evidence, guards and clusters, all pure functions of values. No I/O."""
