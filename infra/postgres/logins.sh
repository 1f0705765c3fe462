#!/bin/sh
# Three logins, none of them a superuser: masar for the log and the read models, masar_keys for the keys that seal them (a schema
# of its own in the same database), masar_restricted for the restricted store (a database of its own). A dump of one never holds
# what another needs.
set -eu
password() { cat "/run/secrets/$1_password"; }

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
  -v masar="$(password masar)" -v keys="$(password keys)" -v restricted="$(password restricted)" <<'SQL'
create role masar login password :'masar';
create role masar_keys login password :'keys';
create role masar_restricted login password :'restricted';
create database masar owner masar;
create database masar_restricted owner masar_restricted;
revoke connect on database masar, masar_restricted from public;
grant connect, create on database masar to masar_keys;
SQL
