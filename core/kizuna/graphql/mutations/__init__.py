"""Everything one can change, one file a subject. Expected failures are answers, faults are errors."""
