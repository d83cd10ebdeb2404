"""All sites of an operator on one page: who needs somebody now, and how the day goes."""
