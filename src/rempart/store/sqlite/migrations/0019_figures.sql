-- Figures look at a window of time.
CREATE INDEX cases_opened ON cases (opened_ms);
CREATE INDEX report_received ON report (received_ms);
CREATE INDEX decision_decided ON decision (decided_ms);
