-- One database with its rights; the three roles are there already. Run by PostgreSQL's superuser for
-- a database that shall take a backup in, and, as often as you like, for one that exists:
--   psql -v database=announcer -f deploy/database.sql
\set ON_ERROR_STOP on
\if :{?database}
\else
  \set database announcer
\endif
SELECT count(*) = 0 AS missing, count(datacl) = 0 AS untouched
FROM pg_database WHERE datname = :'database'
\gset
\if :missing
  CREATE DATABASE :"database" OWNER announcer_owner ENCODING 'UTF8' TEMPLATE template0;
\endif
-- Not again: a restore that failed has closed its database, and it must stay so.
\if :untouched
  GRANT CONNECT ON DATABASE :"database" TO announcer_app, announcer_newsroom;
\endif
-- PUBLIC could otherwise connect, and make temporary tables that shadow real ones.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
\connect :"database"
\ir ../announcer/db/rights/public.sql
