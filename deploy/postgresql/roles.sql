-- Accounts and database of the book of record, once, by a superuser of the primary:
--     sudo -u postgres psql -v ON_ERROR_STOP=1 -f roles.sql
-- Then give each its password, which psql asks for and sends hashed: \password exemptions
-- The rights to the tables are given by `exemptions grants`, again after every migration.
-- The public nodes have no account: they never open the database.

-- Owns the tables and applies migrations; known to an administrator, to no process.
CREATE ROLE exemptions_owner LOGIN;
-- The staff's process, the timers and the worker: rows only; the audit can only be added to, what was published stays.
CREATE ROLE exemptions LOGIN CONNECTION LIMIT 60;
-- Reads everything and changes nothing, for backups and inspections, at the standby too.
CREATE ROLE exemptions_reader LOGIN CONNECTION LIMIT 5;
ALTER ROLE exemptions_reader SET default_transaction_read_only = on;
-- Fetches the changes for the standby; sees no database.
CREATE ROLE exemptions_replica LOGIN REPLICATION CONNECTION LIMIT 5;

CREATE DATABASE registro OWNER exemptions_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE registro FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE registro TO exemptions;
GRANT CONNECT ON DATABASE registro TO exemptions_reader;

\connect registro
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO exemptions_owner;
GRANT USAGE ON SCHEMA public TO exemptions, exemptions_reader;
