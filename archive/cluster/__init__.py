"""Past one machine: jobs on an engine that exists already. Nothing of it is needed, or imported, on a laptop."""
