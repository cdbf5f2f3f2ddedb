"""Release and link: what may leave and for whom, in which order it goes, and what is believed of what comes."""
