"""How far a finding bears other choices: specifications, parts of the time, confounding, unrecorded groups."""
