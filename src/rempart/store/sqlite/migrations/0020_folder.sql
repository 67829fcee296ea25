-- Which measure locked a message out follows from the message's outcome; it is not kept twice.
ALTER TABLE locked_out DROP COLUMN measure;
