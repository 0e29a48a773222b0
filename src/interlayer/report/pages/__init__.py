"""HTML reports, one file a kind: of a study, of an analysis, of a simulation."""
