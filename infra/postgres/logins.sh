#!/bin/sh
# Four logins, none of them a superuser: masar for the log and the read models, masar_keys for the keys that seal them (a schema
# of its own in the same database), masar_restricted for the restricted store (a database of its own). A dump of one never holds
# what another needs. masar_access owns the access log, a schema of its own in the same database: only migrating and restoring use
# it, and masar has no more of it than to add entries and read, and, by taking a role, to seal months and to drop old ones. That such
# rights lie still until a role is taken (with inherit false) is of Postgres 16 and newer. No login owns a database: an owner may set
# where all its sessions, of other logins and of superusers too, look up names.
set -eu
password() { cat "/run/secrets/$1_password"; }

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
  -v masar="$(password masar)" -v keys="$(password keys)" -v restricted="$(password restricted)" \
  -v access="$(password access)" <<'SQL'
create role masar login password :'masar';
create role masar_keys login password :'keys';
create role masar_restricted login password :'restricted';
create role masar_access login password :'access';
create role masar_access_writer nologin;
create role masar_access_sealer nologin;
create role masar_access_keeper nologin;
grant masar_access_writer to masar;
grant masar_access_sealer, masar_access_keeper to masar with inherit false;
create database masar;
create database masar_restricted;
revoke connect on database masar, masar_restricted from public;
grant connect, create on database masar to masar, masar_keys, masar_access;
grant connect, create on database masar_restricted to masar_restricted;
SQL
