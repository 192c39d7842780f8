"""Where rows come from, and which column plays which role."""
