-- Jobs whose request got no answer and was looked for in vain: when it was sent, until nothing of it can come any more; and
-- how many pins came of it that were not expected.
ALTER TABLE job ADD COLUMN lost INTEGER;                           -- milliseconds since 1970
ALTER TABLE job ADD COLUMN strays INTEGER NOT NULL DEFAULT 0;
-- A request that the service's list shows, and that is such a job's by all that is known: the number of that job.
ALTER TABLE job ADD COLUMN late_of INTEGER;
CREATE INDEX job_lost ON job (account) WHERE lost IS NOT NULL;
CREATE INDEX job_late ON job (late_of) WHERE late_of IS NOT NULL;
