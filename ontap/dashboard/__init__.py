"""The first page of admin: today at this person's venues, what needs somebody, and the first steps of a new one."""
