"""Records, validators, URLs, clock and errors: values and pure functions. The validators (`*_validation`) check values
from outside; `errors` collects notices of what was skipped because it was invalid. Imports nothing but the standard
library."""
