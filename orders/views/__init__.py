"""The pages of orders: the guest's, the board's, and the doors to both."""
