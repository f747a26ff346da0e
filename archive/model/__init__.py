"""Values and small pure things: what a value from outside may be (gates), and what was passed over because it was not
(notices). Imports nothing but archive.model.errors, archive.model.clock and the standard library."""
