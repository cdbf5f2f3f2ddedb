"""A dispatch of our own writing in the form of the wires, with every part that such a one has."""

BODY = """\
SEOUL, Nov. 12 (Newswire) -- Korea, the United States and Japan agreed Sunday to begin sharing warning data on ballistic missiles next month, \
officials said.

The accord came in a trilateral session of defense ministers in Seoul on Sunday, a day before the annual Security Consultative Meeting scheduled for Monday.

A meeting of the United Nations Command member states is to be held on Tuesday.

The North conducted two test-firings of the Hwasong-18 intercontinental ballistic missile earlier this year and is believed \
to be preparing a satellite launch following failed attempts in May and August.

On July 12, a Hwasong-18 missile flew 1,001.2 kilometers for 4,491 seconds at an altitude of 6,648.4 kilometers."""

DISPATCH = f"""NKOREA-MISSILE/DATA
(2nd LEAD) Three nations to share missile warnings from next month
(ATTN: UPDATES throughout with details; ADDS photo, byline)
16:20 November 12, 2023
By Kim Ha-neul and Park Bada

{BODY}

kim@newswire.example
(END)
Follow us for more. North Korea fired a ballistic missile on July 12.
Copyright 2023 Newswire. All rights reserved.
"""
