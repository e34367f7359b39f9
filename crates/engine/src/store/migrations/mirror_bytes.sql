-- How many pins an account has, and their bytes, are counted from this alone.
CREATE INDEX pin_bytes ON pin (account, bytes);
