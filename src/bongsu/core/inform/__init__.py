"""From statements to people: the desk, warnings and events, alarms, areas at risk, consultation."""
