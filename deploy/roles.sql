-- The three roles and the database, made once by PostgreSQL's superuser. Run with psql and three
-- variables that hold passwords:
--   psql -v owner_password=… -v app_password=… -v newsroom_password=… -f deploy/roles.sql
-- The owner migrates, backs up and restores; the programs own nothing; the newsroom sees what is
-- released.
CREATE ROLE announcer_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE announcer_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
-- A newsroom that was broken into must not use up every connection of the others.
CREATE ROLE announcer_newsroom LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 60
  PASSWORD :'newsroom_password';
CREATE DATABASE announcer OWNER announcer_owner ENCODING 'UTF8' TEMPLATE template0;
-- PUBLIC could otherwise connect, and make temporary tables that shadow real ones.
REVOKE ALL ON DATABASE announcer FROM PUBLIC;
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE announcer TO announcer_app, announcer_newsroom;
