#!/bin/sh
# The login of the restricted store on a server of its own (compose.restricted.yaml). It is no superuser and owns no database,
# as in logins.sh.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v restricted="$(cat /run/secrets/restricted_password)" <<'SQL'
create role masar_restricted login password :'restricted';
create database masar_restricted;
revoke connect on database masar_restricted from public;
grant connect, create on database masar_restricted to masar_restricted;
SQL
