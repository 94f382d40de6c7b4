#!/bin/sh
# Run by the database's image when its volume is empty: makes the roles with the passwords that
# lie in files. Nothing is printed, and no password stands in an argument or in the environment.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
\set owner_password \`cat /run/secrets/owner_password\`
\set app_password \`cat /run/secrets/app_password\`
\set newsroom_password \`cat /run/secrets/newsroom_password\`
\i /deploy/roles.sql
SQL
