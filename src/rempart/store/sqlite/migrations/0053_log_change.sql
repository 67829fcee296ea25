-- Entries that did not hold what the log commits to when somebody wanted to use them.
-- noticed: the size of the log then. They go when a full check found that everything holds.
CREATE TABLE log_change (
  seq INTEGER PRIMARY KEY,
  noticed INTEGER NOT NULL
);
