"""Reviews and other papers: self-contained, with the mode inside every plot."""
