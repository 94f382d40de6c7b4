-- The three roles and the database, made by PostgreSQL's superuser. Run with psql and three variables
-- that hold passwords; run again, it sets the passwords anew and makes nothing twice:
--   psql -v owner_password=… -v app_password=… -v newsroom_password=… -f deploy/roles.sql
-- The owner migrates, backs up and restores; the programs own nothing; the newsroom sees what is
-- released.
\set ON_ERROR_STOP on
SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['announcer_owner', 'announcer_app', 'announcer_newsroom']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE announcer_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT -1
  PASSWORD :'owner_password';
ALTER ROLE announcer_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT -1
  PASSWORD :'app_password';
-- A newsroom that was broken into must not use up every connection of the others.
ALTER ROLE announcer_newsroom LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 60
  PASSWORD :'newsroom_password';
-- Nor the disk: neither with sorted rubbish nor with long errors in the server's log. A role may
-- give itself settings, but not these two.
ALTER ROLE announcer_newsroom RESET ALL;
ALTER ROLE announcer_newsroom SET temp_file_limit = '256MB';
ALTER ROLE announcer_newsroom SET log_min_messages = 'fatal';
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
\ir database.sql
