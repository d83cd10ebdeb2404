"""What clients send that is wrong, and what each must get: the tables behind `test_bad_input`."""
