-- Gone with the table of decisions that was made anew.
CREATE INDEX decision_decided ON decision (decided_ms);
