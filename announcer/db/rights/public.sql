-- What PUBLIC may otherwise see and do in every PostgreSQL database, taken away in the one database
-- that this is run in, by a superuser. Harmless when run again; needed again after a new major
-- version of PostgreSQL, for what is new in it.
--
-- PostgreSQL shows every role how many rows a table has taken in, how long its file is, how far the
-- log and the transactions have come, and what is locked: a newsroom that was broken into could see
-- from that when somebody writes a draft, and roughly how much. It also lets every role store large
-- objects, hold locks that others wait for and write into the server's log.
--
-- So PUBLIC keeps no relation of the catalogue at all, and of its functions those that calculate.
-- The programs and their owner (pg_dump, migrations), and whoever PostgreSQL itself lets watch
-- (pg_monitor), keep everything.
DO $$
DECLARE
  keepers CONSTANT text := 'announcer_owner, announcer_app, pg_monitor';
  found text;
  one record;
BEGIN
  -- Volatile: it does something, or answers otherwise each time. Of the stable ones those that ask
  -- about the server and not about their arguments; age(xid) tells the newest transaction.
  SELECT string_agg(p.oid::regprocedure::text, ', ') INTO found FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
      AND p.prorettype <> 'trigger'::regtype
      AND has_function_privilege('public', p.oid, 'EXECUTE')
      AND (p.provolatile = 'v'
        OR p.provolatile = 's' AND p.proname ~ '^(pg|txid|lo|binary_upgrade)_'
        OR p.oid IN ('age(xid)'::regprocedure, 'mxid_age(xid)'::regprocedure));
  IF found IS NOT NULL THEN
    EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %s', found, keepers);
    EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', found);
  END IF;

  -- By column: of some relations PUBLIC sees only a few.
  FOR one IN
    SELECT a.attrelid::regclass AS relation,
      string_agg(quote_ident(a.attname), ', ') AS columns,
      bool_or(has_table_privilege('public', a.attrelid, 'SELECT')) AS whole
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege('public', a.attrelid, a.attnum, 'SELECT')
    GROUP BY a.attrelid
  LOOP
    IF one.whole THEN
      EXECUTE format('GRANT SELECT ON %s TO %s', one.relation, keepers);
    ELSE
      EXECUTE format('GRANT SELECT (%s) ON %s TO %s', one.columns, one.relation, keepers);
    END IF;
    EXECUTE format('REVOKE SELECT ON %s FROM PUBLIC', one.relation);
  END LOOP;
END $$;

-- The newsroom's database driver asks for the numbers of types.
GRANT SELECT (oid, typname, typarray, typdelim) ON pg_type TO announcer_newsroom;

-- RAISE LOG fills the disk with the server's log.
GRANT USAGE ON LANGUAGE plpgsql TO announcer_owner, announcer_app;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
