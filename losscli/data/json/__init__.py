"""JSON lines: cut at line feeds, parsed, and blamed where they are wrong."""
