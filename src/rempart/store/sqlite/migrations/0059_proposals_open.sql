-- What waits for a second person, in all cases.
CREATE INDEX proposal_open ON proposal (proposed_ms, id) WHERE state = 'open';
