"""What a venue's LRS Table Tracker gateway knows about where guests sit, for people who may not have one."""
